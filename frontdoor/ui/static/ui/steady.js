// What a page puts in by itself waits while something is pressed. A press takes a tenth of a second; a line that comes in
// above moves the button away under it, and the browser then takes the press for no click at all: the form is not sent.
let pressed = false;
const waiting = [];

function released() {
  pressed = false;
  // After the click that this release makes.
  setTimeout(() => {
    for (const then of waiting.splice(0)) then();
  });
}

/** Now, or once nothing is pressed any more. */
export function whenReleased(then) {
  if (pressed) waiting.push(then);
  else then();
}

// What htmx brings in that nobody pressed for (a list asked for again, people who may be meant by what is typed) is asked
// for once more after the press.
function holdSwaps() {
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    const { target, xhr, requestConfig } = event.detail;
    const by = requestConfig.triggeringEvent ? requestConfig.triggeringEvent.type : "";
    if (!pressed || xhr.status !== 200 || by === "click" || by === "submit") return;
    event.detail.shouldSwap = false;
    const { elt, verb, path } = requestConfig;
    whenReleased(() => {
      if (elt.isConnected) window.htmx.ajax(verb, path, { source: elt, target });
    });
  });
}

export function startSteady() {
  document.addEventListener("pointerdown", () => { pressed = true; }, true);
  document.addEventListener("pointerup", released, true);
  document.addEventListener("pointercancel", released, true);
  // A release outside the window, in the list of a select or in the menu of the right button is not told to the page.
  document.addEventListener("pointermove", (event) => { if (pressed && event.buttons === 0) released(); }, true);
  document.addEventListener("keydown", () => { if (pressed) released(); }, true);
  window.addEventListener("blur", () => { if (pressed) released(); });
  holdSwaps();
}

// Keys for people who work down a list all day. Off in text boxes, and off altogether when switched off in the help.
const KEPT = "frontdoor-shortcuts";

export function on() {
  try { return localStorage.getItem(KEPT) !== "off"; } catch { return true; }
}

export function typing(target) {
  return target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]") !== null;
}

function step(by) {
  const links = [...document.querySelectorAll("[data-queue-line] [data-queue-open]")];
  if (!links.length) return;
  const line = document.activeElement.closest("[data-queue-line]");
  const here = line ? links.indexOf(line.querySelector("[data-queue-open]")) : -1;
  const next = here < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(Math.max(here + by, 0), links.length - 1);
  links[next].focus();
  links[next].closest("[data-queue-line]").scrollIntoView({ block: "nearest" });
}

// "Open here" a second time closes it again, and asks the server for nothing.
function fold(event) {
  const link = event.target.closest && event.target.closest("[data-queue-expand]");
  const place = link && document.querySelector(link.getAttribute("hx-target"));
  if (!place) return;
  const open = place.childElementCount > 0;
  link.setAttribute("aria-expanded", String(!open));
  if (!open) return;
  // What had the focus goes with the text: the line has it then, so that the next key is still one of this line.
  if (place.contains(document.activeElement)) link.closest("[data-queue-line]").querySelector("[data-queue-open]").focus();
  place.replaceChildren();
  event.preventDefault();
  event.stopPropagation();
}

// What was opened comes into sight, its beginning when it is taller than the window; the focus stays where it was.
function show(event) {
  const place = event.target;
  const line = place.matches(".app-line__open, [data-match]") && place.closest("[data-queue-line]");
  if (line && place.childElementCount) line.scrollIntoView({ block: "nearest" });
}

function submit(event) {
  const button = event.key === "Enter" && (event.ctrlKey || event.metaKey) && document.querySelector("[data-submit-key]");
  if (!button) return false;
  event.preventDefault();
  button.click();
  return true;
}

function press(event) {
  if (submit(event)) return;
  if (event.ctrlKey || event.altKey || event.metaKey || typing(event.target) || !on()) return;
  const help = document.querySelector("[data-keyboard-help]");
  if (event.key === "j") step(1);
  else if (event.key === "k") step(-1);
  else if (event.key === "?" && help) {
    help.open = true;
    help.querySelector("summary").focus();
  } else if (event.key === "w") {
    const box = document.querySelector("#id_reason");
    if (!box) return;
    box.focus();
  } else if (event.key === "/") {
    return; // the box in the header: search.js, on every page
  } else {
    const line = document.activeElement.closest("[data-queue-line]");
    const selector = `[data-key="${CSS.escape(event.key)}"]`;
    const wanted = (line && line.querySelector(selector)) || document.querySelector(`${selector}:not([data-queue-line] *)`);
    if (!wanted) return;
    wanted.click();
  }
  event.preventDefault();
}

let listening = false;
export function startQueue(scope) {
  if (!listening && document.querySelector("[data-queue], [data-key], [data-keyboard-help]")) {
    listening = true;
    document.addEventListener("keydown", press);
    document.addEventListener("click", fold, true);
    document.addEventListener("htmx:afterSettle", show);
  }
  for (const button of scope.querySelectorAll("[data-tick-all][hidden]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const boxes = [...document.querySelectorAll("input[data-tick]")];
      const all = boxes.every((box) => box.checked);
      for (const box of boxes) box.checked = !all;
    });
  }
  for (const button of scope.querySelectorAll("[data-keyboard-toggle]")) {
    if (!button.hidden) continue;
    const show = () => {
      button.setAttribute("aria-pressed", String(on()));
      button.textContent = on() ? "Shortcuts are on" : "Shortcuts are off";
    };
    button.hidden = false;
    show();
    button.addEventListener("click", () => {
      try { localStorage.setItem(KEPT, on() ? "off" : "on"); } catch { return; }
      show();
    });
  }
}

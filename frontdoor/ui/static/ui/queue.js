// Keys for people who work down a list all day. Off in text boxes, and off altogether when switched off in the help.
const KEPT = "frontdoor-shortcuts";

function on() {
  try { return localStorage.getItem(KEPT) !== "off"; } catch { return true; }
}

function typing(target) {
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

function press(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || typing(event.target) || !on()) return;
  const help = document.querySelector("[data-keyboard-help]");
  if (event.key === "j") step(1);
  else if (event.key === "k") step(-1);
  else if (event.key === "?" && help) {
    help.open = true;
    help.querySelector("summary").focus();
  } else if (event.key === "/") {
    const box = document.querySelector("[data-search] input[type=search]");
    if (!box) return;
    box.focus();
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

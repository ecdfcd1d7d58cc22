// Add another and remove, on the page. Without JavaScript the same buttons send the form and the server does it.
const ATTRIBUTES = ["id", "name", "for", "aria-describedby", "aria-labelledby", "aria-controls", "data-aria-controls", "href", "value"];

function renumber(box) {
  const prefix = box.dataset.repeat;
  const title = box.querySelector("[data-repeat-add]").dataset.repeatTitle;
  const items = [...box.querySelectorAll("[data-repeat-item]")].filter((item) => !item.hidden);
  items.forEach((item, index) => {
    item.setAttribute("aria-label", `${title} ${index + 1}`);
    for (const number of item.querySelectorAll("[data-repeat-number]")) number.textContent = String(index + 1);
    const remove = item.querySelector("[data-repeat-remove]");
    if (remove) remove.hidden = items.length === 1;
  });
  [...box.querySelectorAll("[data-repeat-item]")].forEach((item, index) => rename(item, prefix, index));
  box.querySelector(`[name="${prefix}-TOTAL_FORMS"]`).value = String(box.querySelectorAll("[data-repeat-item]").length);
}

function rename(item, prefix, index) {
  const pattern = new RegExp(`(^|[ #_]|id_)${prefix}-(?:\\d+|__prefix__)-`, "g");
  for (const element of item.querySelectorAll("*")) {
    for (const name of ATTRIBUTES) {
      const old = element.getAttribute(name);
      if (old === null || (name === "value" && !element.matches("[data-repeat-remove]"))) continue;
      const fresh = name === "value" ? String(index) : old.replace(pattern, `$1${prefix}-${index}-`);
      if (fresh !== old) element.setAttribute(name, fresh);
    }
  }
}

function wire(box, start) {
  const list = box.querySelector("[data-repeat-items]");
  const template = box.querySelector("[data-repeat-template]");
  const changed = () => box.dispatchEvent(new Event("input", { bubbles: true }));
  box.querySelector("[data-repeat-add]").addEventListener("click", (event) => {
    event.preventDefault();
    const total = Number(box.querySelector(`[name="${box.dataset.repeat}-TOTAL_FORMS"]`).value);
    const holder = document.createElement("div");
    holder.innerHTML = template.innerHTML.replaceAll("__prefix__", String(total));
    const item = holder.firstElementChild;
    list.append(item);
    renumber(box);
    start(item);
    window.htmx?.process(item);
    item.querySelector("[data-repeat-heading]").focus();
    changed();
  });
  box.addEventListener("click", (event) => {
    const remove = event.target.closest("[data-repeat-remove]");
    if (!remove) return;
    event.preventDefault();
    const item = remove.closest("[data-repeat-item]");
    const saved = item.querySelector('[name$="-DELETE"]');
    const before = item.previousElementSibling || item.nextElementSibling;
    if (saved) {
      saved.checked = true;
      saved.value = "on";
      item.hidden = true;
    } else {
      item.remove();
    }
    renumber(box);
    (before || box).querySelector("[data-repeat-heading], [data-repeat-add]")?.focus();
    changed();
  });
  renumber(box);
}

export function startRepeats(scope, start) {
  for (const box of scope.querySelectorAll("[data-repeat]")) {
    if (box.dataset.repeatStarted) continue;
    box.dataset.repeatStarted = "yes";
    wire(box, start);
  }
}

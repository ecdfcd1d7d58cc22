import { on, typing } from "./queue.js";

// "/" goes to the box in the header from anywhere, unless somebody types or has switched the shortcuts off.
export function startFinding() {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.altKey || event.metaKey || typing(event.target) || !on()) return;
    const box = document.querySelector("[data-find]");
    if (!box) return;
    event.preventDefault();
    box.focus();
    box.select();
  });
}

// Live search: says how many were found. What is looked for stands in no address.
export function startSearch(announce) {
  document.body.addEventListener("htmx:afterSwap", (event) => {
    const from = event.detail.requestConfig?.elt;
    if (!from?.closest?.("[data-search]")) return;
    const said = event.target.querySelector("[data-found]");
    announce(said ? said.textContent.trim() : "Results changed");
  });
}

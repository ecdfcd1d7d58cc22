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

// Live search: says how many were found, and keeps the address in step so that "back" and "reload" work.
export function startSearch(announce) {
  document.body.addEventListener("htmx:afterSwap", (event) => {
    const from = event.detail.requestConfig?.elt;
    const form = from?.closest?.("[data-search]");
    if (!form) return;
    const said = event.target.querySelector("[data-found]");
    announce(said ? said.textContent.trim() : "Results changed");
    const input = form.querySelector("input[type=search]");
    const here = new URL(window.location.href);
    if (form.action && new URL(form.action).pathname === here.pathname && !form.dataset.private) {
      if (input.value) here.searchParams.set(input.name, input.value);
      else here.searchParams.delete(input.name);
      here.searchParams.delete("after");
      history.replaceState(history.state, "", here);
    }
  });
}

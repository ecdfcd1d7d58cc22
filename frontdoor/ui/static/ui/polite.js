import { whenReleased } from "./steady.js";

// A list that is asked for again by itself ([data-polite="id of its news line"]): what somebody is reading does not move
// under them. While they read, the news line says that there is something new, and they fetch it when they are ready.
function reading(place) {
  const selection = document.getSelection();
  return (
    place.contains(document.activeElement) ||
    place.getBoundingClientRect().top < 0 ||
    (selection && !selection.isCollapsed && place.contains(selection.anchorNode)) ||
    place.querySelector("details[open]") !== null
  );
}

export function startPolite(announce) {
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    const { target, xhr, requestConfig } = event.detail;
    if (!event.detail.shouldSwap || !target || !target.dataset.polite || requestConfig.headers["X-Background"] !== "1" || xhr.status !== 200) return;
    if (!reading(target)) {
      announce("The list has been brought up to date");
      return;
    }
    event.detail.shouldSwap = false;
    const news = document.getElementById(target.dataset.polite);
    if (news) whenReleased(() => { news.hidden = false; });
  });
}

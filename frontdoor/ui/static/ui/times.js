// Keeps "3 hours left" right while a page stays open. Days are counted by the server, hours and minutes here.
const HOUR = 3600000;

function spell(n, word) {
  return `${n} ${word}${n === 1 ? "" : "s"}`;
}

function refresh(element, now) {
  const left = Date.parse(element.dataset.due) - now;
  if (Number.isNaN(left) || Math.abs(left) >= 24 * HOUR) return;
  const span = Math.abs(left) < HOUR ? spell(Math.floor(Math.abs(left) / 60000), "minute") : spell(Math.floor(Math.abs(left) / HOUR), "hour");
  const text = left >= 0 ? `${span} left` : `late by ${span}`;
  if (element.textContent.trim() !== text) element.textContent = text;
  const badge = element.closest(".app-clock");
  if (left < 0 && badge && !badge.classList.contains("app-clock--late")) {
    badge.classList.remove("app-clock--running", "app-clock--soon");
    badge.classList.add("app-clock--late");
    const mark = badge.querySelector(".app-clock__mark");
    if (mark) mark.textContent = "!";
  }
}

let ticking = false;
export function startTimes() {
  if (ticking || !document.querySelector("[data-due]")) return;
  ticking = true;
  setInterval(() => {
    const now = Date.now();
    for (const element of document.querySelectorAll("[data-due]")) refresh(element, now);
  }, 30000);
}

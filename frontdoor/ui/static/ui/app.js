// Starts every component of a page, and again for what htmx puts in.
import * as govuk from "../vendor/govuk/govuk-frontend.min.js";
import { ButtonMenu, FilterToggleButton, MultiSelect, SortableTable } from "../vendor/moj/moj-frontend.min.js";
import { refresh, token } from "./csrf.js";
import { startImports } from "./imports.js";
import { startDrafts } from "./drafts.js";
import { startRepeats } from "./repeat.js";
import { startPolite } from "./polite.js";
import { startSteady } from "./steady.js";
import { startQueue } from "./queue.js";
import { startFinding, startSearch } from "./search.js";
import { startTimes } from "./times.js";
import { startUploads } from "./upload.js";

const GOVUK = [
  govuk.Accordion, govuk.Button, govuk.CharacterCount, govuk.Checkboxes, govuk.ErrorSummary, govuk.FileUpload,
  govuk.NotificationBanner, govuk.PasswordInput, govuk.Radios, govuk.ServiceNavigation, govuk.SkipLink, govuk.Tabs,
];
const MOJ = [ButtonMenu, FilterToggleButton, MultiSelect, SortableTable];

export function start(scope) {
  for (const component of GOVUK) govuk.createAll(component, undefined, { scope, onError: () => undefined });
  for (const component of MOJ) govuk.createAll(component, undefined, { scope, onError: () => undefined });
  plainRadios();
  startDrafts(scope);
  startRepeats(scope, start);
  startQueue(scope);
  startTimes(scope);
  startImports(scope, announce);
  startUploads(scope, announce);
  for (const button of scope.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
}

// The GOV.UK script says aria-expanded on radio buttons, which ARIA does not allow there; aria-controls stays.
function plainRadios() {
  for (const radio of document.querySelectorAll("input[type=radio][aria-expanded]")) radio.removeAttribute("aria-expanded");
}

// A menu that lies over the page closes with Escape, on a click beside it, and when the focus has left it.
function closeMenus() {
  const open = () => document.querySelectorAll("details[data-closes][open]");
  document.addEventListener("click", (event) => {
    for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("focusin", (event) => {
    for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of open()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}

export function announce(text) {
  const place = document.getElementById("app-announce");
  if (place) place.textContent = text;
}

// One submission of a form: the second click within ten seconds is ignored.
function guardDoubleSubmit() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method === "get" || form.dataset.noDouble === "off") return;
    const last = Number(form.dataset.sentAt || 0);
    if (Date.now() - last < 10000) {
      event.preventDefault();
      return;
    }
    form.dataset.sentAt = String(Date.now());
    refresh(form);
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent-at]")) delete form.dataset.sentAt;
  });
}

function htmxGlue() {
  document.body.addEventListener("htmx:load", (event) => {
    if (event.target !== document.body) start(event.target.parentElement || event.target);
  });
  document.body.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-CSRFToken"] = token();
  });
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, requestConfig } = event.detail;
    const background = requestConfig.headers["X-Background"] === "1";
    if (background && xhr.status >= 400) {
      event.detail.shouldSwap = false; // a poll nobody asked for does not interrupt anybody
      return;
    }
    if (xhr.status === 401 || xhr.responseURL && new URL(xhr.responseURL).pathname.startsWith("/accounts/login")) {
      event.detail.shouldSwap = false;
      showError("You have been signed out", "Sign in in another tab, then come back to this page: it stays as it is while it is open.");
    }
  });
  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id === "app-error") event.target.focus();
  });
  document.body.addEventListener("htmx:sendError", (event) => {
    if (event.detail.requestConfig.headers["X-Background"] === "1") return;
    showError("The page could not reach the server", "Check the network. What you typed is still here.");
  });
}

function showError(title, text) {
  const place = document.getElementById("app-error");
  if (!place) return;
  const box = document.createElement("div");
  box.className = "govuk-error-summary";
  const heading = document.createElement("h2");
  heading.className = "govuk-error-summary__title";
  heading.textContent = title;
  const body = document.createElement("p");
  body.className = "govuk-body";
  body.textContent = text;
  box.append(heading, body);
  place.replaceChildren(box);
  place.focus();
}

function autosubmit() {
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-autosubmit]")) event.target.form.requestSubmit();
  });
}

start(document);
document.addEventListener("click", plainRadios);
window.addEventListener("pageshow", plainRadios);
startSteady(); // before what asks whether a fragment may be put in
startSearch(announce);
startFinding();
startPolite(announce);
guardDoubleSubmit();
closeMenus();
htmxGlue();
document.body.addEventListener("app:replaced", () => start(document));
autosubmit();

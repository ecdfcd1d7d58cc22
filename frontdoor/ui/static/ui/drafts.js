// What is typed is kept on the server as it is typed. The server renders a kept draft back; nothing is kept in the browser.
// A form says where on its hidden field "draft" (every form of frontdoor/acting.py), or on itself (a form that becomes a record).
// The order is the server's, never this device's clock: each saving names the version this page has seen, and the answer
// gives the next. PAGE and a rising number tell the server which sendings are one page's own, late or twice.
import { refresh, token } from "./csrf.js";
import { whenReleased } from "./steady.js";

const WAIT = 400; // milliseconds after the last key
const AGAIN = 15000; // milliseconds until a failed save is tried again
const PAGE = Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(16).padStart(8, "0")).join("");
let sent = 0; // rises over all forms of the page, also over one that is put in anew

class Draft {
  constructor(form, mark) {
    this.form = form;
    this.mark = mark;
    this.says = (mark || form).dataset;
    this.url = this.says.draftUrl;
    this.version = Number(this.says.draftVersion || 0);
    this.signedOut = false;
    this.last = this.body();
    this.timer = 0;
    this.retry = 0;
    this.sending = false;
    this.stopped = false;
    this.place = form.querySelector("[data-draft-text]") || document.querySelector("[data-draft-text]");
    form.addEventListener("input", () => this.later());
    form.addEventListener("change", () => this.later());
    form.addEventListener("focusout", () => this.save());
    form.addEventListener("submit", (event) => {
      if (this.signedOut && this.body() !== this.last) {
        // Sent now, it would be lost on the way through signing in.
        event.preventDefault();
        this.save();
        return;
      }
      sent += 1;
      if (mark) mark.value = `${PAGE} ${sent}`;
      clearTimeout(this.timer);
      clearTimeout(this.retry);
      // What was sent is the server's: typed over again here it would come back after it was done. A page that is
      // shown again (the answer did not come, or Back was pressed) goes on keeping.
      this.last = this.body();
      this.stopped = true;
    });
    document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") this.save(true); });
    window.addEventListener("pageshow", () => { this.stopped = false; });
    form.addEventListener("input", () => { this.stopped = false; });
    window.addEventListener("pagehide", () => this.save(true));
    window.addEventListener("online", () => this.save());
  }

  body() {
    const data = new URLSearchParams();
    for (const [name, value] of new FormData(this.form)) {
      if (typeof value === "string" && !this.leftOut(name)) data.append(name, value);
    }
    return data.toString();
  }

  leftOut(name) {
    if (name === "csrfmiddlewaretoken" || (this.mark && name === "draft")) return true;
    const field = this.form.elements[name];
    return field instanceof HTMLInputElement
      && (field.type === "password" || field.closest("[data-module=govuk-password-input]") !== null);
  }

  say(text, kind = "") {
    if (!this.place) return;
    const about = this.body();
    whenReleased(() => {
      if (this.place.textContent !== text) this.place.textContent = text;
      // Typed since: "saved" is no longer the state of what stands there.
      this.place.parentElement.dataset.state = kind === "saved" && this.body() !== about ? "typed" : kind;
    });
  }

  // "Saved at" may stand only while nothing newer is unsaved: the words stay (they are true, and a screen reader is not
  // told at every key), the state does not.
  markTyped() {
    const state = this.place && this.place.parentElement.dataset;
    if (state && state.state === "saved" && this.body() !== this.last) state.state = "typed";
  }

  later() {
    clearTimeout(this.timer);
    this.markTyped();
    this.timer = setTimeout(() => this.save(), WAIT);
  }

  async save(leaving = false) {
    clearTimeout(this.timer);
    if (this.stopped || (this.sending && !leaving)) {
      this.waiting = true;
      return;
    }
    const body = this.body();
    if (body === this.last) {
      if (this.place && this.place.parentElement.dataset.state === "typed") this.place.parentElement.dataset.state = "saved";
      return;
    }
    this.sending = true;
    this.waiting = false;
    sent += 1;
    let status = 0;
    let message = "";
    try {
      const answer = await fetch(this.url, {
        method: "PUT",
        body: new TextEncoder().encode(body),
        credentials: "same-origin",
        redirect: "manual",
        keepalive: leaving && body.length < 60000,
        headers: {
          "Content-Type": "application/x-www-form-urlencoded",
          "X-Draft-Version": String(this.version),
          "X-Draft-Page": PAGE,
          "X-Draft-Sequence": String(sent),
          "X-CSRFToken": token(),
          ...(this.says.draftAbout ? { "X-Draft-About": this.says.draftAbout } : {}),
          ...(this.mark ? { "X-Draft-Address": this.says.draftAddress, "X-Draft-Title": this.says.draftTitle } : {}),
        },
      });
      status = answer.type === "opaqueredirect" ? 401 : answer.status;
      if (status === 409 && (answer.headers.get("Content-Type") || "").includes("json")) message = (await answer.json()).message || "";
      if (status < 300) {
        this.version = Math.max(this.version, Number(answer.headers.get("X-Draft-Version") || 0));
        refresh(this.form);
      }
    } catch {
      status = 0;
    }
    this.sending = false;
    this.told(status, body, message);
    if (this.waiting) this.later();
  }

  told(status, body, message) {
    clearTimeout(this.retry);
    this.signedOut = status === 401;
    if (status === 204 || status === 200) {
      this.last = body;
      const now = new Date();
      const two = (n) => String(n).padStart(2, "0");
      this.say(`Saved at ${two(now.getHours())}:${two(now.getMinutes())}`, "saved");
      // What changed while this was under way was not always typed: people who may be meant are put in with a choice.
      if (this.body() !== this.last) this.later();
      return;
    }
    if (status === 409) {
      this.say(`What you type here is not being saved. ${message}`.trim(), "problem");
      return;
    }
    if (status === 401) {
      this.say("You have been signed out. Sign in in another tab and come back: what you typed since is on this page only.", "problem");
    } else {
      this.say("Not saved yet. The page will try again; what you typed since is on this page only.", "problem");
    }
    this.retry = setTimeout(() => this.save(), AGAIN);
  }
}

export function startDrafts(scope) {
  for (const told of scope.querySelectorAll("form[data-draft-url], input[data-draft-url]")) {
    const form = told.form || told;
    if (form.dataset.draftStarted) continue;
    form.dataset.draftStarted = "yes";
    new Draft(form, told === form ? null : told);
  }
}

// Extract files to send ([data-extract-names]): which of them are known by name and small enough is said before they are
// sent, and how much has been sent while they are. Without this the form is sent as any other.
const MB = 1024 * 1024;

function lines(form, files) {
  const names = form.dataset.extractNames.split(" ");
  const most = Number(form.dataset.extractFileMb);
  const seen = new Map();
  for (const file of files) seen.set(file.name.toLowerCase(), (seen.get(file.name.toLowerCase()) || 0) + 1);
  const told = [];
  for (const file of files) {
    const name = file.name.toLowerCase();
    let said = "will be checked";
    if (file.size > most * MB) said = `too large: a file may have ${most.toLocaleString("en-GB")} MB`;
    else if (file.size === 0) said = "is empty: extract it again";
    else if (seen.get(name) > 1) said = "chosen more than once";
    else if (name.endsWith(".zip")) said = files.length > 1 ? "send either a zip or files" : "will be unpacked and checked";
    else if (!names.includes(name)) said = "no extract file has this name: it will not be used";
    told.push([file.name, said]);
  }
  if (![...seen.keys()].some((name) => name.endsWith(".zip"))) {
    const missing = names.filter((name) => !seen.has(name));
    if (missing.length) told.push(["Not chosen", missing.join(", ")]);
  }
  return told;
}

function show(form, place, announce) {
  const input = form.querySelector("input[type=file]");
  const list = document.createElement("dl");
  list.className = "govuk-summary-list app-compact";
  for (const [name, said] of lines(form, [...input.files])) {
    const row = document.createElement("div");
    row.className = "govuk-summary-list__row";
    const key = document.createElement("dt");
    key.className = "govuk-summary-list__key";
    key.textContent = name;
    const value = document.createElement("dd");
    value.className = "govuk-summary-list__value";
    value.textContent = said;
    row.append(key, value);
    list.append(row);
  }
  place.replaceChildren(...(input.files.length ? [list] : []));
  announce(`${input.files.length} files chosen`);
}

// The browser's own sending shows nothing for minutes; this one shows how far it is and then follows the answer.
function send(form, place, announce) {
  const bar = document.createElement("progress");
  bar.className = "app-progress";
  bar.max = 100;
  bar.value = 0;
  bar.setAttribute("aria-label", "How much has been sent");
  const text = document.createElement("p");
  text.className = "govuk-body";
  text.textContent = "Sending";
  place.replaceChildren(bar, text);
  announce("Sending the files");
  const asked = new XMLHttpRequest();
  asked.upload.addEventListener("progress", (event) => {
    if (!event.lengthComputable) return;
    bar.value = Math.floor((event.loaded / event.total) * 100);
    text.textContent = bar.value < 100 ? `${bar.value}% sent` : "Sent. Checking the files";
  });
  asked.addEventListener("load", () => {
    if (asked.status < 400) {
      window.location.assign(asked.responseURL);
      return;
    }
    const answer = new DOMParser().parseFromString(asked.responseText, "text/html");
    document.title = answer.title;
    const main = document.getElementById("main-content");
    main.replaceChildren(...(answer.getElementById("main-content")?.childNodes || []));
    delete form.dataset.sentAt;
    document.body.dispatchEvent(new CustomEvent("app:replaced"));
    const summary = main.querySelector(".govuk-error-summary") || main;
    summary.setAttribute("tabindex", "-1");
    summary.focus();
  });
  asked.addEventListener("error", () => {
    text.textContent = "The files could not be sent. Check the network, then send them again.";
    announce(text.textContent);
    delete form.dataset.sentAt;
  });
  asked.open("POST", form.action);
  asked.setRequestHeader("X-CSRFToken", form.querySelector("[name=csrfmiddlewaretoken]").value);
  asked.send(new FormData(form));
}

export function startImports(scope, announce) {
  for (const form of scope.querySelectorAll("[data-extract-names]")) {
    if (form.dataset.extractReady) continue;
    form.dataset.extractReady = "1";
    const place = form.querySelector("[data-extract-list]");
    form.addEventListener("change", () => show(form, place, announce));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send(form, place, announce);
    });
  }
}

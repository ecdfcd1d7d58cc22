// Files chosen or dropped are sent one by one, each with its own progress and its own answer. Without this module the
// form sends them together.
import { token } from "./csrf.js";

export function startUploads(scope, announce) {
  for (const form of scope.querySelectorAll("form[data-upload]:not([data-upload-on])")) {
    form.dataset.uploadOn = "yes";
    const input = form.querySelector("input[type=file]");
    const list = document.querySelector("[data-upload-list]");
    startDrop(form.querySelector("[data-drop]"), input, announce);
    form.addEventListener("submit", (event) => {
      const files = [...input.files];
      if (!files.length || !form.elements.kind.value) return; // the server says what is missing
      event.preventDefault();
      send(form, input, files, list, announce);
    });
  }
}

function startDrop(zone, input, announce) {
  if (!zone) return;
  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    zone.classList.add("app-drop--over");
  });
  zone.addEventListener("dragleave", () => zone.classList.remove("app-drop--over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("app-drop--over");
    const all = new DataTransfer();
    for (const file of [...input.files, ...event.dataTransfer.files]) all.items.add(file);
    input.files = all.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    announce(`${input.files.length} ${input.files.length === 1 ? "file" : "files"} chosen`);
  });
}

async function send(form, input, files, list, announce) {
  const button = form.querySelector("button[type=submit]");
  button.disabled = true;
  let kept = 0;
  list.replaceChildren();
  for (const file of files) {
    if (await one(form, input, file, files.length, list)) kept += 1;
  }
  button.disabled = false;
  input.value = "";
  input.dispatchEvent(new Event("change", { bubbles: true }));
  announce(`${kept} of ${files.length} files added`);
  if (kept) await renew();
}

function one(form, input, file, number, list) {
  const item = document.createElement("li");
  item.className = "app-card";
  const name = document.createElement("span");
  name.textContent = `${file.name} `;
  const bar = document.createElement("progress");
  bar.max = 100;
  bar.value = 0;
  bar.setAttribute("aria-label", `Sending ${file.name}`);
  const said = document.createElement("span");
  said.textContent = " 0%";
  item.append(name, bar, said);
  list.append(item);
  const data = new FormData(form);
  data.delete(input.name);
  data.append(input.name, file);
  if (number > 1) data.set("title", ""); // a title is of one file
  return new Promise((resolve) => {
    const ask = new XMLHttpRequest();
    ask.open("POST", form.action);
    ask.setRequestHeader("X-CSRFToken", token());
    ask.setRequestHeader("HX-Request", "true");
    ask.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      bar.value = Math.round((event.loaded / event.total) * 100);
      said.textContent = bar.value < 100 ? ` ${bar.value}%` : " being checked";
    });
    ask.addEventListener("loadend", () => {
      if (ask.status === 200 || ask.status === 422) item.innerHTML = ask.responseText;
      else item.textContent = `${file.name} was not sent. ${reason(ask.status)}`;
      resolve(ask.status === 200);
    });
    ask.send(data);
  });
}

function reason(status) {
  if (status === 401) return "You have been signed out: sign in in another tab and send it again.";
  if (status === 400 || status === 413) return "It is larger than may be sent.";
  if (status === 403) return "Your role does not allow it.";
  return "The server could not be reached or had a problem: try again.";
}

async function renew() {
  const answer = await fetch(window.location.pathname, { headers: { "X-Background": "1" } });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("documents");
  if (fresh) document.getElementById("documents").replaceWith(document.adoptNode(fresh));
}

// Signing in again in another tab changes the token; the forms of this tab take over the new one from its cookie.
export function token() {
  const found = document.cookie.split("; ").find((pair) => /^(__Host-)?csrftoken=/.test(pair));
  if (found) return decodeURIComponent(found.slice(found.indexOf("=") + 1));
  const input = document.querySelector("[name=csrfmiddlewaretoken]");
  return input ? input.value : "";
}

export function refresh(form) {
  const input = form.querySelector("[name=csrfmiddlewaretoken]");
  if (input) input.value = token();
}

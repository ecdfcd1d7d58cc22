// Signing in again in another tab changes the token; the forms of this tab take over the new one from its cookie.
export function token() {
  const found = document.cookie.split("; ").find((pair) => pair.startsWith("csrftoken="));
  if (found) return decodeURIComponent(found.slice("csrftoken=".length));
  const input = document.querySelector("[name=csrfmiddlewaretoken]");
  return input ? input.value : "";
}

export function refresh(form) {
  const input = form.querySelector("[name=csrfmiddlewaretoken]");
  if (input) input.value = token();
}

// Collection forms. The link's token stands behind the # of the address, which browsers send to
// nobody: it is moved into the form and taken out of the address, so that neither history nor a
// screenshot keeps it. The session's own storage keeps it while the language is switched.

const KEPT = "collect-token";
document.documentElement.classList.add("scripted");

const opening = document.querySelector("form[data-open]");
if (opening) {
  const input = opening.elements.token;
  const given = location.hash.slice(1) || input.value || sessionStorage.getItem(KEPT) || "";
  if (location.hash) history.replaceState(null, "", location.pathname);
  if (given) {
    sessionStorage.setItem(KEPT, given);
    input.value = given;
    input.closest("[data-token-row]").hidden = !input.closest("[data-token-row]").querySelector(".err");
  }
} else {
  sessionStorage.removeItem(KEPT);
}

for (const form of document.querySelectorAll("form[data-upload]")) {
  const inputs = [...form.querySelectorAll("input[data-pick]")];
  form.addEventListener("change", (event) => {
    if (!event.target.files?.length) return;
    for (const other of inputs) if (other !== event.target) other.disabled = true;
    form.submit();
  });
}

for (const button of document.querySelectorAll("button[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
    button.querySelector("span").textContent = button.dataset.copied;
  });
}

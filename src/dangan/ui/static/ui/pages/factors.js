/* Security keys (WebAuthn), and the proof that opens over a page and lets it go on.
   The server asks and checks; here the browser's answer is only carried into a form. */

const bytes = (text) => {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
};
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

const described = (list) => (list ?? []).map((item) => ({ ...item, id: bytes(item.id) }));

const answerOf = (credential) => {
  const { response } = credential;
  const parts = { clientDataJSON: text(response.clientDataJSON) };
  if (response.attestationObject) parts.attestationObject = text(response.attestationObject);
  if (response.authenticatorData) parts.authenticatorData = text(response.authenticatorData);
  if (response.signature) parts.signature = text(response.signature);
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response: parts,
    clientExtensionResults: {},
  });
};

const ask = {
  get: (options) => navigator.credentials.get({
    publicKey: { ...options, challenge: bytes(options.challenge), allowCredentials: described(options.allowCredentials) },
  }),
  create: (options) => navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: described(options.excludeCredentials),
    },
  }),
};

const touch = async (button, how) => {
  const form = button.closest("form");
  const field = form.querySelector(how === "get" ? "[name=proof_key]" : "[name=answer]");
  const wrong = form.querySelector("[data-key-wrong]");
  if (how === "create" && !form.reportValidity()) return;
  button.disabled = true;
  if (wrong) wrong.hidden = true;
  try {
    field.value = answerOf(await ask[how](JSON.parse(button.dataset[how === "get" ? "keyGet" : "keyCreate"])));
    form.requestSubmit();
  } catch {
    if (wrong) wrong.hidden = false;
  } finally {
    button.disabled = false;
  }
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-key-get], [data-key-create]");
  if (button) touch(button, "keyGet" in button.dataset ? "get" : "create");
  if (event.target.closest("[data-print]")) print();
  const download = event.target.closest("[data-download]");
  if (download) {
    const lines = [...document.getElementById(download.dataset.download).children].map((line) => line.textContent.trim());
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([`${lines.join("\r\n")}\r\n`], { type: "text/plain" }));
    link.download = download.dataset.fileName;
    link.click();
    URL.revokeObjectURL(link.href);
  }
});

/* a fragment that needs a proof: the dialog opens above whatever is open, and what was asked for
   is asked for again when the proof is right */
let waiting = null;
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig } = event.detail;
  if (xhr.getResponseHeader("X-Step-Up")) waiting = requestConfig;
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id !== "proof") return;
  const dialog = document.querySelector("#proof dialog");
  if (!dialog || dialog.open) return;
  dialog.showModal();
  dialog.querySelector("[autofocus]")?.focus();
  dialog.addEventListener("close", () => document.getElementById("proof").replaceChildren(), { once: true });
});
document.addEventListener("proved", () => {
  document.querySelector("#proof dialog")?.close();
  const request = waiting;
  waiting = null;
  if (!request) return;
  window.htmx.ajax(request.verb, request.path, {
    source: request.elt,
    event: request.triggeringEvent,
    target: request.target,
  });
});

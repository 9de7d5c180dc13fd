/* The bell: asks each minute how many notices are unread, while the page is seen, and fetches the
   newest when opened. Plain fetch, not htmx: a poll must neither keep the session alive nor send a
   page whose session has ended to the log-in page, where what was typed would be lost. */

const bell = document.querySelector("[data-bell]");
const EVERY = 60_000;
let asked = Date.now();

const ask = (url) => fetch(url, {
  credentials: "same-origin",
  redirect: "manual",
  headers: { "X-Background": "1" },
});

const show = (unread) => {
  for (const mark of document.querySelectorAll("[data-bell-count]")) {
    mark.hidden = unread === 0;
    mark.textContent = unread.toLocaleString("en-US");
  }
};

const refresh = async () => {
  if (document.visibilityState !== "visible" || Date.now() - asked < EVERY) return;
  asked = Date.now();
  try {
    const answer = await ask(bell.dataset.bell);
    if (answer.ok && answer.type === "basic") show((await answer.json()).unread);
  } catch {
    /* no network: the next minute asks again */
  }
};

setInterval(refresh, EVERY / 4);
document.addEventListener("visibilitychange", refresh);

bell.addEventListener("toggle", async () => {
  if (!bell.open) return;
  const panel = bell.querySelector("[data-bell-panel]");
  window.htmx?.ajax("GET", panel.dataset.bellPanel, { target: panel, swap: "innerHTML" });
});

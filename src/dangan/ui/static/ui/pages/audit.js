/* The log: a whole row opens its event, long lists narrow as one types, the panel closes. */

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-close-event]")) {
    const panel = document.getElementById("event");
    panel.replaceChildren();
    for (const row of document.querySelectorAll(".log-table tr.on")) row.classList.remove("on");
    return;
  }
  const row = event.target.closest("tr[data-event]");
  if (row && !event.target.closest("a, button")) row.querySelector("a[hx-get]")?.click();
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.target?.id !== "event" || !event.detail.successful) return;
  for (const row of document.querySelectorAll(".log-table tr.on")) row.classList.remove("on");
  event.detail.elt.closest("tr")?.classList.add("on");
  document.querySelector("#event .log-detail")?.focus({ preventScroll: innerWidth > 767 });
});

document.addEventListener("input", (event) => {
  const narrow = event.target.closest("[data-narrow]");
  if (!narrow) return;
  const sought = narrow.value.trim().toLowerCase();
  for (const option of narrow.closest(".pop").querySelectorAll(".opt")) option.hidden = !option.textContent.toLowerCase().includes(sought);
});

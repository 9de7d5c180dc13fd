// The box that suggests volumes. htmx fetches the list; this picks from it, by mouse or keyboard.
// Without it the typed number or name is read by the server.

const listOf = (box) => box.querySelector(".volume-list");
const hitsOf = (box) => [...listOf(box).querySelectorAll("[role=option]")];
const inputOf = (box) => box.querySelector("input[role=combobox]");

function show(box, open) {
  listOf(box).hidden = !open;
  inputOf(box).setAttribute("aria-expanded", String(open));
  if (!open) inputOf(box).removeAttribute("aria-activedescendant");
}

function choose(box, step) {
  const hits = hitsOf(box);
  if (!hits.length) return;
  const now = hits.findIndex((hit) => hit.getAttribute("aria-selected") === "true");
  const next = (now + step + hits.length) % hits.length;
  hits.forEach((hit, place) => hit.setAttribute("aria-selected", String(place === next)));
  inputOf(box).setAttribute("aria-activedescendant", hits[next].id);
  hits[next].scrollIntoView({ block: "nearest" });
}

function take(box, hit) {
  inputOf(box).value = hit.dataset.text;
  box.querySelector("[data-volume-id]").value = hit.dataset.volume;
  show(box, false);
  box.dispatchEvent(new CustomEvent("volume:chosen", { bubbles: true }));
}

const boxOf = (target) => target.closest?.("[data-volume-field]");

document.addEventListener("input", (event) => {
  const box = boxOf(event.target);
  if (!box) return;
  box.querySelector("[data-volume-id]").value = "";
  if (!event.target.value.trim()) show(box, false);
});

document.addEventListener("htmx:afterSwap", (event) => {
  const box = boxOf(event.detail.target);
  if (!box) return;
  show(box, inputOf(box).value.trim() !== "");
  choose(box, 1);
});

document.addEventListener("keydown", (event) => {
  const box = boxOf(event.target);
  if (!box || listOf(box).hidden) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    choose(box, event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Enter") {
    const hit = hitsOf(box).find((one) => one.getAttribute("aria-selected") === "true");
    if (!hit) return;
    event.preventDefault();
    take(box, hit);
  } else if (event.key === "Escape" || event.key === "Tab") {
    show(box, false);
  }
});

document.addEventListener("click", (event) => {
  const hit = event.target.closest("[data-volume-field] [role=option]");
  if (hit) take(boxOf(hit), hit);
  for (const box of document.querySelectorAll("[data-volume-field]")) {
    if (!box.contains(event.target)) show(box, false);
  }
});

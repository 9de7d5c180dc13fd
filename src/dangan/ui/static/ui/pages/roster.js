/* The roster: picking people across pages, arranging columns, narrowing lists, exporting. */

const form = document.getElementById("roster-form");
const batch = document.getElementById("roster-batch");
const picked = new Map(); // subject id -> employee number

/* picks survive paging and filtering until they are taken back */
const boxes = () => [...document.querySelectorAll('#roster-list input[name="pick"]')];
const said = document.getElementById("roster-picked");
const words = document.documentElement.lang === "en" ? (n) => `${n} selected` : document.documentElement.lang === "zh-Hant" ? (n) => `已選 ${n} 人` : (n) => `已选 ${n} 人`;
const show = () => {
  const all = boxes();
  for (const box of all) {
    box.checked = picked.has(box.value);
    box.closest("tr").classList.toggle("on", box.checked);
  }
  const head = document.querySelector("[data-pick-all]");
  if (head) {
    const count = all.filter((box) => box.checked).length;
    head.checked = count > 0 && count === all.length;
    head.indeterminate = count > 0 && count < all.length;
  }
  batch.hidden = picked.size === 0;
  said.textContent = picked.size ? words(picked.size.toLocaleString("en")) : "";
};
const pick = (box, on) => {
  if (on) picked.set(box.value, box.closest("tr").querySelector("[data-number]")?.dataset.number ?? "");
  else picked.delete(box.value);
};
let last = null;
document.addEventListener("click", (event) => {
  const box = event.target.closest('input[name="pick"]');
  if (!box) return;
  const all = boxes();
  if (event.shiftKey && last && all.includes(last)) {
    const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
    for (const between of all.slice(from, to + 1)) pick(between, box.checked);
  } else {
    pick(box, box.checked);
  }
  last = box;
  show();
});
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-pick-all]")) return;
  for (const box of boxes()) pick(box, event.target.checked);
  show();
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-unpick]")) {
    picked.clear();
    show();
  }
  if (event.target.closest("[data-copy-numbers]")) navigator.clipboard?.writeText([...picked.values()].filter(Boolean).join("\n"));
});
document.addEventListener("htmx:afterSettle", show);
show();

/* export leaves htmx aside: the browser posts the form's state and takes the file */
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-export]");
  if (!button) return;
  event.preventDefault();
  const extra = button.dataset.export === "picked" ? [...picked.keys()] : [];
  const inputs = extra.map((id) => Object.assign(document.createElement("input"), { type: "hidden", name: "pick", value: id }));
  const action = form.action;
  form.append(...inputs);
  form.action = button.formAction;
  form.submit();
  form.action = action;
  for (const input of inputs) input.remove();
});

/* row height, kept by a cookie that the server reads when it draws the table */
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-rows]");
  if (!button) return;
  const roomy = document.querySelector("#roster-list .dt")?.classList.toggle("roomy") ?? false;
  button.setAttribute("aria-pressed", String(roomy));
  const secure = location.protocol === "https:";
  document.cookie = `${secure ? "__Host-" : ""}dangan_rows=${roomy ? "roomy" : "dense"}; path=/; max-age=31536000; samesite=lax${secure ? "; secure" : ""}`;
});

/* typing over a list hides what does not match */
document.addEventListener("input", (event) => {
  const narrow = event.target.closest("[data-narrow]");
  if (!narrow) return;
  const sought = narrow.value.trim().toLowerCase();
  for (const option of narrow.closest(".pop").querySelectorAll(".opt")) option.hidden = !option.textContent.toLowerCase().includes(sought);
});
/* none of these little searches is part of the question, nor may Enter in them ask it */
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("[data-narrow], #unit-find")) event.preventDefault();
});

/* the tree: find a unit by part of its name, with the way to it */
document.getElementById("unit-find")?.addEventListener("input", (event) => {
  const sought = event.target.value.trim().toLowerCase();
  const tree = document.querySelector(".tree");
  for (const leaf of tree.querySelectorAll(".twig.leaf")) leaf.hidden = !!sought && !leaf.textContent.toLowerCase().includes(sought);
  for (const branch of [...tree.querySelectorAll(".branch")].reverse()) {
    const own = branch.querySelector(":scope > .twig").textContent.toLowerCase().includes(sought);
    const below = [...branch.querySelectorAll(".twig.leaf")].some((leaf) => !leaf.hidden);
    branch.hidden = !!sought && !own && !below;
    if (sought && below) branch.open = true;
  }
});
/* on a phone the tree folds away again when a unit is chosen */
document.querySelector(".tree")?.addEventListener("change", () => {
  if (matchMedia("(max-width: 767.98px)").matches) document.activeElement.blur();
});
/* a click on a unit's name chooses it; only the arrow folds */
document.addEventListener("click", (event) => {
  const label = event.target.closest("summary.twig label");
  if (!label || event.target.matches("input")) return;
  event.preventDefault();
  const radio = label.querySelector("input");
  if (radio.checked) return;
  radio.checked = true;
  radio.dispatchEvent(new Event("change", { bubbles: true }));
});

/* columns: up and down by button, or drag */
const list = () => document.getElementById("column-list");
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-move]");
  if (!button) return;
  const item = button.closest("li");
  const other = button.dataset.move === "-1" ? item.previousElementSibling : item.nextElementSibling;
  if (!other?.draggable) return;
  button.dataset.move === "-1" ? other.before(item) : other.after(item);
  button.focus();
});
let moving = null;
document.addEventListener("dragstart", (event) => {
  moving = event.target.closest?.("#column-list li") ?? null;
  moving?.classList.add("moving");
});
document.addEventListener("dragover", (event) => {
  const over = event.target.closest?.("#column-list li");
  if (!moving || !over?.draggable || over === moving) return;
  event.preventDefault();
  const box = over.getBoundingClientRect();
  event.clientY < box.top + box.height / 2 ? over.before(moving) : over.after(moving);
});
document.addEventListener("dragend", () => {
  moving?.classList.remove("moving");
  moving = null;
});

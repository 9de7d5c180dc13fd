// The editor of a definition. Without this script every button sends the form and gets the page
// back; with it the page stays where it is: steps stay open, the focus stays on what was pressed,
// and steps can be dragged as well.

const form = document.getElementById("editor-form");
const editor = document.getElementById("editor");
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

// --- a list of choices that changes what else is asked redraws the steps ------------------------

const send = (deed) =>
  window.htmx.ajax("POST", form.getAttribute("hx-post"), {
    target: "#editor", source: form, values: { ...Object.fromEntries([["deed", deed]]) },
  });
form.addEventListener("change", (event) => {
  if (!event.target.matches("[data-redraw], select[name$='.mode']")) return;
  event.stopPropagation();
  send("redraw");
}, true);

// --- what was open stays open, what was pressed keeps the focus ---------------------------------

let opened = new Set();
let pressed = null;
document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-deed]");
  if (!button) return;
  pressed = { deed: button.dataset.deed, key: button.closest(".def-step")?.dataset.key };
});
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target !== editor) return;
  opened = new Set($$(".def-step", editor).filter((step) => step.querySelector("details").open).map((step) => step.dataset.key));
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target !== editor) return;
  for (const step of $$(".def-step", editor)) if (opened.has(step.dataset.key)) step.querySelector("details").open = true;
  people(editor);
  draggable();
  if (!pressed) return;
  const { deed, key } = pressed;
  pressed = null;
  const step = $$(".def-step", editor).find((item) => item.dataset.key === key);
  const again = step?.querySelector(`:scope > details > summary button[data-deed="${deed}"]:not(:disabled)`);
  if (deed === "add") {
    const fresh = $$(".def-step", editor).find((item) => !opened.has(item.dataset.key) && item.querySelector("details").open);
    return fresh?.querySelector("input.form-control")?.focus();
  }
  (again ?? step?.querySelector("summary"))?.focus();
});
// buttons inside a summary must not fold it
document.addEventListener("click", (event) => {
  if (event.target.closest("summary button")) event.preventDefault();
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-open-step]");
  const step = link && document.getElementById(link.dataset.openStep);
  for (let at = step; at && at !== editor; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
  if (step) step.querySelector("details").open = true;
});

// --- people by name ------------------------------------------------------------------------------

function people(root) {
  for (const input of $$("input[data-person]:not(.tomselected)", root)) {
    new window.TomSelect(input, {
      maxItems: 1,
      create: false,
      valueField: "value",
      labelField: "text",
      searchField: [],
      options: input.value ? [{ value: input.value, text: input.dataset.name || input.value }] : [],
      loadThrottle: 200,
      refreshThrottle: 0, // a list redrawn after the choice would open again over the form
      load: (query, done) => {
        const body = new FormData();
        body.set("who", query);
        body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
        fetch(form.dataset.people, { method: "POST", body, headers: { Accept: "application/json" } })
          .then((answer) => (answer.ok ? answer.json() : { people: [] }))
          .then((answer) => done(answer.people))
          .catch(() => done());
      },
      render: { no_results: () => note(form.dataset.none), not_loading: () => note(form.dataset.hint) },
    });
  }
}
function note(text) {
  const box = document.createElement("div");
  box.className = "no-results";
  box.textContent = text;
  return box;
}

// --- dragging: by the grip, onto another step or into a list ------------------------------------

let dragged = null;
function draggable() {
  for (const grip of $$(".def-step .grip", editor)) {
    const step = grip.closest(".def-step");
    grip.addEventListener("pointerdown", () => { step.draggable = true; });
    grip.addEventListener("pointerup", () => { step.draggable = false; });
  }
}
editor.addEventListener("dragstart", (event) => {
  dragged = event.target.closest(".def-step");
  event.dataTransfer.effectAllowed = "move";
});
editor.addEventListener("dragover", (event) => {
  if (!dragged) return;
  const over = event.target.closest(".def-step");
  if (over && dragged.contains(over)) return;
  event.preventDefault();
  for (const step of $$(".def-step.moved", editor)) step.classList.remove("moved");
  over?.classList.add("moved");
});
editor.addEventListener("dragend", () => {
  if (dragged) dragged.draggable = false;
  dragged = null;
  for (const step of $$(".def-step.moved", editor)) step.classList.remove("moved");
});
editor.addEventListener("drop", (event) => {
  if (!dragged) return;
  const over = event.target.closest(".def-step");
  const list = event.target.closest(".def-steps") ?? event.target.closest(".arm")?.querySelector(".def-steps");
  const to = over && !dragged.contains(over) ? over.dataset.path : list?.dataset.place;
  if (!to || dragged.contains(event.target)) return;
  event.preventDefault();
  send(`to ${dragged.dataset.path} ${to}`);
});

// what has been changed and not saved is not lost by a slip
let dirty = false;
form.addEventListener("change", () => { dirty = true; });
form.addEventListener("submit", () => { dirty = false; });
window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });

people(editor);
draggable();

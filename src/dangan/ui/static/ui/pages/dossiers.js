// Dossier pages. Every part works without this script: rows unfold by link, values are revealed
// on a page of their own, forms save without the summary.

const pad = (number) => String(number).padStart(2, "0");

// --- masked values: ask in a dialog, show for a while, mask again -----------------------------

function maskAgain(cell) {
  const masked = cell.querySelector("template");
  if (!masked) return;
  const fragment = masked.content.cloneNode(true);
  const first = fragment.firstElementChild;
  cell.replaceWith(fragment);
  window.htmx?.process(first);
}

function countDown(cell) {
  const clock = cell.querySelector("[data-clock]");
  const end = Date.now() + Number(cell.dataset.seconds) * 1000;
  const tick = () => {
    const left = Math.ceil((end - Date.now()) / 1000);
    if (!cell.isConnected) return;
    if (left <= 0) {
      maskAgain(cell);
      return;
    }
    clock.textContent = `${Math.floor(left / 60)}:${pad(left % 60)}`;
    setTimeout(tick, 1000);
  };
  cell.dataset.running = "";
  tick();
}

function startClocks(root) {
  for (const cell of root.querySelectorAll(".revealed[data-seconds]:not([data-running])")) {
    countDown(cell);
  }
}

document.addEventListener("dossier:revealed", () => {
  document.querySelector("#dialog dialog")?.close();
  startClocks(document);
});
// A page kept for the back button must not keep a value in clear.
window.addEventListener("pagehide", () => {
  document.querySelectorAll(".revealed[data-seconds]").forEach(maskAgain);
});
startClocks(document);

// --- rows unfold in place -----------------------------------------------------------------------

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-unfold]");
  if (!link) return;
  const more = document.getElementById(link.dataset.unfold);
  if (!more) return;
  event.preventDefault();
  more.hidden = !more.hidden;
  link.setAttribute("aria-expanded", String(!more.hidden));
  link.textContent = more.hidden ? link.dataset.open : link.dataset.shut;
});

// --- forms: search in long lists, people by name, a calendar beside typed dates -----------------

function searchable(select) {
  return new window.TomSelect(select, {
    maxOptions: null,
    refreshThrottle: 0, // a list redrawn after the choice would open again over the form
    allowEmptyOption: true,
    searchField: ["text", "value"],
    render: {
      item: (item, escape) => `<div>${escape(item.text.trim())}</div>`,
      no_results: () => notice(select.form.dataset.none),
    },
  });
}

function notice(text) {
  const box = document.createElement("div");
  box.className = "no-results";
  box.textContent = text;
  return box;
}

function people(input) {
  const form = input.form;
  return new window.TomSelect(input, {
    maxItems: 1,
    create: false,
    valueField: "value",
    labelField: "text",
    searchField: [],
    options: input.value ? [{ value: input.value, text: input.value }] : [],
    loadThrottle: 200,
    refreshThrottle: 0,
    load: (query, done) => {
      const body = new FormData();
      body.set("q", query);
      body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
      fetch(form.dataset.people, { method: "POST", body, headers: { Accept: "application/json" } })
        .then((answer) => (answer.ok ? answer.json() : { people: [] }))
        .then((answer) => done(answer.people))
        .catch(() => done());
    },
    render: {
      option: (item, escape) =>
        `<div>${escape(item.text)} <span class="meta">${escape(item.about || "")}</span></div>`,
      no_results: () => notice(form.dataset.none),
      not_loading: () => notice(form.dataset.hint),
    },
  });
}

function calendar(box) {
  const input = box.querySelector("input.form-control");
  const button = box.querySelector(".pick");
  const ghost = box.querySelector("input.ghost");
  button.hidden = false;
  button.addEventListener("click", () => {
    if (/^\d{4}-\d{2}-\d{2}$/.test(input.value)) ghost.value = input.value;
    ghost.showPicker();
  });
  ghost.addEventListener("change", () => {
    const exact = input.dataset.exact === "1";
    input.value = exact ? ghost.value : ghost.value.slice(0, 7);
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });
  const now = box.querySelector(".now");
  if (now) {
    now.hidden = false;
    now.addEventListener("click", () => {
      input.value = now.dataset.value;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }
}

function shown(control) {
  if (control.tagName === "SELECT") {
    return control.value === "" ? "" : control.selectedOptions[0]?.textContent.trim() || "";
  }
  if (control.tomselect) return control.tomselect.options[control.value]?.text || control.value;
  return control.value.trim();
}

// --- forms: what has changed so far, old → new, first thing on the page --------------------------

function watch(form) {
  const box = document.getElementById(form.dataset.changes);
  if (!box) return; // a new dossier has nothing old beside the new
  const list = box.querySelector("dl");
  const count = box.querySelector("[data-count]");
  const save = form.querySelector("[data-save]");
  const plain = save.textContent.trim();
  const fields = [...form.querySelectorAll("[data-field]")];
  let leaving = false;

  const changed = (field) => {
    const control = field.querySelector("[name^='v-'], [name*='-v-']");
    if (!control) return null;
    const empties = field.querySelector("input[type='checkbox'][data-empties]");
    if (empties?.checked && !control.value) return { control, text: form.dataset.empty };
    if (control.value.trim() === field.dataset.raw) return null;
    return { control, text: shown(control) || form.dataset.empty };
  };

  const draw = () => {
    list.replaceChildren();
    let number = 0;
    for (const field of fields) {
      const now = changed(field);
      field.classList.toggle("touched", now !== null);
      if (!now) continue;
      number += 1;
      const name = document.createElement("dt");
      const value = document.createElement("dd");
      const old = document.createElement("span");
      const fresh = document.createElement("span");
      name.textContent = field.dataset.label;
      old.className = field.dataset.was ? "old" : "none";
      old.textContent = field.dataset.was || form.dataset.empty;
      fresh.className = "new";
      fresh.textContent = now.text;
      value.append(old, fresh);
      list.append(name, value);
    }
    box.hidden = number === 0;
    count.textContent = box.dataset.title.replace("{n}", number);
    save.textContent = number ? form.dataset.saving.replace("{n}", number) : plain;
    return number;
  };

  form.addEventListener("input", draw);
  form.addEventListener("change", draw);
  box.querySelector("[data-restore]").addEventListener("click", () => {
    for (const field of fields) {
      const now = changed(field);
      if (!now) continue;
      if (now.control.tomselect) now.control.tomselect.setValue(field.dataset.raw, true);
      else now.control.value = field.dataset.raw;
      const empties = field.querySelector("input[data-empties]");
      if (empties) empties.checked = false;
    }
    draw();
  });
  form.addEventListener("submit", () => {
    leaving = true;
  });
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && draw() > 0) event.preventDefault();
  });
  draw();
}

if (window.TomSelect) {
  document.querySelectorAll("select[data-search]").forEach(searchable);
  document.querySelectorAll("input[data-people]").forEach(people);
}
document.querySelectorAll(".with-pick").forEach(calendar);
document.querySelectorAll("form[data-changes]").forEach(watch);
document.querySelector(".fr.bad :is(input, select, textarea)")?.focus();

// --- history: two ticked versions of one row make a comparison ----------------------------------

for (const form of document.querySelectorAll("form[data-compare]")) {
  const boxes = [...form.querySelectorAll("input[type='checkbox']")];
  const button = form.querySelector("[data-go]");
  const draw = (event) => {
    const ticked = boxes.filter((box) => box.checked);
    if (ticked.length > 2 && event) {
      const oldest = ticked.find((box) => box !== event.target);
      oldest.checked = false;
    }
    button.disabled = boxes.filter((box) => box.checked).length !== 2;
  };
  form.addEventListener("change", draw);
  draw();
}

// 档案目录. Every part works without this script: filters have a button, lines are links,
// and a form shows all its fields.

// --- filters send themselves ---------------------------------------------------------------------

for (const form of document.querySelectorAll("form[data-auto]")) {
  form.querySelector("[data-submit]").hidden = true;
  form.addEventListener("change", () => form.requestSubmit());
}

// --- a form shows what its class asks for ---------------------------------------------------------

for (const form of document.querySelectorAll("form[data-line-form]")) {
  const category = form.elements.category;
  const draw = () => {
    for (const box of form.querySelectorAll("[data-for]")) {
      box.hidden = !box.dataset.for.split(" ").includes(category.value);
    }
    for (const group of form.elements.rank?.querySelectorAll("optgroup") ?? []) {
      group.hidden = group.disabled = group.label !== category.value;
    }
  };
  category.addEventListener("change", draw);
  draw();
}

// --- up and down through the lines by keyboard ----------------------------------------------------

document.addEventListener("keydown", (event) => {
  const link = event.target.closest?.("[data-line]");
  if (!link || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
  const all = [...document.querySelectorAll("[data-line]")];
  const next = all[all.indexOf(link) + (event.key === "ArrowDown" ? 1 : -1)];
  if (!next) return;
  event.preventDefault();
  next.focus();
});

// --- the chosen line stands in sight --------------------------------------------------------------

document.querySelector("#catalogue tr.on")?.scrollIntoView({ block: "nearest" });

// The form of a slip: the fields of the way that was chosen.

for (const form of document.querySelectorAll("[data-way]")) {
  const show = () => {
    const chosen = form.querySelector('[name="way"]:checked')?.value;
    for (const part of form.querySelectorAll("[data-for]")) part.hidden = part.dataset.for !== chosen;
  };
  show();
  form.addEventListener("change", show);
}

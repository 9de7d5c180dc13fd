// Pages of loans: who borrows, the drawn signature, ticking the list of return.

const part = (form) => {
  const chosen = form.querySelector('[name="who"]:checked')?.value ?? "self";
  for (const box of form.querySelectorAll("[data-who]")) box.hidden = box.dataset.who !== chosen;
};
for (const form of document.querySelectorAll("[data-loan-ask]")) {
  part(form);
  form.addEventListener("change", () => part(form));
}

for (const canvas of document.querySelectorAll("[data-sign-pad]")) {
  const form = canvas.closest("form");
  const pen = canvas.getContext("2d");
  let drawing = false;
  let used = false;
  const clear = () => {
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.lineWidth = 3;
    pen.lineCap = "round";
    pen.lineJoin = "round";
    pen.strokeStyle = "#1b2430";
    used = false;
  };
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [
      ((event.clientX - box.left) * canvas.width) / box.width,
      ((event.clientY - box.top) * canvas.height) / box.height,
    ];
  };
  clear();
  canvas.addEventListener("pointerdown", (event) => {
    drawing = true;
    used = true;
    canvas.setPointerCapture(event.pointerId);
    pen.beginPath();
    pen.moveTo(...at(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!drawing) return;
    pen.lineTo(...at(event));
    pen.stroke();
  });
  for (const end of ["pointerup", "pointercancel"])
    canvas.addEventListener(end, () => (drawing = false));
  form.querySelector("[data-sign-clear]").addEventListener("click", clear);
  form.addEventListener("submit", () => {
    form.elements.signature.value = used ? canvas.toDataURL("image/png") : "";
  });
}

for (const form of document.querySelectorAll("[data-return]")) {
  const mark = (row) => {
    const expected = row.querySelector("[data-expected]").dataset.expected;
    const counted = row.querySelector('input[type="number"]').value;
    row.classList.toggle("differs", counted !== expected);
  };
  form.querySelector("[data-tick-all]")?.addEventListener("click", () => {
    for (const box of form.querySelectorAll('input[name^="ok-"]')) box.checked = true;
  });
  form.addEventListener("input", (event) => {
    const row = event.target.closest("[data-line]");
    if (!row) return;
    mark(row);
    if (event.target.type !== "checkbox") row.querySelector('input[name^="ok-"]').checked = true;
  });
  for (const row of form.querySelectorAll("[data-line]")) mark(row);
}

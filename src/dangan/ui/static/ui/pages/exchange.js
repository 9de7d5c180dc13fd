/* The import pages: dropping files, naming what was chosen, one upload at a time.
   Without it the file field and the buttons work as they are. */

const zone = document.getElementById("drop-zone");
const field = document.getElementById("files");

const name = () => {
  const chosen = [...field.files];
  zone.classList.toggle("chosen", chosen.length > 0);
  if (!chosen.length) return;
  const size = chosen.reduce((sum, file) => sum + file.size, 0) / 2 ** 20;
  document.getElementById("drop-names").textContent =
    `${chosen.map((file) => file.name).join("、")}　${size < 0.1 ? "< 0.1" : size.toFixed(1)} MB`;
};

if (zone && field) {
  field.addEventListener("change", name);
  for (const type of ["dragenter", "dragover"]) zone.addEventListener(type, (event) => {
    event.preventDefault();
    zone.classList.add("over");
  });
  for (const type of ["dragleave", "drop"]) zone.addEventListener(type, () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    if (!event.dataTransfer?.files.length) return;
    field.files = event.dataTransfer.files;
    name();
  });
  /* a second press would upload twice */
  document.getElementById("upload-form").addEventListener("submit", (event) => {
    event.submitter?.setAttribute("disabled", "");
  });
  window.addEventListener("pageshow", () => {
    document.querySelector("#upload-form button[disabled]")?.removeAttribute("disabled");
  });
}

/* a column left out is drawn pale at once */
document.addEventListener("change", (event) => {
  const select = event.target.closest(".columns-table select");
  select?.closest("tr").classList.toggle("unused", select.value === "");
});

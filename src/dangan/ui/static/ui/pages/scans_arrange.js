/* Dragging pages into another order; the order is sent when a page is let go. */
const grid = document.querySelector("[data-grid]");
const form = document.querySelector("[data-order]");
if (grid && form) {
  let dragged = null;
  grid.addEventListener("dragstart", (event) => {
    dragged = event.target.closest(".page-cell");
    dragged?.classList.add("dragged");
    if (event.dataTransfer) event.dataTransfer.effectAllowed = "move";
  });
  grid.addEventListener("dragover", (event) => {
    const over = event.target.closest(".page-cell");
    if (!dragged || !over || over === dragged) return;
    event.preventDefault();
    const cells = [...grid.children];
    const later = cells.indexOf(dragged) < cells.indexOf(over);
    grid.insertBefore(dragged, later ? over.nextSibling : over);
  });
  grid.addEventListener("drop", (event) => event.preventDefault());
  grid.addEventListener("dragend", () => {
    dragged?.classList.remove("dragged");
    dragged = null;
    form.requestSubmit();
  });
}

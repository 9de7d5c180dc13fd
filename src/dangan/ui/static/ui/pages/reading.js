// A line of text and its place on the picture point at each other.

for (const line of document.querySelectorAll("[data-box]")) {
  const box = document.getElementById(line.dataset.box);
  if (!box) continue;
  const show = (here) => box.classList.toggle("here", here);
  line.addEventListener("pointerenter", () => show(true));
  line.addEventListener("pointerleave", () => show(false));
  line.addEventListener("focusin", () => show(true));
  line.addEventListener("focusout", () => show(false));
}

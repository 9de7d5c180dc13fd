// A portrait behind a 5:7 frame. The picture is cut here and only the cut leaves the browser;
// without this script the whole picture goes up and the server cuts it.

const RATIO = 5 / 7;
const WIDTH = 640;
const STEP = 8;

function cutting(form) {
  const input = form.querySelector("input[type='file']");
  const stage = form.querySelector(".crop-stage");
  const image = stage.querySelector("img");
  const parts = form.querySelectorAll(".crop-stage, .crop-tools, .crop-help");
  const unreadable = form.querySelector("[data-unreadable]");
  let cropper = null;
  let address = "";
  let sending = false;

  const show = (on) => parts.forEach((part) => { part.hidden = !on; });
  const stop = () => {
    cropper?.destroy();
    cropper = null;
    if (address) URL.revokeObjectURL(address);
    address = "";
  };

  input.addEventListener("change", () => {
    stop();
    unreadable.hidden = true;
    const file = input.files[0];
    show(Boolean(file));
    if (!file) return;
    address = URL.createObjectURL(file);
    image.src = address;
  });
  image.addEventListener("error", () => {
    stop();
    show(false);
    unreadable.hidden = false;
  });
  image.addEventListener("load", () => {
    if (cropper || !address) return;
    // Browsers turn photographs upright themselves; reading them again would ask for blob: in
    // the page's policy.
    cropper = new window.Cropper(image, {
      aspectRatio: RATIO, viewMode: 1, dragMode: "move", autoCropArea: 0.9,
      checkOrientation: false, checkCrossOrigin: false, toggleDragModeOnDblclick: false,
      guides: true, background: false,
    });
    stage.focus({ preventScroll: true });
  });

  const moves = {
    ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP],
  };
  stage.addEventListener("keydown", (event) => {
    if (!cropper) return;
    if (moves[event.key]) cropper.move(...moves[event.key]);
    else if (event.key === "+" || event.key === "=") cropper.zoom(0.1);
    else if (event.key === "-") cropper.zoom(-0.1);
    else return;
    event.preventDefault();
  });
  form.querySelector(".crop-tools").addEventListener("click", (event) => {
    const tool = event.target.closest("button");
    if (!tool || !cropper) return;
    if (tool.dataset.zoom) cropper.zoom(Number(tool.dataset.zoom));
    if (tool.dataset.turn) cropper.rotate(Number(tool.dataset.turn));
  });

  form.addEventListener("submit", (event) => {
    if (!cropper || sending) return;
    event.preventDefault();
    sending = true;
    const canvas = cropper.getCroppedCanvas({
      width: WIDTH, height: Math.round(WIDTH / RATIO), fillColor: "#fff", imageSmoothingQuality: "high",
    });
    canvas.toBlob((blob) => {
      const cut = new DataTransfer();
      cut.items.add(new File([blob], "portrait.jpg", { type: "image/jpeg" }));
      input.files = cut.files;
      form.submit();
    }, "image/jpeg", 0.9);
  });
}

document.querySelectorAll("form[data-crop]").forEach(cutting);

// One's own form: what differs from the dossier stands in the red box while it is typed, each line
// with its way back. Without this script the box shows what the draft holds.

const form = document.querySelector("form[data-own]");
const box = document.getElementById("pending");

function text(control, empty) {
  if (control.tagName === "SELECT") {
    return control.value === "" ? empty : control.selectedOptions[0]?.textContent.trim() || empty;
  }
  return control.value.trim() || empty;
}

function watch() {
  const list = box.querySelector("dl");
  const count = box.querySelector("[data-count]");
  const button = form.querySelector("[data-submit-button]");
  const fields = [...form.querySelectorAll("[data-field]")];
  const control = (field) => field.querySelector("[name*='v-']");
  const began = new Map(fields.map((field) => [field, control(field).value]));
  // A proposed portrait and whole rows have no control here: their lines stay as the page came.
  const own = new Set(fields.map((field) => field.dataset.path));
  const rest = () => [...list.children].filter((line) => !own.has(line.dataset.line));
  let leaving = false;
  let drawn = "";

  const differs = () => fields.some((field) => control(field).value !== began.get(field));

  const reset = (field) => {
    const input = control(field);
    if (input.tomselect) input.tomselect.setValue(field.dataset.raw, true);
    else input.value = field.dataset.raw;
  };

  const line = (field) => {
    const name = document.createElement("dt");
    const value = document.createElement("dd");
    const old = document.createElement("span");
    const fresh = document.createElement("span");
    const back = document.createElement("button");
    const arrow = document.createElement("i");
    name.textContent = field.dataset.label;
    name.dataset.line = value.dataset.line = field.dataset.path;
    old.className = field.dataset.was ? "old" : "none";
    old.textContent = field.dataset.was || form.dataset.empty;
    fresh.className = "new";
    fresh.textContent = text(control(field), form.dataset.empty);
    back.type = "button";
    back.className = "icon-b sm undo";
    back.title = box.dataset.undo + field.dataset.label;
    back.setAttribute("aria-label", back.title);
    arrow.className = "ti ti-arrow-back";
    arrow.setAttribute("aria-hidden", "true");
    back.append(arrow);
    back.addEventListener("click", () => { reset(field); draw(); control(field).focus(); });
    value.append(old, fresh, back);
    return [name, value];
  };

  const draw = () => {
    const changed = fields.filter((field) => control(field).value.trim() !== field.dataset.raw);
    // Leaving a field for a line's own button must not put a new button under the pointer.
    const said = JSON.stringify(changed.map((field) => [field.dataset.path, control(field).value]));
    if (said === drawn) return differs();
    drawn = said;
    fields.forEach((field) => field.classList.toggle("touched", changed.includes(field)));
    const kept = rest();
    const number = changed.length + kept.filter((node) => node.tagName === "DT").length;
    list.replaceChildren(...changed.flatMap(line), ...kept);
    box.hidden = number === 0;
    count.textContent = box.dataset.title.replace("{n}", number);
    button.textContent = number ? form.dataset.submit.replace("{n}", number) : form.dataset.plain;
    return differs();
  };

  // Nothing is saved yet: taking back needs no server. A draft that is saved goes there too.
  const restore = box.querySelector("form[data-restore]");
  restore.addEventListener("submit", (event) => {
    fields.forEach(reset);
    draw();
    if (restore.dataset.restore === "saved") return;
    event.preventDefault();
    leaving = false;
  });

  form.addEventListener("input", draw);
  form.addEventListener("change", draw);
  form.addEventListener("submit", () => { leaving = true; });
  box.addEventListener("submit", (event) => { leaving = !event.defaultPrevented; });
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && draw()) event.preventDefault();
  });
  draw();
}

if (form && box) watch();

// proofs: choosing is sending
document.documentElement.classList.add("scripted");
for (const upload of document.querySelectorAll("form[data-upload]")) {
  const inputs = [...upload.querySelectorAll("input[data-pick]")];
  upload.addEventListener("change", (event) => {
    if (!event.target.files?.length) return;
    for (const other of inputs) if (other !== event.target) other.disabled = true;
    upload.submit();
  });
}

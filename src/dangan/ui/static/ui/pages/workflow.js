// Pages of the flows. Every part works without this script: rows are links, acting has pages of
// its own, comments are plain forms.

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

// --- lists: keys and selection -------------------------------------------------------------------

const list = $("[data-list]");
if (list) {
  const rows = $$("tbody tr", list);
  const boxes = $$("input[name=task]", list);
  const batch = $("#batch");
  const all = $("[data-all]", list);
  let at = -1;

  const go = (to) => {
    if (!rows.length) return;
    rows[at]?.classList.remove("here");
    at = Math.max(0, Math.min(rows.length - 1, to));
    rows[at].classList.add("here");
    $("a.what", rows[at]).focus({ preventScroll: true });
    rows[at].scrollIntoView({ block: "nearest" });
  };
  const leave = () => {
    rows[at]?.classList.remove("here");
    at = -1;
    document.activeElement?.blur();
  };
  const groupOf = (box) => box.closest("tr").dataset.group;
  const chosen = () => boxes.filter((box) => box.checked);
  const group = () => (chosen().length ? groupOf(chosen()[0]) : "");

  // only tasks of the same flow and step go together: the others cannot be ticked meanwhile
  const update = () => {
    const picked = chosen();
    for (const box of boxes) box.disabled = picked.length > 0 && groupOf(box) !== group();
    if (!batch) return;
    batch.hidden = picked.length === 0;
    const row = picked[0]?.closest("tr");
    const step = row ? row.cells[4].textContent.trim() : "";
    $("[data-said]", batch).textContent = row ? list.dataset.said.replace("{n}", picked.length).replace("{step}", step) : "";
    if (all) {
      const mates = boxes.filter((box) => groupOf(box) === group());
      all.checked = picked.length > 0 && picked.length === mates.length;
      all.indeterminate = picked.length > 0 && !all.checked;
    }
  };
  if (all && boxes.length) {
    all.hidden = false;
    all.addEventListener("change", () => {
      const want = all.checked;
      const which = group() || (boxes[0] ? groupOf(boxes[0]) : "");
      for (const box of boxes) if (groupOf(box) === which) box.checked = want;
      update();
    });
  }
  list.addEventListener("change", update);
  $("[data-clear]", batch ?? document)?.addEventListener("click", () => {
    for (const box of boxes) box.checked = false;
    update();
  });
  update(); // the browser may have kept ticks from before

  rows.forEach((row, index) => row.addEventListener("focusin", () => {
    rows[at]?.classList.remove("here");
    at = index;
    row.classList.add("here");
  }));

  const agree = () => {
    if (chosen().length) return $("button[hx-post]", batch).click();
    const url = rows[at]?.dataset.agree;
    if (url) window.htmx.ajax("GET", url, { target: "#dialog", source: rows[at] });
  };

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable], dialog");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || $("#dialog dialog[open]")) return;
    const keys = {
      j: () => go(at + 1),
      k: () => go(at < 0 ? 0 : at - 1),
      x: () => {
        const box = at >= 0 && $("input[name=task]", rows[at]);
        if (box && !box.disabled) {
          box.checked = !box.checked;
          update();
        }
      },
      a: agree,
      Escape: leave,
    };
    if (!(event.key in keys)) return;
    if (event.key !== "Escape") event.preventDefault();
    keys[event.key]();
  });
}

// --- dialogs: 返回 closes, without going anywhere --------------------------------------------------

document.addEventListener("click", (event) => {
  if (event.target.closest("dialog a[data-close]")) event.preventDefault();
});
// the words of a decision are what one wants to write first
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id !== "dialog") return;
  const dialog = $("#dialog dialog");
  ($("[aria-invalid=true]", dialog ?? document) ?? $("input[type=search], textarea", dialog ?? document))?.focus();
});

// --- discussion: @ chooses among those who take part ----------------------------------------------

const talk = $("[data-talk]");
if (talk) {
  const text = $("textarea", talk);
  const mentions = $("[data-mentions]", talk);
  const files = $("input[type=file]", talk);
  const said = $("[data-chosen]", talk);
  let typedAt = false; // the list was opened by typing @, which is already there

  const insert = (name) => {
    const end = text.selectionEnd;
    const before = text.value.slice(0, end).replace(typedAt ? /@$/ : /$^/, "");
    text.value = `${before}@${name} ${text.value.slice(end)}`;
    typedAt = false;
  };
  text.addEventListener("input", (event) => {
    if (event.data !== "@" || !mentions) return;
    typedAt = true;
    mentions.open = true;
    $("input", mentions)?.focus();
  });
  mentions?.addEventListener("change", (event) => {
    const box = event.target;
    if (box.checked && !text.value.includes(`@${box.dataset.name}`)) insert(box.dataset.name);
    if (!box.checked) text.value = text.value.replaceAll(`@${box.dataset.name} `, "");
    mentions.open = false;
    text.focus();
  });
  mentions?.addEventListener("toggle", () => {
    if (!mentions.open) typedAt = false;
  });
  // a name taken out of the text is not told either
  talk.addEventListener("submit", () => {
    for (const box of $$("input[name=mention]", talk)) if (!text.value.includes(`@${box.dataset.name}`)) box.checked = false;
  });
  files.addEventListener("change", () => {
    said.textContent = [...files.files].map((file) => file.name).join("、");
    said.hidden = files.files.length === 0;
  });
}

// --- print ----------------------------------------------------------------------------------------

$("[data-print]")?.addEventListener("click", () => window.print());

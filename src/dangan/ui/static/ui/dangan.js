/* The shell's behaviour: menus, dialogs, people search, slow loading, errors of fragments.
   Pages work without it as far as forms and links go; nothing here decides anything. */

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

/* menus: <details class="drop"> closes by Esc, by a click outside and when another opens */
const closeMenus = (except) => {
  for (const menu of $$("details.drop[open]")) if (menu !== except && !menu.contains(except)) menu.open = false;
};
document.addEventListener("click", (event) => closeMenus(event.target.closest("details.drop")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = event.target.closest?.("details.drop[open]") ?? $("details.drop[open]");
  if (open) {
    open.open = false;
    $("summary", open).focus();
  }
});
/* a popover that would leave the window to the right hangs from its right edge instead */
document.addEventListener("toggle", (event) => {
  const pop = event.target.matches?.("details.drop[open]") && $(".pop", event.target);
  if (!pop) return;
  pop.classList.toggle("end", pop.classList.contains("end") || pop.getBoundingClientRect().right > innerWidth - 8);
  if (pop.getBoundingClientRect().left < 8) pop.classList.remove("end");
  $("[autofocus]", pop)?.focus();
}, true);

/* small deeds named by data attributes */
document.addEventListener("click", (event) => {
  const deed = event.target.closest("[data-back], [data-reload], [data-find], [data-toggle], [data-close]");
  if (!deed) return;
  if ("back" in deed.dataset) history.length > 1 ? history.back() : location.assign("/");
  if ("reload" in deed.dataset) location.reload();
  if ("find" in deed.dataset) $("#find-box")?.focus();
  if ("close" in deed.dataset) (deed.closest("dialog") ?? deed.closest("details"))?.[deed.closest("dialog") ? "close" : "removeAttribute"](...(deed.closest("dialog") ? [] : ["open"]));
  if ("toggle" in deed.dataset) {
    const panel = document.getElementById(deed.dataset.toggle);
    const open = panel.classList.toggle("open");
    deed.setAttribute("aria-expanded", String(open));
    if (open) $("a", panel)?.focus();
  }
});

/* dialogs: a fragment that lands in #dialog opens as a modal and gives focus back */
let opener = null;
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.target?.id === "dialog" && !$("dialog[open]")) opener = document.activeElement;
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id !== "dialog") return;
  const dialog = $("#dialog dialog");
  if (!dialog) return opener?.focus();
  if (dialog.open) return;
  dialog.showModal();
  dialog.addEventListener("close", () => {
    $("#dialog").replaceChildren();
    opener?.focus();
  }, { once: true });
});

/* slow loading: after 0.3 s the target shows its skeleton and the top of the window a bar */
const waits = new WeakMap();
document.addEventListener("htmx:beforeRequest", (event) => {
  const { xhr, target } = event.detail;
  waits.set(xhr, setTimeout(() => {
    target?.classList.add("slow");
    $("#busy")?.removeAttribute("hidden");
  }, 300));
});
document.addEventListener("htmx:afterRequest", (event) => {
  clearTimeout(waits.get(event.detail.xhr));
  event.detail.target?.classList.remove("slow");
  $("#busy")?.setAttribute("hidden", "");
});

/* a refusal takes the whole main area, so that it never hides where a fragment was meant to go;
   409 and 422 carry a form with what was typed and go where the fragment goes */
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (xhr.status < 400 || xhr.status === 409 || xhr.status === 422) return;
  if (xhr.getResponseHeader("HX-Retarget")) return;
  const body = new DOMParser().parseFromString(xhr.responseText, "text/html");
  if (!$("#main", body)) return;
  event.detail.shouldSwap = true;
  event.detail.target = $("#main");
  event.detail.selectOverride = "#main > *";
  $("#dialog")?.replaceChildren();
});

/* people search: Ctrl K, arrows, Enter, Esc */
const box = $("#find-box");
if (box) {
  const list = $("#find-list");
  const hits = () => $$("a[role=option]", list);
  const chosen = () => hits().findIndex((hit) => hit.getAttribute("aria-selected") === "true");
  const show = (open) => {
    list.hidden = !open;
    box.setAttribute("aria-expanded", String(open));
    if (!open) box.removeAttribute("aria-activedescendant");
  };
  const choose = (index) => {
    const all = hits();
    if (!all.length) return;
    const at = (index + all.length) % all.length;
    all.forEach((hit, i) => hit.setAttribute("aria-selected", String(i === at)));
    box.setAttribute("aria-activedescendant", all[at].id);
    all[at].scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      box.focus();
      box.select();
    }
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) show(hits().length > 0);
      else choose(chosen() + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter" && !list.hidden && chosen() >= 0) {
      event.preventDefault();
      hits()[chosen()].click();
    } else if (event.key === "Escape") {
      show(false);
    }
  });
  list.addEventListener("htmx:afterSwap", () => {
    show(box.value.trim() !== "" && list.childElementCount > 0);
    if (!list.hidden) choose(0);
  });
  box.addEventListener("input", () => { if (!box.value.trim()) show(false); });
  box.addEventListener("focus", () => { if (box.value.trim() && list.childElementCount) show(true); });
  document.addEventListener("click", (event) => { if (!event.target.closest("#find")) show(false); });
}

/* passwords: a button that shows what was typed; a word when Caps Lock is on */
for (const eye of $$("[data-show-password]")) {
  const input = document.getElementById(eye.dataset.showPassword);
  eye.addEventListener("click", () => {
    const shown = input.type === "text";
    input.type = shown ? "password" : "text";
    eye.setAttribute("aria-pressed", String(!shown));
  });
}
for (const note of $$("[data-caps-lock]")) {
  document.getElementById(note.dataset.capsLock)?.addEventListener("keyup", (event) => {
    note.hidden = !event.getModifierState?.("CapsLock");
  });
}

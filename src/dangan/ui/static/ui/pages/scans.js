/* The viewer: one page or two, zoom, turning the view, keyboard; the next page is fetched ahead. */
const ZOOMS = ["w50", "w75", "", "w150", "w200"];

class Viewer {
  constructor(box) {
    this.box = box;
    this.links = [...box.querySelectorAll("[data-page]")];
    this.stage = box.querySelector("[data-stage]");
    if (!this.stage) return;
    this.shown = box.querySelector("[data-shown]");
    this.second = box.querySelector("[data-second]");
    this.at = Math.max(0, Number(box.dataset.first) - 1);
    this.zoom = ZOOMS.indexOf("");
    this.turns = 0;
    this.two = false;
    box.addEventListener("click", (event) => this.click(event));
    box.addEventListener("keydown", (event) => this.key(event));
    this.ahead();
  }

  width() {
    const wide = this.stage.clientWidth * (window.devicePixelRatio || 1);
    const factor = { w50: 0.5, w75: 0.75, w150: 1.5, w200: 2 }[ZOOMS[this.zoom]] || 1;
    return Math.round(wide * factor * (this.two ? 0.5 : 1));
  }

  address(index) {
    return `${this.links[index].dataset.src}?w=${Math.min(2000, Math.max(800, this.width()))}`;
  }

  show(index) {
    if (index < 0 || index >= this.links.length) return;
    this.at = index;
    this.draw();
    this.stage.scrollTop = 0;
  }

  draw() {
    const name = (n) => this.shown.dataset.alt.replace("{n}", n + 1);
    this.shown.src = this.address(this.at);
    this.shown.alt = name(this.at);
    const next = this.two && this.at + 1 < this.links.length;
    this.second.hidden = !next;
    if (next) {
      this.second.src = this.address(this.at + 1);
      this.second.alt = name(this.at + 1);
    }
    this.links.forEach((link, index) => {
      const on = index === this.at;
      link.classList.toggle("on", on);
      if (on) {
        link.setAttribute("aria-current", "true");
        link.scrollIntoView({ block: "nearest", inline: "nearest" });
      } else link.removeAttribute("aria-current");
    });
    const original = this.box.querySelector("[data-original]");
    if (original) original.href = this.links[this.at].dataset.src.replace(/image\/$/, "file/");
    const turn = this.turns ? ` turn${this.turns * 90}` : "";
    this.stage.className = `viewer-stage ${this.two ? "two" : ZOOMS[this.zoom]}${turn}`;
    this.ahead();
  }

  /* Only the page after this one, once this one stands: each picture asked for is a logged look. */
  ahead() {
    const next = this.at + (this.two ? 2 : 1);
    if (next >= this.links.length) return;
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => {
      if (document.visibilityState === "visible") new Image().src = this.address(next);
    }, 600);
  }

  deed(name) {
    if (name === "in") this.zoom = Math.min(this.zoom + 1, ZOOMS.length - 1);
    else if (name === "out") this.zoom = Math.max(this.zoom - 1, 0);
    else if (name === "fit") this.zoom = ZOOMS.indexOf("");
    else if (name === "turn") this.turns = (this.turns + 1) % 4;
    else if (name === "two") {
      this.two = !this.two;
      this.box.querySelector('[data-deed="two"]').setAttribute("aria-pressed", String(this.two));
    } else if (name === "full") {
      if (document.fullscreenElement) document.exitFullscreen();
      else if (this.box.requestFullscreen) this.box.requestFullscreen();
      return;
    }
    this.draw();
  }

  click(event) {
    const button = event.target.closest("[data-deed]");
    if (button) {
      this.deed(button.dataset.deed);
      return;
    }
    const link = event.target.closest("[data-page]");
    if (link && !event.metaKey && !event.ctrlKey) {
      event.preventDefault();
      this.show(this.links.indexOf(link));
    }
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = this.two ? 2 : 1;
    const moves = {
      ArrowRight: step, PageDown: step, ArrowLeft: -step, PageUp: -step,
    };
    const deeds = { "+": "in", "=": "in", "-": "out", 0: "fit", f: "full", d: "two", r: "turn" };
    if (event.key in moves) this.show(this.at + moves[event.key]);
    else if (event.key === "Home") this.show(0);
    else if (event.key === "End") this.show(this.links.length - 1);
    else if (event.key in deeds) this.deed(deeds[event.key]);
    else return;
    event.preventDefault();
  }
}

const begun = new WeakSet();
function begin(root) {
  for (const box of root.querySelectorAll("[data-viewer]")) {
    if (begun.has(box)) continue;
    begun.add(box);
    new Viewer(box);
  }
}
begin(document);
document.addEventListener("htmx:load", (event) => begin(event.target.parentElement || document));

/* Uploading: each file is sent on its own, so that a failed one costs no other. */
const zone = document.querySelector("[data-upload]");

/* Every file of what was dropped, folders opened, with its path. */
async function filesOf(items) {
  const found = [];
  async function walk(entry, path) {
    if (entry.isFile) {
      const file = await new Promise((done, failed) => entry.file(done, failed));
      found.push([file, path + file.name]);
    } else if (entry.isDirectory) {
      const reader = entry.createReader();
      for (;;) {
        const some = await new Promise((done, failed) => reader.readEntries(done, failed));
        if (!some.length) break;
        for (const one of some) await walk(one, `${path}${entry.name}/`);
      }
    }
  }
  const entries = [...items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  for (const entry of entries) await walk(entry, "");
  return found;
}

class Uploads {
  constructor(form) {
    this.form = form;
    this.list = form.querySelector("[data-list]");
    this.token = form.querySelector("[name=csrfmiddlewaretoken]").value;
    this.waiting = [];
    this.failed = 0;
    this.done = 0;
    this.running = false;
  }

  add(files) {
    for (const [file, path] of files) {
      const line = document.createElement("li");
      const bar = document.createElement("progress");
      const name = document.createElement("span");
      bar.max = 100;
      bar.value = 0;
      name.textContent = path;
      line.append(bar, name);
      this.list.append(line);
      this.waiting.push({ file, path, line, bar, name });
    }
    this.run();
  }

  async run() {
    if (this.running) return;
    this.running = true;
    while (this.waiting.length) await this.send(this.waiting.shift());
    this.running = false;
    if (this.done && !this.failed) window.location.reload();
  }

  send(one) {
    return new Promise((finished) => {
      const body = new FormData();
      body.append("csrfmiddlewaretoken", this.token);
      body.append("path", one.path);
      body.append("files", one.file, one.file.name);
      const request = new XMLHttpRequest();
      request.open("POST", this.form.action);
      request.setRequestHeader("Accept", "application/json");
      request.responseType = "json";
      request.upload.addEventListener("progress", (event) => {
        if (event.lengthComputable) one.bar.value = (95 * event.loaded) / event.total;
      });
      const failed = () => {
        this.failed += 1;
        one.name.className = "bad";
        one.name.textContent = this.form.dataset.failed.replace("{name}", one.path);
        this.again(one);
        finished();
      };
      request.addEventListener("error", failed);
      request.addEventListener("load", () => {
        if (request.status !== 200 || !request.response) return failed();
        one.bar.value = 100;
        if (request.response.taken) this.done += request.response.taken;
        for (const words of request.response.refused) this.refuse(one, words);
        if (!request.response.refused.length) one.line.remove();
        return finished();
      });
      request.send(body);
    });
  }

  refuse(one, words) {
    this.failed += 1;
    const line = document.createElement("li");
    line.className = "bad";
    line.textContent = words;
    one.line.replaceWith(line);
  }

  again(one) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm";
    button.textContent = this.form.dataset.again;
    button.addEventListener("click", () => {
      this.failed -= 1;
      one.name.className = "";
      one.name.textContent = one.path;
      button.remove();
      this.waiting.push(one);
      this.run();
    });
    one.line.append(button);
  }
}

if (zone) {
  zone.classList.add("live");
  const uploads = new Uploads(zone);
  for (const input of zone.querySelectorAll("input[type=file]")) {
    input.addEventListener("change", () => {
      uploads.add([...input.files].map((file) => [file, file.webkitRelativePath || file.name]));
      input.value = "";
    });
  }
  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    zone.classList.add("over");
  });
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", async (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    uploads.add(await filesOf(event.dataTransfer.items));
  });
}

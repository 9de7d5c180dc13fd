/* The storeroom: the phone page that scans, and the chart of the air. */

const root = document.querySelector("[data-scan]");
if (root) scanning(root);
const air = JSON.parse(document.getElementById("air-data")?.textContent ?? "null");
if (air && globalThis.echarts) drawAir(air, JSON.parse(document.getElementById("air-words").textContent));

/* Scans wait in a queue and leave it one by one once the server has answered. A network that fails
   keeps them there: the same scan twice is the same scan, so sending again does no harm. */
function scanning(page) {
  const find = (name) => page.querySelector(`[data-${name}]`);
  const words = Object.fromEntries([...page.querySelector("[data-words]").content.querySelectorAll("[data-w]")].map((one) => [one.dataset.w, one.textContent]));
  const form = find("scan-form");
  const token = form.elements.csrfmiddlewaretoken.value;
  const state = { put: null, taking: "", place: "", queue: [], sending: false, retry: 0 };

  const mode = () => {
    const said = state.put ? words.putting : state.taking ? words.counting : words.looking;
    document.querySelector("[data-scan-mode]").textContent = said;
    find("put-box").hidden = !state.put;
    if (state.put) find("put-name").textContent = state.put.number;
    if (find("here")) find("here").hidden = !state.taking;
  };

  const wish = (code) => {
    if (state.put) return { url: page.dataset.put, body: { volume: state.put.code, code } };
    if (state.taking) return { url: page.dataset.count, body: { code, stocktaking: state.taking, place: () => state.place } };
    return { url: page.dataset.look, body: { code } };
  };

  const scanned = (code) => {
    if (!code.trim()) return;
    state.queue.push(wish(code.trim()));
    send();
  };

  async function send() {
    if (state.sending) return;
    state.sending = true;
    clearTimeout(state.retry);
    while (state.queue.length) {
      const [next] = state.queue;
      let answer;
      try {
        const body = Object.entries(next.body).map(([key, value]) => [key, typeof value === "function" ? value() : value]);
        answer = await fetch(next.url, { method: "POST", headers: { "X-Scan": "1", "X-CSRFToken": token }, body: new URLSearchParams(body), redirect: "error" });
      } catch {
        answer = null;
      }
      if (!answer || answer.status >= 500) break;
      state.queue.shift();
      if (answer.ok && answer.headers.get("Content-Type")?.startsWith("text/html")) show(await answer.text());
      else tell("queue", words.refused);
    }
    state.sending = false;
    if (state.queue.length) {
      tell("queue", words.queue.replace("{n}", state.queue.length));
      state.retry = setTimeout(send, 4000);
    } else if (find("queue").textContent !== words.refused) tell("queue", "");
  }

  const tell = (name, text) => {
    find(name).textContent = text;
    find(name).hidden = !text;
  };

  function show(html) {
    tell("queue", "");
    find("seen").innerHTML = html;
    const seen = find("seen").querySelector("[data-kind]");
    const { kind } = seen?.dataset ?? {};
    if (kind === "here") {
      state.place = seen.dataset.place;
      find("here-text").textContent = seen.dataset.label;
    }
    if (kind === "volume" && state.put) state.put = null;
    seen?.querySelector("[data-put-start]")?.addEventListener("click", () => {
      state.put = { code: seen.dataset.code, number: seen.dataset.number };
      mode();
    });
    mode();
    navigator.vibrate?.(kind === "unknown" || kind === "problem" ? [80, 60, 80] : 40);
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    scanned(form.elements.code.value);
    form.elements.code.value = "";
  });
  find("put-stop").addEventListener("click", () => { state.put = null; mode(); });
  find("taking")?.addEventListener("change", (event) => { state.taking = event.target.value; state.place = ""; mode(); });
  if (find("taking") && location.hash.length > 1) {
    find("taking").value = location.hash.slice(1);
    state.taking = find("taking").value;
    mode();
  }
  addEventListener("online", send);
  addEventListener("beforeunload", (event) => { if (state.queue.length) event.preventDefault(); });
  find("seen").querySelector("[data-put-start]")?.addEventListener("click", () => {
    const { code, number } = find("seen").querySelector("[data-kind]").dataset;
    state.put = { code, number };
    mode();
  });
  camera(find, words, tell, scanned);
}

/* The camera, read four times a second; the same code again only after three seconds. */
function camera(find, words, tell, scanned) {
  const video = find("camera");
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  let stream = null;
  let timer = 0;
  let last = { code: "", at: 0 };

  const stop = () => {
    clearInterval(timer);
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    find("camera-box").hidden = true;
    find("camera-start").hidden = false;
  };
  const look = () => {
    if (!video.videoWidth) return;
    const scale = Math.min(1, 640 / video.videoWidth);
    canvas.width = video.videoWidth * scale;
    canvas.height = video.videoHeight * scale;
    pen.drawImage(video, 0, 0, canvas.width, canvas.height);
    const { data, width, height } = pen.getImageData(0, 0, canvas.width, canvas.height);
    const found = globalThis.jsQR?.(data, width, height, { inversionAttempts: "dontInvert" });
    const now = Date.now();
    if (!found?.data || (found.data === last.code && now - last.at < 3000)) return;
    last = { code: found.data, at: now };
    scanned(found.data);
  };
  find("camera-start").addEventListener("click", async () => {
    tell("camera-note", "");
    if (!navigator.mediaDevices?.getUserMedia) {
      tell("camera-note", words.http);
      return;
    }
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
    } catch (error) {
      tell("camera-note", error.name === "NotFoundError" ? words.none : words.denied);
      return;
    }
    video.srcObject = stream;
    await video.play();
    find("camera-box").hidden = false;
    find("camera-start").hidden = true;
    timer = setInterval(look, 250);
  });
  find("camera-stop").addEventListener("click", stop);
  document.addEventListener("visibilitychange", () => { if (document.hidden && stream) stop(); });
}

/* Two lines over one time, each with its limits drawn as a band; the list beside says the same. */
function drawAir(data, words) {
  const css = getComputedStyle(document.documentElement);
  const token = (name) => css.getPropertyValue(name).trim();
  const type = { color: token("--dg-ink-3"), fontFamily: token("--dg-font"), fontSize: 12 };
  for (const box of document.querySelectorAll("[data-air]")) {
    const name = box.dataset.air;
    const [low, high] = data.bounds[name];
    const values = data[name];
    const chart = globalThis.echarts.init(box, null, { renderer: "svg" });
    chart.setOption({
      animation: false, textStyle: type, tooltip: { show: false },
      title: { text: words[name], left: 0, top: 0, textStyle: { ...type, fontWeight: 400 } },
      grid: { left: 8, right: 16, top: 28, bottom: 4, containLabel: true },
      xAxis: { type: "category", data: data.times, boundaryGap: false, axisTick: { show: false }, axisLine: { lineStyle: { color: token("--dg-line") } }, axisLabel: type },
      yAxis: { type: "value", min: Math.floor(Math.min(low, ...values) - 2), max: Math.ceil(Math.max(high, ...values) + 2), splitNumber: 3, splitLine: { lineStyle: { color: token("--dg-line-soft") } }, axisLabel: type },
      series: [{
        type: "line", data: values, showSymbol: values.length < 40, symbolSize: 4,
        lineStyle: { width: 1.5, color: token("--dg-c1") }, itemStyle: { color: token("--dg-c1") },
        markArea: { silent: true, itemStyle: { color: token("--dg-ok-tint"), opacity: 0.8 }, data: [[{ yAxis: low }, { yAxis: high }]] },
      }],
    });
    box.setAttribute("aria-hidden", "true");
    new ResizeObserver(() => chart.resize()).observe(box);
  }
}

/* Charts with one look: colours and type from tokens.css, counts printed on the bars, a click opens
   the people behind a bar. The page's policy forbids style attributes, so the tooltip is our own
   element with classes and ECharts' is off; ECharts itself styles only through the DOM. */

const data = JSON.parse(document.getElementById("stat-data")?.textContent ?? "null");
const css = getComputedStyle(document.documentElement);
const token = (name) => css.getPropertyValue(name).trim();
const type = { color: token("--dg-ink-3"), fontFamily: token("--dg-font"), fontSize: 12 };
const count = (n) => Math.abs(n).toLocaleString("en");
const line = token("--dg-line");

const category = (labels, more = {}) => ({
  type: "category", data: labels, axisTick: { show: false },
  axisLine: { lineStyle: { color: line } }, axisLabel: { ...type, color: token("--dg-ink-2"), interval: 0 }, ...more,
});
const value = (more = {}) => ({
  type: "value", splitNumber: 4, splitLine: { lineStyle: { color: token("--dg-line-soft") } }, axisLabel: { ...type }, ...more,
});
const bars = (series, index, radius, label, more = {}) => ({
  type: "bar", name: series.name, cursor: "pointer",
  data: series.bars.map((bar) => bar.count),
  itemStyle: { color: token(index ? "--dg-c2" : "--dg-c1"), borderRadius: radius },
  emphasis: { itemStyle: { color: token("--dg-accent-deep") } },
  label: { show: true, ...type, ...label }, ...more,
});
const few = (n) => (n === null || n === undefined ? "" : count(n));

const draw = {
  pyramid({ labels, series }) {
    const most = Math.max(1, ...series.flatMap((s) => s.bars.map((bar) => bar.count ?? 0)));
    const step = nice(most / 3);
    const end = step * Math.ceil((most * 1.12) / step);
    const half = (s, index) => ({
      ...bars(s, index, index ? [0, 2, 2, 0] : [2, 0, 0, 2], { position: index ? "right" : "left", formatter: (p) => few(s.bars[p.dataIndex].count) }),
      stack: "all", barMaxWidth: 16,
      data: s.bars.map((bar) => (bar.count ?? 0) * (index ? 1 : -1)),
    });
    return {
      grid: { left: 16, right: 24, top: 10, bottom: 8, containLabel: true },
      xAxis: value({ min: -end, max: end, interval: step, axisLabel: { ...type, formatter: count } }),
      yAxis: category(labels),
      series: series.map(half),
    };
  },
  bars({ labels, series }, measure) {
    const [only] = series;
    const share = (n) => (n === null ? "" : `${((100 * n) / data.people).toFixed(1)}%`);
    return {
      grid: { left: 24, right: 110, top: 10, bottom: 12, containLabel: true },
      xAxis: value({ show: false }),
      yAxis: category(labels, { inverse: true, axisLine: { show: false } }),
      series: [bars(only, 0, [0, 2, 2, 0], {
        position: "right", color: token("--dg-ink"),
        formatter: (p) => {
          const n = only.bars[p.dataIndex].count;
          if (n === null) return "";
          return measure === "share" ? `${share(n)}  {grey|${count(n)}}` : `${count(n)}  {grey|${share(n)}}`;
        },
        rich: { grey: { ...type } },
      }, { barMaxWidth: 18 })],
    };
  },
  columns({ labels, series }) {
    const [only] = series;
    return {
      grid: { left: 20, right: 20, top: 24, bottom: 8, containLabel: true },
      xAxis: category(labels, { axisLabel: { ...type, color: token("--dg-ink-2"), interval: labels.length > 8 ? "auto" : 0, width: 76, overflow: "break" } }),
      yAxis: value({ show: false }),
      series: [bars(only, 0, [2, 2, 0, 0], { position: "top", formatter: (p) => few(only.bars[p.dataIndex].count) }, { barMaxWidth: 36 })],
    };
  },
};

/* Several columns a group: this year's consultations beside its loans. */
draw.groups = ({ labels, series }) => ({
  ...draw.columns({ labels, series }),
  series: series.map((one, index) => bars(one, index, [2, 2, 0, 0], { position: "top", formatter: (p) => few(one.bars[p.dataIndex].count || null) }, { barMaxWidth: 18 })),
});
/* Lying bars with their counts alone. */
draw.plain = ({ labels, series: [only] }) => ({
  ...draw.bars({ labels, series: [only] }, "count"),
  series: [bars(only, 0, [0, 2, 2, 0], { position: "right", color: token("--dg-ink"), formatter: (p) => few(only.bars[p.dataIndex].count) }, { barMaxWidth: 18 })],
});

/* 1, 2 or 5 times a power of ten, and never below one person */
function nice(n) {
  const power = 10 ** Math.floor(Math.log10(Math.max(n, 1)));
  return Math.max(1, [1, 2, 5, 10].find((m) => m * power >= n) * power);
}

function tip(box, chart, of) {
  const note = Object.assign(document.createElement("div"), { className: "chart-tip", hidden: true });
  box.append(note);
  chart.on("mouseover", (p) => {
    if (p.componentType !== "series") return;
    const bar = of.series[p.seriesIndex].bars[p.dataIndex];
    const what = [of.labels[p.dataIndex], of.series[p.seriesIndex].name].filter(Boolean).join(", ");
    const number = Object.assign(document.createElement("b"), { textContent: bar.count === null ? data.words.few : `${count(bar.count)} ${data.words.people}` });
    const open = Object.assign(document.createElement("span"), { className: "meta", textContent: data.words.open });
    note.replaceChildren(document.documentElement.lang === "en" ? what : what.replace(", ", "，"), number, ...(bar.url ? [open] : []));
    note.hidden = false;
  });
  chart.getZr().on("mousemove", (event) => {
    if (note.hidden) return;
    note.style.left = `${Math.min(event.offsetX + 16, box.clientWidth - note.offsetWidth - 8)}px`;
    note.style.top = `${Math.max(8, Math.min(event.offsetY - note.offsetHeight / 2, box.clientHeight - note.offsetHeight - 8))}px`;
  });
  chart.on("mouseout", () => { note.hidden = true; });
  chart.on("globalout", () => { note.hidden = true; });
  chart.on("click", (p) => {
    const bar = of.series[p.seriesIndex]?.bars[p.dataIndex];
    if (bar?.url) location.assign(bar.url);
  });
}

if (data && globalThis.echarts) {
  const charts = [];
  let measure = "count";
  for (const box of document.querySelectorAll("[data-chart]")) {
    const of = data[box.dataset.of];
    const chart = globalThis.echarts.init(box, null, { renderer: "svg" });
    const option = () => ({ animation: false, textStyle: type, tooltip: { show: false }, ...draw[box.dataset.chart](of, measure) });
    chart.setOption(option());
    box.setAttribute("aria-hidden", "true"); // the table beside it says the same
    tip(box, chart, of);
    charts.push({ chart, option, box });
  }
  new ResizeObserver(() => { for (const { chart } of charts) chart.resize(); }).observe(document.querySelector(".stat-grid"));
  for (const button of document.querySelectorAll("[data-measure]")) {
    button.addEventListener("click", () => {
      measure = button.dataset.measure;
      for (const other of document.querySelectorAll("[data-measure]")) {
        other.classList.toggle("on", other === button);
        other.setAttribute("aria-pressed", String(other === button));
      }
      for (const { chart, option, box } of charts) if (box.dataset.chart === "bars") chart.setOption(option());
    });
  }
}
document.querySelector("[data-print]")?.addEventListener("click", () => window.print());

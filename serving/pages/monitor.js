/* The return-rate monitor. Runs after preview_common.js. */

const percent = (share) => (share === null ? "–" : (100 * share).toFixed(1) + "%");
const DAY_MS = 86400000;
const dayOf = (date) => new Date(date.getTime() + 8 * 3600000).toISOString().slice(0, 10); // as in Dongguan

find("pv-until").value = dayOf(new Date());
find("pv-since").value = dayOf(new Date(Date.now() - 90 * DAY_MS));
find("pv-filter").addEventListener("submit", (event) => { event.preventDefault(); showAll(); });

const span = () => `since=${find("pv-since").value}&until=${find("pv-until").value}`;

async function showAll() {
  find("pv-error").textContent = "";
  let stats;
  try {
    stats = await asStaff("previews/stats?" + span());
  } catch (error) {
    find("pv-error").textContent = error.status === 401 ? WORDS.browser.monitor_locked : error.message;
    page.querySelectorAll(".pv-board > section").forEach((card) => (card.hidden = true));
    return;
  }
  const none = stats.overall.decided === 0;
  page.querySelectorAll(".pv-board > section").forEach((card) => (card.hidden = none));
  find("pv-none").hidden = !none;
  if (none) return;
  showFigures(stats);
  showTrend(stats);
  rateBars("pv-items", stats.by_item, stats.line);
  rateBars("pv-towns", stats.by_town, stats.line);
  countBars("pv-who", stats.by_responsibility);
  countBars("pv-reasons", stats.by_reason);
  countBars("pv-materials", stats.by_material);
  showChecks(stats.checks);
}
function showFigures({ overall, line, checks }) {
  const over = overall.rate > line;
  const of = checks.reduce((sum, check) => sum + check.returns, 0);
  const caught = checks.reduce((sum, check) => sum + check.caught, 0);
  put(find("pv-kpi-rate"), el("h2", {}, "退件率"), el("b", { class: over ? "pv-poor" : "pv-good" }, percent(overall.rate)),
    el("p", { class: "pv-soft" }, `${WORDS.browser[over ? "above" : "below"]} · ${fillWords(WORDS.browser.interval, { low: percent(overall.low), high: percent(overall.high) })}`));
  put(find("pv-kpi-returned"), el("h2", {}, "退回"), el("b", {}, String(overall.returned)),
    el("p", { class: "pv-soft" }, fillWords(WORDS.browser.decided_n, { n: overall.decided })));
  put(find("pv-kpi-caught"), el("h2", {}, "预审事先提出"), el("b", {}, of ? percent(caught / of) : "–"),
    el("p", { class: "pv-soft" }, fillWords(WORDS.browser.caught, { n: of, m: caught })));
}

/* A line over time with the 10 % line; the dots' size tells how many were decided. */
function showTrend({ trend, line }) {
  const svg = (tag, given, ...children) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    Object.entries(given).forEach(([name, value]) => made.setAttribute(name, value));
    made.append(...children);
    return made;
  };
  const [width, height, left, bottom, top] = [Math.max(find("pv-trend").clientWidth, 300), 240, 48, 30, 14];
  const most = Math.max(0.2, ...trend.map((point) => point.rate)) * 1.1;
  const x = (n) => left + ((width - left - 20) * (n + 0.5)) / trend.length;
  const y = (share) => height - bottom - ((height - bottom - top) * share) / most;
  const biggest = Math.max(...trend.map((point) => point.decided));
  const chart = svg("svg", { viewBox: `0 0 ${width} ${height}`, class: "pv-chart", role: "img", "aria-label": trend.map((p) => `${p.name} ${percent(p.rate)}`).join("，") });
  const step = most > 0.6 ? 0.2 : most > 0.3 ? 0.1 : 0.05;
  for (let share = 0; share <= most; share += step) {
    chart.append(svg("line", { x1: left, x2: width - 20, y1: y(share), y2: y(share), stroke: "#dfe6e2" }),
      svg("text", { x: left - 8, y: y(share) + 4, "text-anchor": "end", fill: "#4a5a54" }, Math.round(100 * share) + "%"));
  }
  chart.append(svg("line", { x1: left, x2: width - 20, y1: y(line), y2: y(line), stroke: "#5b4a00", "stroke-width": 2, "stroke-dasharray": "7 5" }),
    svg("text", { x: width - 22, y: y(line) - 6, "text-anchor": "end", fill: "#5b4a00", "font-weight": "bold" }, WORDS.browser.line));
  if (trend.length > 1) chart.append(svg("polyline", { points: trend.map((p, n) => `${x(n)},${y(p.rate)}`).join(" "), fill: "none", stroke: "#0b5c4a", "stroke-width": 2.5 }));
  const every = Math.ceil((trend.length * 64) / width);
  trend.forEach((point, n) => {
    const over = point.rate > line;
    chart.append(svg("circle", { cx: x(n), cy: y(point.rate), r: 4 + 5 * Math.sqrt(point.decided / biggest), fill: over ? "#b00d1a" : "#0b5c4a", stroke: "#fff", "stroke-width": 2 },
      svg("title", {}, `${point.name}：${percent(point.rate)}（${point.returned}/${point.decided}）`)));
    if (n % every === 0) chart.append(svg("text", { x: x(n), y: height - 8, "text-anchor": "middle", fill: "#4a5a54" }, point.name.slice(5)));
  });
  put(find("pv-trend"), chart);
}
function rateBars(id, rows, line) {
  const most = Math.max(line * 1.5, ...rows.map((row) => row.rate));
  put(find(id), rows.slice(0, 12).flatMap((row) => {
    const bar = el("i", { class: row.rate > line ? "pv-over" : "" });
    bar.style.width = (100 * row.rate) / most + "%";
    const mark = el("u", { title: WORDS.browser.line });
    mark.style.left = (100 * line) / most + "%";
    return [el("span", {}, row.name || "（未填）"), el("span", { class: "pv-track" }, bar, mark), el("span", {}, `${percent(row.rate)} · ${row.returned}/${row.decided}`)];
  }));
}
function countBars(id, rows) {
  const most = Math.max(1, ...rows.map((row) => row.returns));
  put(find(id), rows.length ? rows.slice(0, 12).flatMap((row) => {
    const bar = el("i", {});
    bar.style.width = (100 * row.returns) / most + "%";
    return [el("span", {}, row.name || "（未填）"), el("span", { class: "pv-track" }, bar), el("span", {}, `${row.returns} 件`)];
  }) : [el("span", { class: "pv-soft" }, "没有退回")]);
}
function showChecks(checks) {
  const columns = ["检查", "预审提出", "误报", "因此退回", "事先提出", "没看出"];
  put(find("pv-checks"), el("table", { class: "pv-table" },
    el("thead", {}, el("tr", {}, columns.map((name, n) => el("th", { scope: "col", class: n ? "pv-number" : "" }, name)))),
    el("tbody", {}, checks.map((check) => el("tr", {}, el("td", {}, check.name),
      [check.reported, check.rejected, check.returns, check.caught, check.missed].map((n) => el("td", { class: "pv-number" }, String(n))))))));
}
async function download(kind) {
  try {
    const response = await asStaff(`previews/stats.${kind}?${span()}`, { raw: true });
    const link = el("a", { href: URL.createObjectURL(await response.blob()), download: `退件监测_${find("pv-since").value}_${find("pv-until").value}.${kind}` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  } catch (error) { toast(error.message); }
}
find("pv-csv").addEventListener("click", () => download("csv"));
find("pv-xlsx").addEventListener("click", () => download("xlsx"));

showAll();

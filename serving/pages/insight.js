/* Figures of tickets and labelling. Runs after preview_common.js and tickets_common.js. */

const DAY_MS = 86400000;
const dayOf = (date) => new Date(date.getTime() + 8 * 3600000).toISOString().slice(0, 10); // as in Dongguan
const BARS = 10;

function complain(error) {
  find("tk-error").textContent = error ? (error.status === 401 ? WORDS.browser.locked : error.message) : "";
}
async function guarded(act) {
  complain("");
  try { return await act(); } catch (error) { complain(error); return null; }
}
const TABS = ["figures", "labelling"];
function tab(name) {
  TABS.forEach((each) => {
    find("tk-tab-" + each).setAttribute("aria-selected", String(each === name));
    find("tk-" + each).hidden = each !== name;
  });
  history.replaceState(null, "", name === "labelling" ? "#labelling" : location.pathname);
  guarded(name === "figures" ? showFigures : showLabelling);
}
TABS.forEach((name) => find("tk-tab-" + name).addEventListener("click", () => tab(name)));

/* ---- figures ---- */

function lastDays(days) {
  find("tk-until").value = dayOf(new Date());
  find("tk-since").value = dayOf(new Date(Date.now() - (days - 1) * DAY_MS));
}
lastDays(7);
const span = () => `since=${find("tk-since").value}&until=${find("tk-until").value}`;
find("tk-span").addEventListener("submit", (event) => { event.preventDefault(); guarded(showFigures); });
page.querySelectorAll("[data-days]").forEach((each) => each.addEventListener("click", () => { lastDays(Number(each.dataset.days)); guarded(showFigures); }));
const brief = (kind) => guarded(() => downloadAs(`tickets/insight/brief?format=${kind}&${span()}`, `工单周报_${find("tk-until").value}.${kind}`));
find("tk-md").addEventListener("click", () => brief("md"));
find("tk-docx").addEventListener("click", () => brief("docx"));

function changed(n, before) {
  if (!before) return n ? "上期没有" : "";
  const share = n / before - 1;
  return share === 0 ? "与上期持平" : `比上期${share > 0 ? "增" : "降"} ${percentOf(Math.abs(share))}`;
}
function kpi(id, name, figure, note) {
  put(find(id), el("h2", {}, name), el("b", {}, figure), el("p", { class: "pv-soft" }, note));
}
async function showFigures() {
  if (find("tk-since").value > find("tk-until").value) throw new Error("开始日期在结束日期之后，请改一下。");
  const f = await asStaff("tickets/insight/figures?" + span());
  const none = f.total.n === 0;
  find("tk-figures").querySelectorAll(".pv-board > section").forEach((card) => (card.hidden = none));
  find("tk-none").hidden = !none;
  find("tk-none-text").textContent = WORDS.browser.no_figures;
  if (none) return;
  kpi("tk-kpi-total", "受理", `${f.total.n} 件`, `上期 ${f.total.before} 件，${changed(f.total.n, f.total.before)}`);
  kpi("tk-kpi-machine", "机器直接派单", f.dispatched ? percentOf(f.sent_by_machine / f.dispatched, 1) : "–", `${f.sent_by_machine} 件，共派出 ${f.dispatched} 件`);
  kpi("tk-kpi-back", "被退回", `${f.returned} 件`, `其中机器派的 ${f.returned_of_machine} 件`);
  showDaily(f.daily);
  countBars("tk-topics", f.by_category);
  countBars("tk-towns", f.by_town);
  put(find("tk-rises"), f.rises.length ? el("ul", { class: "tk-plain" }, f.rises.slice(0, BARS).map((r) => el("li", {}, el("b", {}, `${r.category} ${r.n} 件`), el("span", { class: "pv-soft" }, `${r.day.slice(5)} · ${r.town || "镇街不明"} · 平常 ${r.usual.toFixed(1)} 件`)))) : el("p", {}, WORDS.browser.no_rises));
  put(find("tk-repeated"), f.repeated.length ? el("ul", { class: "tk-plain" }, f.repeated.slice(0, BARS).map((c, n) => el("li", {}, el("b", {}, `来电人 ${n + 1}：${c.n} 件`), el("span", { class: "pv-soft" }, c.matters.join("、")),
    el("span", {}, c.ticket_ids.slice(0, 6).map((id) => el("a", { href: "../tickets/#" + id, class: "tk-id" }, id)))))) : el("p", {}, WORDS.browser.no_repeated));
  put(find("tk-paces"), f.paces.length ? table(["承办单位", "已答复", "中位用时", "在办", "超期"], f.paces.slice(0, BARS).map((p) => [p.name, p.answered, p.median_days === null ? "–" : p.median_days + " 个工作日", p.waiting, p.overdue])) : el("p", {}, WORDS.browser.no_paces));
  put(find("tk-confusions"), f.confusions.length ? table(["机器建议", "最后承办", "件数"], f.confusions.slice(0, BARS).map((c) => [c.proposed, c.final, c.n])) : el("p", {}, WORDS.browser.no_confusions));
}
function table(heads, rows) {
  const number = (value) => (typeof value === "number" ? "pv-number" : "");
  return el("table", { class: "pv-table" }, el("thead", {}, el("tr", {}, heads.map((head, n) => el("th", { scope: "col", class: rows[0] ? number(rows[0][n]) : "" }, head)))),
    el("tbody", {}, rows.map((row) => el("tr", {}, row.map((value) => el("td", { class: number(value) }, String(value)))))));
}
function countBars(id, rows) {
  const most = Math.max(1, ...rows.flatMap((row) => [row.n, row.before]));
  put(find(id), rows.slice(0, BARS).flatMap((row) => {
    const bar = el("i", {}), mark = el("u", { title: `上期 ${row.before} 件` });
    bar.style.width = (100 * row.n) / most + "%";
    mark.style.left = (100 * row.before) / most + "%";
    const arrow = !row.before ? "新" : row.n > row.before ? "↑" : row.n < row.before ? "↓" : "";
    return [el("span", {}, row.name), el("span", { class: "pv-track" }, bar, row.before ? mark : null), el("span", {}, `${row.n} 件 ${arrow}`)];
  }), el("span", { class: "pv-soft tk-legend" }, "虚线是上期"));
}
/* Columns per day; weekends are lighter, so that a weekly rhythm can be seen. */
function showDaily(daily) {
  const box = find("tk-daily");
  const [width, height, left, bottom, top] = [Math.max(box.clientWidth, 300), 220, 40, 28, 18];
  const most = Math.max(4, ...daily.map(([, n]) => n));
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000].find((each) => most / each <= 5) || 10000;
  const y = (n) => height - bottom - ((height - bottom - top) * n) / most;
  const wide = (width - left - 10) / daily.length;
  const chart = svg("svg", { viewBox: `0 0 ${width} ${height}`, class: "pv-chart tk-chart", role: "img", "aria-label": daily.map(([day, n]) => `${day.slice(5)} ${n} 件`).join("，") });
  for (let n = 0; n <= most; n += step) {
    chart.append(svg("line", { x1: left, x2: width - 10, y1: y(n), y2: y(n), stroke: "#dfe6e2" }), svg("text", { x: left - 8, y: y(n) + 4, "text-anchor": "end", fill: "#4a5a54" }, String(n)));
  }
  const every = Math.ceil((daily.length * 52) / width);
  daily.forEach(([day, n], at) => {
    const weekday = new Date(day + "T00:00:00Z").getUTCDay();
    const x = left + wide * at;
    const bar = Math.min(wide * 0.7, 48);
    chart.append(svg("rect", { x: x + (wide - bar) / 2, y: y(n), width: bar, height: Math.max(height - bottom - y(n), 0), rx: 3, fill: weekday % 6 ? "#0b5c4a" : "#7fa093" }, svg("title", {}, `${day}：${n} 件`)));
    if (n && wide > 22) chart.append(svg("text", { x: x + wide / 2, y: y(n) - 4, "text-anchor": "middle", fill: "#14221d" }, String(n)));
    if (at % every === 0) chart.append(svg("text", { x: x + wide / 2, y: height - 8, "text-anchor": "middle", fill: "#4a5a54" }, `${day.slice(5)}${daily.length <= 10 ? " 周" + "日一二三四五六"[weekday] : ""}`));
  });
  put(box, chart);
}

/* ---- labelling ---- */

let jobs = [];
async function showLabelling() {
  const by = officerBox.value.trim();
  if (!by) { officerBox.focus(); throw new Error(WORDS.browser.need_officer); }
  const [queue, agreement] = await Promise.all([asStaff("tickets/labelling/queue?by=" + encodeURIComponent(by)), asStaff("tickets/labelling/agreement")]);
  jobs = queue.tickets;
  put(find("tk-kappa"), el("h2", {}, "两人一致（Cohen’s κ）"), el("b", {}, agreement.kappa === null ? "–" : agreement.kappa.toFixed(2)),
    el("p", { class: "pv-soft" }, agreement.pairs ? `两人都标过 ${agreement.pairs} 张，一致 ${agreement.same} 张` : WORDS.browser.kappa_none),
    agreement.disputed.length ? el("p", { class: "pv-soft" }, "有分歧：", agreement.disputed.slice(0, 8).map((id) => el("a", { href: "../tickets/#" + id, class: "tk-id" }, id))) : null);
  showJob();
}
function showJob() {
  const job = jobs[0];
  if (!job) return put(find("tk-job"), el("div", { class: "pv-empty" }, el("b", {}, "✓"), el("p", {}, WORDS.browser.label_done)));
  const select = (id, list, empty) => el("select", { id }, options(list, "", empty));
  const kind = select("tk-label-kind", LISTS.kinds, "选一个…"), category = select("tk-label-category", LISTS.categories, "选一个…"), department = select("tk-label-department", LISTS.departments, "不派单位");
  const wrong = el("p", { class: "gj-input-error", role: "alert" });
  put(find("tk-job"), el("h2", {}, job.fields.title || job.ticket_id, el("span", { class: "pv-chip" }, `还有 ${jobs.length} 张`)),
    el("p", { class: "tk-said" }, job.transcript),
    el("details", { class: "pv-wanted" }, el("summary", {}, "看机器怎么说"), el("p", { class: "pv-soft" }, `${shownValue("kind", job.fields.kind)} · ${shownValue("category", job.fields.category)} · ${departmentName(job.department, job.fields.town) || "不派单"}。${WORDS.browser.machine_says}`)),
    el("label", { class: "tk-row" }, el("span", {}, "诉求类型"), kind), el("label", { class: "tk-row" }, el("span", {}, "诉求分类"), category), el("label", { class: "tk-row" }, el("span", {}, "承办单位"), department),
    wrong,
    el("div", { class: "gj-actions" }, button("记下，下一张", async () => {
      if (!kind.value || !category.value) { wrong.textContent = "类型和分类都要选。"; return; }
      try {
        await asStaff("tickets/labelling/" + job.ticket_id, { method: "POST", json: { by: officer(), kind: kind.value, category: category.value, department: department.value || null } });
        toast(WORDS.browser.label_kept);
        jobs.shift();
        if (jobs.length) showJob();
        else await showLabelling();
      } catch (error) { wrong.textContent = error.message; }
    }, { class: "gj-act gj-act-call", id: "tk-label-keep" }), button("先跳过", () => { jobs.push(jobs.shift()); showJob(); }, { class: "gj-act gj-quiet-act" })));
  return undefined;
}
find("tk-jsonl").addEventListener("click", () => guarded(() => downloadAs("tickets/labelling/export", "训练数据.jsonl")));
find("tk-reload").addEventListener("click", () => guarded(showLabelling));
officerBox.addEventListener("change", () => !find("tk-labelling").hidden && guarded(showLabelling));

tab(location.hash === "#labelling" ? "labelling" : "figures");

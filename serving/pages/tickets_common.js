/* What the pages of tickets share. Runs after preview_common.js. Everything callers said is set as text. */

const LISTS = JSON.parse(page.dataset.lists);
const NAMES = Object.fromEntries(["departments", "categories", "towns", "kinds"].map((list) => [list, new Map(LISTS[list])]));
const SVG = "http://www.w3.org/2000/svg";
const OFFICER_KEY = "guanjia.officer";

const officerBox = find("tk-officer");
officerBox.value = read(localStorage, OFFICER_KEY) || "";
officerBox.addEventListener("change", () => write(localStorage, OFFICER_KEY, officerBox.value.trim()));

/* Who acts; throws with words for people when nobody has said. */
function officer() {
  const name = officerBox.value.trim();
  if (name) return name;
  officerBox.focus();
  throw new Error(WORDS.browser.need_officer);
}
function departmentName(id, town) {
  if (id === "zj_street" && town && NAMES.towns.has(town)) return NAMES.towns.get(town) + "（属地）";
  return NAMES.departments.get(id) || id || "";
}
function percentOf(share, digits = 0) {
  return share === null || share === undefined ? "–" : (100 * share).toFixed(digits) + "%";
}
/* A value of a field as people read it. */
function shownValue(name, value) {
  if (value === null || value === undefined || value === "" || (Array.isArray(value) && !value.length)) return "";
  if (name === "town") return NAMES.towns.get(value) || value;
  if (name === "category") return typeof value === "object" ? `${value.l1}／${value.name}` : NAMES.categories.get(value) || value;
  if (name === "urgency") return WORDS.urgencies[value] || value;
  if (name === "confidential") return value ? "是，反映人要求保密" : "";
  if (name === "acceptance") return value === "reject" ? "不予受理" : "受理";
  if (name === "weak_signals") return value.map((signal) => signal.name || signal).join("、");
  if (Array.isArray(value)) return value.join("、");
  return String(value);
}
function showTime(text) {
  return new Date(text).toLocaleString("zh-CN", { timeZone: "Asia/Shanghai", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" });
}
function dueChip(due) {
  const mark = { overdue: "pv-block", due_soon: "pv-defer", on_time: "" }[due];
  return due ? el("span", { class: "pv-chip " + mark }, (due === "overdue" ? "⚠ " : "") + WORDS.state[due]) : null;
}
function options(list, chosen, empty) {
  return [
    ...(empty === undefined ? [] : [el("option", { value: "" }, empty)]),
    ...list.map(([value, name]) => el("option", { value, selected: value === chosen }, name)),
  ];
}

/* Server-sent events with the word of staff, which EventSource cannot send. */
async function listen(path, onEvent, signal) {
  const secret = read(sessionStorage, TOKEN_KEY);
  const response = await fetch(API + path, { headers: secret ? { Authorization: "Bearer " + secret } : {}, signal });
  if (!response.ok) throw await problem(response.status, () => response.json());
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  for (let rest = ""; ; ) {
    const { done, value } = await reader.read();
    if (done) return;
    const parts = (rest + decoder.decode(value, { stream: true })).split("\n\n");
    rest = parts.pop();
    for (const part of parts) {
      const name = /^event: (.*)$/m.exec(part);
      const data = /^data: (.*)$/m.exec(part);
      if (data) onEvent(name ? name[1] : "message", JSON.parse(data[1]));
    }
  }
}
async function downloadAs(path, name) {
  const response = await asStaff(path, { raw: true });
  const link = el("a", { href: URL.createObjectURL(await response.blob()), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
function svg(tag, given, ...children) {
  const made = document.createElementNS(SVG, tag);
  Object.entries(given).forEach(([name, value]) => made.setAttribute(name, value));
  made.append(...children);
  return made;
}

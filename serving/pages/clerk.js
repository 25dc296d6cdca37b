/* The counter page: take papers in, look at what was found, decide. Runs after preview_common.js. */

const LIMITS = JSON.parse(page.dataset.limits);
const SECTIONS = ["pv-intake", "pv-reading", "pv-review"];
const draft = { item: null, guide: null, situation: {}, files: [], key: newKey() };
let current = null; // the case on the screen, as the API gives it
let guideNow = null; // its guide
let shown = { file: "", page: 1, zoom: 1 };
let chosen = ""; // the finding that is highlighted
let verdicts = {}; // finding id → {verdict, reason}

function show(section) {
  SECTIONS.forEach((id) => (find(id).hidden = id !== section));
  find("pv-foot").hidden = section !== "pv-review";
  page.dataset.section = section;
}

/* ---- taking in ---- */

itemSearch(find("pv-item"), find("pv-found"), chooseItem);

async function chooseItem(item) {
  find("pv-item").value = item.name;
  draft.item = item;
  draft.situation = {};
  find("pv-error").textContent = "";
  try {
    draft.guide = await api("items/" + encodeURIComponent(item.id));
  } catch (error) {
    find("pv-error").textContent = error.message;
    return;
  }
  showQuestions();
  showWanted();
  (find("pv-situations").querySelector("input") || find("pv-applicant")).focus();
}
function showQuestions() {
  put(find("pv-situations"), ...situationQuestions(draft.guide, draft.situation, showWanted));
}
/* The materials of the guide, as far as the situations tell. */
function showWanted() {
  const listed = new Set(), picked = new Set();
  for (const situation of draft.guide.situations) {
    for (const option of situation.options) {
      option.materials.forEach((id) => listed.add(id));
      if (draft.situation[situation.id] === option.id) option.materials.forEach((id) => picked.add(id));
    }
  }
  const rows = draft.guide.materials.filter((m) => picked.has(m.id) || (!listed.has(m.id) && m.necessity === "required"));
  const later = draft.guide.materials.length - rows.length;
  put(find("pv-guide"),
    el("details", { class: "pv-wanted" },
      el("summary", {}, fillWords(WORDS.browser.wanted, { n: rows.length })),
      el("ul", {}, rows.map((m) => el("li", {}, m.name))),
      later ? el("p", { class: "pv-soft" }, fillWords(WORDS.browser.wanted_later, { n: later })) : null));
}
function takeFiles(more) {
  addFiles(draft.files, more);
  find("pv-error").textContent = "";
  showChosen();
}
function showChosen() {
  put(find("pv-chosen"), ...draft.files.map((file, n) => el("li", {},
    el("span", { class: "pv-file-name" }, file.name), el("span", { class: "pv-soft" }, showBytes(file.size)),
    button("移除", () => { draft.files.splice(n, 1); showChosen(); }, { class: "pv-mini", "aria-label": "移除 " + file.name }))));
}
function dropZone(zone, take) {
  zone.addEventListener("dragover", (event) => { event.preventDefault(); zone.dataset.over = ""; });
  zone.addEventListener("dragleave", () => delete zone.dataset.over);
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    delete zone.dataset.over;
    if (event.dataTransfer.files.length) take(event.dataTransfer.files);
  });
}
dropZone(find("pv-drop"), takeFiles);
find("pv-files").addEventListener("change", (event) => { takeFiles(event.target.files); event.target.value = ""; });
["dragover", "drop"].forEach((kind) => page.addEventListener(kind, (event) => event.preventDefault()));

function complaint() {
  if (!draft.item || find("pv-item").value.trim() !== draft.item.name) return ["pv-item", WORDS.browser.pick_item];
  if (!draft.files.length) return ["pv-files", WORDS.browser.pick_files];
  if (draft.files.length > LIMITS.files) return ["pv-files", fillWords(WORDS.browser.too_many, { n: LIMITS.files })];
  if (draft.files.reduce((sum, f) => sum + f.size, 0) > LIMITS.mb * 1048576) return ["pv-files", fillWords(WORDS.browser.too_large, { n: LIMITS.mb })];
  return null;
}
find("pv-start").addEventListener("click", start);
async function start() {
  const wrong = complaint();
  find("pv-error").textContent = wrong ? wrong[1] : "";
  if (wrong) return find(wrong[0]).focus();
  const form = new FormData();
  form.append("item", draft.item.id);
  form.append("situation", JSON.stringify(draft.situation));
  form.append("applicant", find("pv-applicant").value);
  form.append("town", find("pv-town").value);
  form.append("channel", "window");
  draft.files.forEach((file) => form.append("files", file, file.name));
  write(localStorage, "guanjia.town", find("pv-town").value);
  find("pv-start").disabled = true;
  const label = find("pv-start").textContent;
  try {
    const taken = await upload("previews", form, (part) => (find("pv-start").textContent = fillWords(WORDS.browser.uploading, { n: Math.round(100 * part) })), draft.key);
    open(taken.preview_id);
  } catch (error) {
    find("pv-error").textContent = error.message;
  } finally {
    find("pv-start").disabled = false;
    find("pv-start").textContent = label;
  }
}
async function showRecent() {
  try {
    const cases = await api("previews/recent?limit=8", { token: true });
    find("pv-recent").hidden = !cases.length;
    put(find("pv-recent-list"), ...cases.map((one) => el("li", {}, button(
      `${new Date(one.created_at).toLocaleString("zh-CN", { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" })}  ${one.item_name}`,
      () => open(one.preview_id), { class: "pv-link" }), el("span", { class: "pv-soft" }, WORDS.status[one.status] || ""))));
  } catch { find("pv-recent").hidden = true; }
}

/* ---- reading ---- */

async function open(id) {
  history.replaceState(null, "", "#" + id);
  current = null;
  verdicts = {};
  chosen = "";
  shown = { file: "", page: 1, zoom: 1 };
  try {
    await load(id);
  } catch (error) {
    newCase();
    find("pv-error").textContent = error.message;
  }
}
async function load(id) {
  let view = await api("previews/" + id);
  if (["queued", "reading"].includes(view.status)) {
    show("pv-reading");
    const mine = () => location.hash === "#" + id;
    showReading(view);
    const end = await follow(id, (state) => (mine() ? showReading(state) : false));
    if (!mine() || end === null) return;
    view = await api("previews/" + id);
  }
  if (view.status === "cancelled" || view.deleted_at) throw new Error(WORDS.browser.gone);
  if (view.status === "failed") throw new Error(view.problem || WORDS.browser.failed);
  guideNow = await api("items/" + encodeURIComponent(view.item_id));
  showCase(view);
  speak(fillWords(WORDS.browser.spoken, { n: view.report.findings.length }));
}
function showReading(state) {
  const { progress } = state;
  const share = Math.round(100 * progressShare(state));
  find("pv-reading-where").textContent = progress.file_name
    ? fillWords(WORDS.browser.reading, { file: progress.file_name, page: progress.page, n: progress.files_done + 1, total: progress.files_total })
    : WORDS.browser.queued;
  const bar = find("pv-reading-bar");
  bar.setAttribute("aria-valuenow", String(share));
  bar.firstElementChild.style.width = Math.max(share, 3) + "%";
  put(find("pv-reading-files"), ...state.files.map((file) => el("li", { class: file.is_read ? "pv-read" : "" },
    el("span", { class: "pv-file-name" }, file.name),
    file.problem ? el("span", { class: "pv-chip pv-block" }, WORDS.browser.unusable)
      : file.is_read ? [...new Set(file.document_types)].map((type) => el("span", { class: "pv-chip" }, typeName(type)))
        : el("span", { class: "pv-soft" }, file.pages_total ? `${file.pages_done}/${file.pages_total} 页` : WORDS.browser.waits))));
}
find("pv-cancel").addEventListener("click", removeCase);
async function removeCase() {
  const id = location.hash.slice(1);
  try {
    await api("previews/" + id, { method: "DELETE" });
    newCase();
    toast(WORDS.browser.removed);
  } catch (error) { toast(error.message); }
}
function newCase() {
  history.replaceState(null, "", location.pathname);
  current = null;
  Object.assign(draft, { item: null, guide: null, situation: {}, files: [], key: newKey() });
  ["pv-item", "pv-applicant"].forEach((id) => (find(id).value = ""));
  ["pv-guide", "pv-situations", "pv-chosen"].forEach((id) => find(id).replaceChildren());
  find("pv-error").textContent = "";
  show("pv-intake");
  showRecent();
  find("pv-item").focus();
}
find("pv-new").addEventListener("click", newCase);

/* ---- the case ---- */

function findings() {
  return current.report.findings.map((finding, n) => ({ ...finding, id: current.finding_ids[n], no: n + 1 }));
}
function placesOf(finding) {
  const own = finding.file_id ? [{ file_id: finding.file_id, page: finding.page || 1, box: finding.box }] : [];
  return [...own, ...(finding.evidence || [])];
}
function fileOf(id) {
  return current.files.find((file) => file.file_id === id);
}
function showCase(view) {
  current = view;
  const known = new Set(view.finding_ids);
  Object.keys(verdicts).forEach((id) => known.has(id) || delete verdicts[id]);
  if (!known.has(chosen)) chosen = "";
  show("pv-review");
  if (!fileOf(shown.file)) shown = { ...shown, file: view.files[0]?.file_id || "", page: 1 };
  if (!chosen) {
    const first = findings().find((finding) => placesOf(finding).length);
    if (first) pick(first.id, false);
  }
  showHead();
  showFindings();
  showMaterials();
  showFields();
  showSituations();
  showPage();
  showFoot();
}
function showHead() {
  const decided = current.decisions.final || current.decisions.window;
  put(find("pv-head"),
    el("h2", {}, current.item_name),
    el("p", { class: "pv-soft" }, [current.applicant, fillWords(WORDS.browser.as_of, { day: current.as_of })].filter(Boolean).join(" · ")),
    decided ? el("p", { class: "pv-decided" }, fillWords(WORDS.browser.decided, { what: WORDS.outcome[decided.outcome], who: decided.officer || WORDS.browser.staff })) : null);
}
function counted() {
  const alive = findings().filter((finding) => verdicts[finding.id]?.verdict !== "reject");
  const of = (severity) => alive.filter((finding) => finding.severity === severity).length;
  return { block: of("block"), defer: of("defer"), hint: of("hint") };
}
function showFoot() {
  const { block, defer, hint } = counted();
  put(find("pv-advice"),
    el("b", {}, WORDS.dispositions[current.report.disposition] || ""),
    el("span", { class: "pv-soft" }, fillWords(WORDS.browser.counts, { block, defer, hint })));
  find("pv-pdf").href = API + "previews/" + current.preview_id + "/notice.pdf";
  find("pv-docx").href = API + "previews/" + current.preview_id + "/notice.docx";
}

/* ---- findings ---- */

function showFindings() {
  const list = findings();
  find("pv-count-findings").textContent = list.length;
  const panel = find("pv-findings");
  if (!list.length) {
    put(panel, el("div", { class: "pv-empty" }, el("b", {}, "✓"), el("p", {}, WORDS.browser.no_findings)));
    return;
  }
  put(panel, ...list.map(findingCard));
}
function findingCard(finding) {
  const given = verdicts[finding.id] || { verdict: "accept" };
  const place = placesOf(finding)[0];
  const card = el("article", {
    class: `pv-finding pv-${finding.severity}${finding.id === chosen ? " pv-chosen" : ""}${given.verdict === "reject" ? " pv-rejected" : ""}`,
    tabindex: "0", "data-finding": finding.id, onclick: () => pick(finding.id), onfocus: () => pick(finding.id),
  },
    el("div", { class: "pv-finding-head" },
      el("span", { class: "pv-no" }, String(finding.no)),
      el("span", { class: "pv-chip pv-" + finding.severity }, WORDS.severities[finding.severity]),
      el("b", {}, WORDS.codes[finding.code] || finding.code),
      place ? el("span", { class: "pv-soft pv-where" }, `${fileOf(place.file_id)?.name || ""} 第${place.page}页`) : null),
    el("p", { class: "pv-message" }, finding.message),
    el("p", { class: "pv-fix" }, finding.how_to_fix),
    finding.basis ? el("p", { class: "pv-soft pv-basis" }, WORDS.browser.basis + finding.basis) : null,
    el("div", { class: "pv-verdicts", role: "radiogroup", "aria-label": WORDS.browser.judge },
      Object.entries(WORDS.verdict).map(([verdict, name]) => button(name, (event) => {
        event.stopPropagation();
        judge(finding.id, verdict);
      }, { role: "radio", "aria-checked": String(given.verdict === verdict), class: "pv-mini", tabindex: "-1" }))));
  if (given.verdict !== "accept") {
    card.append(el("div", { class: "pv-why", role: "radiogroup", "aria-label": WORDS.browser.why },
      Object.entries(WORDS.reasons).map(([reason, name]) => button(name, (event) => {
        event.stopPropagation();
        judge(finding.id, given.verdict, reason);
      }, { role: "radio", "aria-checked": String(given.reason === reason), class: "pv-mini" }))));
  }
  return card;
}
function judge(id, verdict, reason) {
  if (verdict === "accept") delete verdicts[id];
  else verdicts[id] = { verdict, reason: reason || verdicts[id]?.reason };
  chosen = id;
  showFindings();
  showBoxes();
  showFoot();
}
/* Highlight a finding in the list and on its page. */
function pick(id, draw = true) {
  if (chosen === id && draw && find("pv-findings").querySelector(".pv-chosen")) return;
  chosen = id;
  const place = placesOf(findings().find((finding) => finding.id === id))[0];
  if (place) shown = { ...shown, file: place.file_id, page: place.page };
  if (!draw) return;
  find("pv-findings").querySelectorAll("[data-finding]").forEach((card) => card.classList.toggle("pv-chosen", card.dataset.finding === id));
  showPage();
}

/* ---- the page and its boxes ---- */

function showPage() {
  put(find("pv-file-tabs"), ...current.files.map((file, n) => el("button", {
    type: "button", role: "tab", "aria-selected": String(file.file_id === shown.file), title: file.name, class: file.problem ? "pv-bad" : "",
    onclick: () => { shown = { ...shown, file: file.file_id, page: 1 }; chosen = ""; showPage(); },
  }, `${n + 1} `, file.document_types.length ? [...new Set(file.document_types.map(typeName))].join("、") : file.name)));
  const tabs = find("pv-file-tabs"), marked = tabs.querySelector("[aria-selected=true]");
  if (marked) tabs.scrollLeft = Math.max(marked.offsetLeft - tabs.offsetLeft - 24, 0);
  const file = fileOf(shown.file);
  const size = file?.pages.find((each) => each.page === shown.page);
  find("pv-page-no").textContent = file?.pages.length ? `${shown.page} / ${file.pages.length}` : "";
  find("pv-prev").disabled = !file || shown.page <= 1;
  find("pv-next").disabled = !file || shown.page >= file.pages.length;
  const stage = find("pv-stage");
  if (!file || !size || !size.width) {
    put(stage, el("div", { class: "pv-empty" }, el("p", {}, file?.problem ? WORDS.intake[file.problem] || WORDS.browser.unusable : WORDS.browser.no_page),
      file ? button(WORDS.browser.drop_file, () => dropFile(file), { class: "pv-mini" }) : null));
    return;
  }
  const source = `${API}previews/${current.preview_id}/files/${file.file_id}/pages/${shown.page}.jpg`;
  let sheet = stage.querySelector(".pv-sheet");
  if (!sheet || sheet.dataset.source !== source) {
    sheet = el("div", { class: "pv-sheet", "data-source": source },
      el("img", { src: source, alt: `${file.name} 第${shown.page}页`, draggable: "false" }), el("div", { class: "pv-boxes" }));
    sheet.style.aspectRatio = `${size.width} / ${size.height}`;
    put(stage, sheet, el("p", { class: "pv-file-line" },
      el("span", {}, file.name), size.problems.length ? el("span", { class: "pv-chip pv-defer" }, size.problems.map((p) => WORDS.quality[p] || p).join("、")) : null,
      button(WORDS.browser.drop_file, () => dropFile(file), { class: "pv-mini" })));
  }
  sheet.style.width = 100 * shown.zoom + "%";
  showBoxes();
}
function showBoxes(field = null) {
  const file = fileOf(shown.file);
  const size = file?.pages.find((each) => each.page === shown.page);
  const layer = find("pv-stage").querySelector(".pv-boxes");
  if (!size || !layer) return;
  const here = (place) => place.file_id === shown.file && (place.page || 1) === shown.page && place.box;
  put(layer, ...findings().flatMap((finding) => placesOf(finding).filter(here).map((place) => boxOn(place.box, size, {
    class: `pv-box pv-${finding.severity}${finding.id === chosen ? " pv-chosen" : ""}${verdicts[finding.id]?.verdict === "reject" ? " pv-rejected" : ""}`,
    title: finding.message, onclick: () => {
      tab("findings");
      pick(finding.id);
      const card = find("pv-findings").querySelector(".pv-chosen");
      if (card) reveal(find("pv-panels"), card);
    },
  }, String(finding.no)))));
  if (field?.box && field.page === shown.page) layer.append(boxOn(field.box, size, { class: "pv-box pv-field" }));
  const mark = layer.querySelector(".pv-field") || layer.querySelector(".pv-chosen");
  if (mark) centre(find("pv-stage"), mark);
}
function turn(step) {
  shown = { ...shown, page: shown.page + step };
  chosen = "";
  showPage();
}
function zoom(factor) {
  shown.zoom = Math.min(Math.max(shown.zoom * factor, 0.5), 4);
  showPage();
}
find("pv-prev").addEventListener("click", () => turn(-1));
find("pv-next").addEventListener("click", () => turn(1));
find("pv-larger").addEventListener("click", () => zoom(1.4));
find("pv-smaller").addEventListener("click", () => zoom(1 / 1.4));

/* ---- materials, fields, situation ---- */

function showMaterials() {
  const { materials } = current.report;
  find("pv-count-materials").textContent = materials.length;
  const more = el("label", { class: "pv-more gj-act gj-quiet-act" }, WORDS.browser.add_files, el("input", { type: "file", multiple: true, accept: LIMITS.accept }));
  more.querySelector("input").addEventListener("change", (event) => sendMore(event.target.files));
  put(find("pv-materials"),
    el("table", { class: "pv-table" },
      el("thead", {}, el("tr", {}, ["状态", "材料", "文件"].map((name) => el("th", { scope: "col" }, name)))),
      el("tbody", {}, materials.map((material) => el("tr", {},
        el("td", {}, el("span", { class: "pv-chip pv-is-" + material.presence }, WORDS.presences[material.presence])),
        el("td", {}, material.name || material.material_id, material.reason ? el("p", { class: "pv-soft" }, material.reason) : null),
        el("td", {}, (material.file_ids || []).map((id) => button(fileOf(id)?.name || id, () => {
          shown = { ...shown, file: id, page: 1 };
          chosen = "";
          showPage();
        }, { class: "pv-link" }))))))),
    more);
}
function showFields() {
  const docs = current.documents.filter((doc) => Object.keys(doc.fields).length);
  put(find("pv-fields"), ...(docs.length ? docs.map((doc) => el("section", { class: "pv-doc" },
    el("h3", {}, typeName(doc.document_type), el("span", { class: "pv-soft" }, `${fileOf(doc.file_id)?.name || ""} 第${doc.pages.join("、")}页`)),
    el("div", { class: "pv-field-grid" }, Object.entries(doc.fields).map(([name, field]) => fieldRow(doc, name, field)))))
    : [el("div", { class: "pv-empty" }, el("p", {}, WORDS.browser.no_fields))]));
}
function fieldRow(doc, name, field) {
  const forever = field.value === "9999-12-31";
  const box = el("input", { value: forever ? "长期" : field.value, "aria-label": WORDS.fields[name] || name, class: field.confidence < 0.85 ? "pv-unsure" : "" });
  box.addEventListener("focus", () => {
    shown = { ...shown, file: doc.file_id, page: field.page };
    showPage();
    showBoxes(field);
  });
  box.addEventListener("keydown", (event) => event.key === "Enter" && box.blur());
  box.addEventListener("change", () => {
    const value = box.value.trim() === "长期" ? "9999-12-31" : box.value.trim();
    editField(doc, name, value);
  });
  return el("label", { class: "pv-field-row" }, el("span", {}, WORDS.fields[name] || name), box,
    field.edited ? button(WORDS.browser.undo, (event) => { event.preventDefault(); editField(doc, name, null); }, { class: "pv-mini", title: field.read === null ? "" : WORDS.browser.was_read + field.read }) : null);
}
async function editField(doc, field, value) {
  await change(() => api(`previews/${current.preview_id}/fields`, { method: "PATCH", json: { edits: [{ file_id: doc.file_id, part: doc.part, field, value }] } }));
}
function showSituations() {
  const answers = { ...current.situation };
  const open = current.report.open_situations || [];
  find("pv-tab-case").classList.toggle("pv-asks", open.length > 0);
  const resend = () => change(() => api(`previews/${current.preview_id}/request`, { method: "PATCH", json: { situation: answers } }));
  const name = el("input", { value: current.applicant || "", maxlength: "80" });
  name.addEventListener("change", () => change(() => api(`previews/${current.preview_id}/request`, { method: "PATCH", json: { applicant: name.value } })));
  put(find("pv-case"),
    el("label", { class: "pv-field-row" }, el("span", {}, "申请人"), name),
    ...situationQuestions(guideNow, answers, resend, open),
    guideNow.situations.length ? null : el("p", { class: "pv-soft" }, WORDS.browser.no_situations),
    el("div", { class: "gj-actions" }, button(WORDS.browser.remove, removeCase, { class: "gj-act gj-quiet-act" })));
}
/* Do something that has the case checked again, and show what came of it. */
async function change(act) {
  page.dataset.busy = "";
  try {
    const before = current.report.findings.length;
    const scroll = find("pv-panels").scrollTop;
    showCase(await act());
    find("pv-panels").scrollTop = scroll;
    const after = current.report.findings.length;
    toast(fillWords(WORDS.browser.rechecked, { before, after }));
  } catch (error) { toast(error.message); showCase(current); }
  finally { delete page.dataset.busy; }
}
async function sendMore(files) {
  if (!files.length) return;
  const form = new FormData();
  [...files].forEach((file) => form.append("files", file, file.name));
  const id = current.preview_id;
  try {
    show("pv-reading");
    find("pv-reading-where").textContent = fillWords(WORDS.browser.uploading, { n: 0 });
    await upload(`previews/${id}/files`, form, (part) => (find("pv-reading-where").textContent = fillWords(WORDS.browser.uploading, { n: Math.round(100 * part) })));
    await load(id);
  } catch (error) { toast(error.message); showCase(current); }
}
async function dropFile(file) {
  await change(() => api(`previews/${current.preview_id}/files/${file.file_id}`, { method: "DELETE" }));
}
dropZone(find("pv-review"), (files) => current && sendMore(files));

/* ---- tabs and keys ---- */

const TABS = ["findings", "materials", "fields", "case"];
function tab(name) {
  for (const each of TABS) {
    find("pv-tab-" + each).setAttribute("aria-selected", String(each === name));
    find("pv-" + each).hidden = each !== name;
  }
}
TABS.forEach((name) => find("pv-tab-" + name).addEventListener("click", () => tab(name)));
page.querySelector(".pv-side-tabs").addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const now = TABS.findIndex((name) => find("pv-tab-" + name) === document.activeElement);
  const next = TABS[(now + step + TABS.length) % TABS.length];
  tab(next);
  find("pv-tab-" + next).focus();
});
document.addEventListener("keydown", (event) => {
  if (find("pv-review").hidden || event.ctrlKey || event.altKey || event.metaKey || page.querySelector("dialog[open]")) return;
  if (event.target.closest("input, select, textarea")) return;
  const list = findings();
  const at = list.findIndex((finding) => finding.id === chosen);
  const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
  if (step && list.length && !event.target.closest("#pv-stage, .pv-side-tabs")) {
    tab("findings");
    const next = list[Math.min(Math.max(at + step, 0), list.length - 1)];
    pick(next.id);
    const card = find("pv-findings").querySelector(`[data-finding="${next.id}"]`);
    card.focus({ preventScroll: true });
    reveal(find("pv-panels"), card);
  } else if (event.key === "x" && at >= 0) judge(chosen, verdicts[chosen]?.verdict === "reject" ? "accept" : "reject");
  else if (event.key === "s") find("pv-accept").click();
  else if (event.key === "t") find("pv-return").click();
  else if (event.key === "p") find("pv-pdf").click();
  else return;
  event.preventDefault();
});

/* ---- deciding: one click opens, the second confirms ---- */

find("pv-accept").addEventListener("click", () => decide("accept"));
find("pv-return").addEventListener("click", () => decide("return"));
function decide(outcome) {
  const unexplained = findings().find((finding) => verdicts[finding.id] && !verdicts[finding.id].reason);
  if (unexplained) {
    tab("findings");
    pick(unexplained.id);
    reveal(find("pv-panels"), find("pv-findings").querySelector(".pv-chosen"));
    toast(WORDS.browser.pick_why);
    return;
  }
  const alive = findings().filter((finding) => verdicts[finding.id]?.verdict !== "reject");
  const blocks = alive.filter((finding) => finding.severity === "block");
  const officer = el("input", { value: read(localStorage, "guanjia.officer") || "", maxlength: "40", autocomplete: "off" });
  const picked = new Set(blocks.map((finding) => finding.id));
  let who = "applicant";
  const body = find("pv-decide-body");
  const name = el("label", { class: "pv-field-row" }, el("span", {}, WORDS.browser.officer), officer);
  find("pv-decide-error").textContent = "";
  find("pv-decide-title").textContent = WORDS.browser[outcome + "_title"];
  find("pv-decide-yes").textContent = WORDS.browser[outcome + "_yes"];
  find("pv-decide-yes").classList.toggle("gj-act-danger", outcome === "return");
  if (outcome === "accept") {
    put(body, blocks.length ? el("div", {}, el("p", {}, fillWords(WORDS.browser.accept_blocks, { n: blocks.length })),
      el("ul", { class: "pv-plain" }, blocks.map((finding) => el("li", {}, finding.message)))) : el("p", {}, WORDS.browser.accept_clean), name);
  } else {
    const other = el("select", {}, el("option", { value: "" }, WORDS.browser.no_other),
      Object.entries(WORDS.codes).filter(([code]) => code !== "unknown").map(([code, text]) => el("option", { value: code }, text)));
    other.id = "pv-other";
    put(body,
      el("fieldset", { class: "pv-reasons" }, el("legend", {}, WORDS.browser.return_reasons),
        alive.map((finding) => el("label", {}, el("input", {
          type: "checkbox", checked: picked.has(finding.id),
          onchange: (event) => (event.target.checked ? picked.add(finding.id) : picked.delete(finding.id)),
        }), el("span", {}, finding.message))),
        el("label", { class: "pv-field-row" }, el("span", {}, WORDS.browser.other_reason), other)),
      el("fieldset", { class: "pv-question" }, el("legend", {}, WORDS.browser.who), el("div", { class: "pv-choices" },
        Object.entries(WORDS.responsibility).map(([key, text]) => el("label", { class: "pv-choice" },
          el("input", { type: "radio", name: "pv-who", checked: key === who, onchange: () => (who = key) }), el("span", {}, text))))),
      name);
  }
  const dialog = find("pv-decide");
  dialog.showModal();
  find("pv-decide-yes").focus();
  find("pv-decide-no").onclick = () => dialog.close();
  find("pv-decide-yes").onclick = async () => {
    const code = body.querySelector("#pv-other")?.value;
    const reasons = outcome === "return" ? [...alive.filter((f) => picked.has(f.id)).map((f) => ({ code: f.code, material_id: f.material_id })), ...(code ? [{ code, material_id: null }] : [])] : [];
    if (outcome === "return" && !reasons.length) {
      find("pv-decide-error").textContent = WORDS.browser.pick_reason;
      return;
    }
    write(localStorage, "guanjia.officer", officer.value.trim());
    find("pv-decide-yes").disabled = true;
    dialog.close();
    try {
      await asStaff(`previews/${current.preview_id}/decision`, { method: "POST", json: {
        outcome, officer: officer.value.trim(), responsibility: outcome === "return" ? who : null, reasons,
        findings: findings().map((f) => ({ finding_id: f.id, verdict: "accept", ...verdicts[f.id] })),
      } });
      current = await api("previews/" + current.preview_id);
      showHead();
      toast(fillWords(WORDS.browser.kept, { what: WORDS.outcome[outcome] }));
    } catch (error) { toast(error.message); }
    finally { find("pv-decide-yes").disabled = false; }
  };
}

/* ---- beginning ---- */

find("pv-town").value = read(localStorage, "guanjia.town") || "";
put(find("pv-towns"), ...JSON.parse(page.dataset.towns).map((town) => el("option", { value: town })));
if (location.hash.length > 20) open(location.hash.slice(1));
else newCase();
addEventListener("hashchange", () => location.hash.length > 20 && current?.preview_id !== location.hash.slice(1) && open(location.hash.slice(1)));

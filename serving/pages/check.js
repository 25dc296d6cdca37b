/* 先查材料: citizens check their papers before they go. Runs after preview_common.js. */

const LIMITS = JSON.parse(page.dataset.limits);
const CASE_KEY = "guanjia.check";
const draft = { item: null, guide: null, situation: {}, files: [], key: newKey() };
let caseId = read(sessionStorage, CASE_KEY);

function show(section) {
  ["pv-intake", "pv-reading", "pv-result"].forEach((id) => (find(id).hidden = id !== section));
  find("pv-main").scrollTop = 0;
}

/* ---- what is to be done ---- */

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
  put(find("pv-situations"), situationQuestions(draft.guide, draft.situation, showNeed));
  showNeed();
}
function showNeed() {
  const listed = new Set(), picked = new Set();
  for (const situation of draft.guide.situations) {
    for (const option of situation.options) {
      option.materials.forEach((id) => listed.add(id));
      if (draft.situation[situation.id] === option.id) option.materials.forEach((id) => picked.add(id));
    }
  }
  const rows = draft.guide.materials.filter((m) => picked.has(m.id) || (!listed.has(m.id) && m.necessity === "required"));
  const later = draft.guide.materials.length - rows.length;
  find("pv-need").hidden = !rows.length;
  put(find("pv-need-list"), rows.map((m) => el("li", {}, m.name)));
  find("pv-need-more").textContent = later ? fillWords(WORDS.browser.wanted_later, { n: later }) : "";
}
function takeFiles(more) {
  addFiles(draft.files, more);
  find("pv-error").textContent = "";
  showChosen();
}
function showChosen() {
  put(find("pv-chosen"), draft.files.map((file, n) => {
    const picture = el("div", { class: "pv-thumb" }, file.type.startsWith("image/") ? null : (file.name.split(".").pop() || "").toUpperCase());
    if (file.type.startsWith("image/")) {
      file.preview ??= URL.createObjectURL(file);
      picture.style.backgroundImage = `url("${file.preview}")`;
    }
    return el("li", {}, picture, el("span", { class: "pv-file-name" }, file.name),
      button("去掉", () => { draft.files.splice(n, 1); showChosen(); }, { class: "pv-mini", "aria-label": "去掉 " + file.name }));
  }));
}
for (const id of ["pv-camera", "pv-files"]) {
  find(id).addEventListener("change", (event) => { takeFiles(event.target.files); event.target.value = ""; });
}
find("pv-start").addEventListener("click", start);
async function start() {
  let wrong = "";
  if (!draft.item || find("pv-item").value.trim() !== draft.item.name) wrong = WORDS.browser.check_pick;
  else if (!draft.files.length) wrong = WORDS.browser.check_files;
  else if (draft.files.length > LIMITS.files) wrong = fillWords(WORDS.browser.too_many, { n: LIMITS.files });
  else if (draft.files.reduce((sum, f) => sum + f.size, 0) > LIMITS.mb * 1048576) wrong = fillWords(WORDS.browser.too_large, { n: LIMITS.mb });
  find("pv-error").textContent = wrong;
  if (wrong) return;
  const form = new FormData();
  form.append("item", draft.item.id);
  form.append("situation", JSON.stringify(draft.situation));
  form.append("channel", "citizen");
  draft.files.forEach((file) => form.append("files", file, file.name));
  await send(() => upload("previews", form, told, draft.key), (taken) => taken.preview_id);
}
function told(part) {
  find("pv-reading-where").textContent = fillWords(WORDS.browser.uploading, { n: Math.round(100 * part) });
}
async function send(sending, idOf) {
  show("pv-reading");
  told(0);
  put(find("pv-reading-files"));
  find("pv-reading-bar").firstElementChild.style.width = "3%";
  try {
    caseId = idOf(await sending());
    write(sessionStorage, CASE_KEY, caseId);
    await watch(caseId);
  } catch (error) {
    show("pv-intake");
    find("pv-error").textContent = error.message;
    find("pv-error").scrollIntoView({ block: "center" });
  }
}

/* ---- waiting ---- */

async function watch(id) {
  show("pv-reading");
  const end = await follow(id, (state) => (caseId === id ? showReading(state) : false));
  if (caseId !== id || end === null) return;
  const view = await api("previews/" + id);
  if (view.status === "cancelled" || view.deleted_at) throw new Error(WORDS.browser.gone);
  if (view.status === "failed") throw new Error(view.problem || WORDS.browser.failed);
  draft.guide = await api("items/" + encodeURIComponent(view.item_id));
  showResult(view);
}
function showReading(state) {
  const { progress } = state;
  find("pv-reading-where").textContent = progress.file_name
    ? fillWords(WORDS.browser.reading, { file: progress.file_name, page: progress.page, n: progress.files_done + 1, total: progress.files_total })
    : WORDS.browser.queued;
  const share = Math.round(100 * progressShare(state));
  find("pv-reading-bar").setAttribute("aria-valuenow", String(share));
  find("pv-reading-bar").firstElementChild.style.width = Math.max(share, 3) + "%";
  put(find("pv-reading-files"), state.files.map((file) => el("li", { class: file.is_read ? "pv-read" : "" },
    el("span", { class: "pv-file-name" }, file.is_read && file.document_types.length ? [...new Set(file.document_types)].map(typeName).join("、") : file.name),
    file.problem ? el("span", { class: "pv-chip pv-block" }, WORDS.browser.unusable) : null)));
}

/* ---- the answer ---- */

const BRING = ["missing_material", "side_missing", "agent_id_missing"];

function showResult(view) {
  const { findings, materials, open_situations: open = [] } = view.report;
  const must = findings.filter((f) => f.severity !== "hint");
  const bring = must.filter((f) => BRING.includes(f.code)), fix = must.filter((f) => !BRING.includes(f.code));
  const look = findings.filter((f) => f.severity === "hint" && f.code === "needs_person");
  const hints = findings.filter((f) => f.severity === "hint" && f.code !== "needs_person");
  const have = materials.filter((m) => m.presence === "present");
  const exempt = materials.filter((m) => m.presence === "exempt");
  const w = WORDS.browser;
  const headline = bring.length && fix.length ? fillWords(w.check_head, { bring: bring.length, fix: fix.length })
    : bring.length ? fillWords(w.check_head_bring, { n: bring.length })
      : fix.length ? fillWords(w.check_head_fix, { n: fix.length }) : w.check_ready;
  const answers = { ...view.situation };
  const asked = situationQuestions(draft.guide, answers, async () => {
    try { showResult(await api("previews/" + view.preview_id + "/request", { method: "PATCH", json: { situation: answers } })); }
    catch (error) { toast(error.message); }
  }, open).filter((_, n) => open.includes(draft.guide.situations[n].id));
  put(find("pv-result"),
    el("section", { class: "pv-verdict" + (must.length ? " pv-todo" : "") }, el("h2", {}, headline),
      el("p", {}, view.item_name), must.length ? null : el("p", {}, w.check_ready_more)),
    asked.length ? el("section", { class: "pv-card" }, el("h2", {}, w.check_which), asked) : null,
    group(w.check_bring, bring, view), group(w.check_fix, fix, view), group(w.check_remind, hints, view, true), group(w.check_look, look, view, true),
    have.length ? el("section", { class: "pv-card pv-group" }, el("h3", {}, w.check_have), el("ul", { class: "pv-have" }, have.map((m) => el("li", {}, m.name)))) : null,
    exempt.length ? el("section", { class: "pv-card pv-group" }, el("h3", {}, w.check_exempt), el("ul", { class: "pv-have" }, exempt.map((m) => el("li", {}, m.name)))) : null,
    el("section", { class: "pv-card" },
      el("div", { class: "pv-buttons" }, again("拍照", true), again("从相册或文件选", false)),
      el("div", { class: "gj-actions" },
        must.length ? el("a", { class: "gj-act", href: `${API}previews/${view.preview_id}/notice.pdf`, target: "_blank", rel: "noopener" }, "存成清单（PDF）") : null,
        button("复制清单", () => copyList(view), { class: "gj-act gj-quiet-act" }),
        button("再查一件", startOver, { class: "gj-act gj-quiet-act" }),
        button("删除我的材料", askRemove, { class: "gj-act gj-act-danger" }))));
  show("pv-result");
  speak(headline);
}
function group(title, findings, view, soft = false) {
  if (!findings.length) return null;
  return el("section", { class: "pv-card pv-group" }, el("h3", {}, title), el("ul", { class: "pv-todo-list" + (soft ? " pv-soft-list" : "") },
    findings.map((finding) => el("li", {}, el("b", {}, finding.message), el("p", { class: "pv-fix" }, finding.how_to_fix), where(finding, view)))));
}
/* The strip of the page where it stands, with the place marked. */
function where(finding, view) {
  const file = view.files.find((each) => each.file_id === finding.file_id);
  const size = file?.pages.find((each) => each.page === (finding.page || 1));
  if (!finding.box || !size || !size.width) return null;
  const [left, top, right, bottom] = finding.box;
  const room = 0.06 * size.height;
  const [from, to] = [Math.max(top - room, 0), Math.min(bottom + room, size.height)];
  const [start, end] = right - left > 0.5 * size.width ? [0, size.width]
    : [Math.max(Math.min((left + right) / 2 - 0.3 * size.width, 0.4 * size.width), 0), Math.min(Math.max((left + right) / 2 + 0.3 * size.width, 0.6 * size.width), size.width)];
  const [wide, high] = [end - start, to - from];
  const image = el("img", { src: `${API}previews/${view.preview_id}/files/${file.file_id}/pages/${size.page}.jpg`, alt: WORDS.browser.check_where, loading: "lazy" });
  image.style.cssText = `width:${(100 * size.width) / wide}%;left:${(-100 * start) / wide}%;top:${(-100 * from) / high}%`;
  const strip = el("div", { class: "pv-crop" }, image, boxOn([left - start, top - from, right - start, bottom - from], { width: wide, height: high }, { class: "pv-box pv-block pv-chosen" }));
  strip.style.aspectRatio = `${wide} / ${high}`;
  return strip;
}
function again(text, camera) {
  const input = el("input", camera ? { type: "file", accept: "image/*", capture: "environment" } : { type: "file", multiple: true, accept: LIMITS.accept });
  input.addEventListener("change", () => {
    const form = new FormData();
    [...input.files].forEach((file) => form.append("files", file, file.name));
    const id = caseId;
    send(() => upload(`previews/${id}/files`, form, told), () => id);
  });
  return el("label", { class: "pv-take" }, WORDS.browser.check_again, el("span", { class: "pv-soft" }, text), input);
}
async function copyList(view) {
  try {
    await navigator.clipboard.writeText(view.report.citizen_text);
    toast("已复制，可以粘贴给家人了。");
  } catch { toast("复制没有成功，请截屏保存。"); }
}

/* ---- going ---- */

function startOver() {
  caseId = null;
  forget(sessionStorage, CASE_KEY);
  Object.assign(draft, { item: null, guide: null, situation: {}, files: [], key: newKey() });
  find("pv-item").value = "";
  ["pv-situations", "pv-chosen"].forEach((id) => put(find(id)));
  find("pv-need").hidden = true;
  show("pv-intake");
}
function askRemove() {
  const sure = find("pv-sure");
  sure.showModal();
  find("pv-sure-no").onclick = () => sure.close();
  find("pv-sure-yes").onclick = async () => {
    sure.close();
    try {
      if (caseId) await api("previews/" + caseId, { method: "DELETE" });
      startOver();
      toast(WORDS.browser.check_removed);
    } catch (error) { toast(error.message); }
  };
}
page.querySelector("[data-remove]").addEventListener("click", askRemove);

const wanted = new URLSearchParams(location.search).get("item");
if (caseId) {
  watch(caseId).catch((error) => { startOver(); if (error.status !== 404) find("pv-error").textContent = error.message; });
} else if (wanted) {
  const item = ITEMS.find((each) => each.id === wanted);
  if (item) chooseItem(item);
}

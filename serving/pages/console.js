/* The agent console. Runs after preview_common.js and tickets_common.js.
   `work` is everything on the screen; it is kept in this tab after every change, so that nothing typed is lost. */

const WORK_KEY = "guanjia.console";
const ORDER = [
  "kind", "category", "title", "demand", "caller_name", "phone", "occurred_at", "town", "address",
  "urgency", "parties", "amount", "weak_signals", "special_groups", "confidential",
];
const MOST_LINES = 600; // of a longer record the first and last are shown
const NEEDED = ["kind", "title", "demand"];
const DEMO_PAUSE_MS = 650;

const blank = () => ({
  mode: "", callId: "", text: "", draft: null, edits: {}, seen: {}, department: null, ticket: null, undo: [],
  key: newKey(), demo: false, ended: false,
});
let work = blank();
let hearing = null; // AbortController of the stream that is listened to
let editing = null; // {field, box} while a field is changed
let warned = ""; // the doubts that F9 was told of
let lit = ""; // the field whose words are highlighted
let busy = false;
let queue = Promise.resolve(); // turns are sent one after another

function keepWork() {
  write(sessionStorage, WORK_KEY, JSON.stringify({ ...work, line: find("tk-line").value }));
}
function complain(error) {
  find("tk-error").textContent = error ? error.message || String(error) : "";
}

/* ---- values ---- */

/* The value in force: the kept ticket's, else what a person typed, else the draft's. */
function valueOf(name) {
  if (work.ticket) return work.ticket.fields[name];
  if (name in work.edits) return work.edits[name];
  const drafted = work.draft?.[name]?.value;
  return name === "category" && drafted ? drafted.l2 : name === "weak_signals" && drafted ? drafted.map((s) => s.name || s) : drafted;
}
function isEmpty(value) {
  return value === null || value === undefined || value === "" || value === false || (Array.isArray(value) && !value.length);
}
/* sure, check, unknown, done (a person looked), changed (a person typed). */
function stateOf(name) {
  if (name in work.edits) return "changed";
  const value = valueOf(name);
  if (isEmpty(value)) return NEEDED.includes(name) && work.draft ? "check" : "unknown";
  if (work.seen[name]) return "done";
  return (work.draft?.[name]?.confidence ?? 0) >= LISTS.sure ? "sure" : "check";
}
function doubtful() {
  return work.draft ? ORDER.filter((name) => stateOf(name) === "check") : [];
}
function candidates() {
  return work.draft?.dispatch?.candidates || [];
}
function chosenDepartment() {
  return work.department ?? work.ticket?.department ?? work.draft?.dispatch?.department ?? null;
}

/* ---- the call ---- */

async function openCall() {
  const { call_id } = await asStaff("tickets/calls", { method: "POST" });
  Object.assign(work, { mode: "call", callId: call_id, ended: false });
  hear();
}
function hear() {
  hearing?.abort();
  hearing = new AbortController();
  const own = work.callId;
  const heard = (name, data) => {
    if (work.callId !== own) return;
    if (name === "draft") take(data);
    else if (name === "end" && !work.ended && !work.ticket && !busy) hangUp();
  };
  listen(`tickets/calls/${own}/events`, heard, hearing.signal)
    .catch((error) => {
      if (error.name === "AbortError" || work.callId !== own || work.ticket) return;
      if (error.status === 404) lostCall();
      else if (error.status === 401) asStaff("tickets?limit=1").then(hear).catch(complain);
    });
}
/* The server has forgotten the call (restart): go on with the whole text. */
function lostCall() {
  Object.assign(work, { mode: "text", callId: "", ended: true });
  keepWork();
  showAll();
  toast(WORDS.browser.call_lost);
}
function take(draft) {
  if (work.ticket || (work.draft && draft.transcript.length < work.text.length)) return;
  work.draft = draft;
  work.text = draft.transcript;
  keepWork();
  showAll();
}
async function addTurn(speaker, words) {
  if (!work.callId) {
    if (work.text) return draftText(`${work.text}\n${speaker === "agent" ? "坐席" : "市民"}：${words}`, "call");
    await openCall();
  }
  try {
    take(await asStaff(`tickets/calls/${work.callId}/turns`, { method: "POST", json: { speaker, text: words } }));
  } catch (error) {
    if (error.status !== 404) throw error;
    lostCall();
    await draftText(`${work.text}${work.text ? "\n" : ""}${speaker === "agent" ? "坐席" : "市民"}：${words}`, "call");
  }
}
async function draftText(text, channel) {
  const draft = await asStaff("tickets/draft", { method: "POST", json: { text, channel } });
  Object.assign(work, { mode: "text", callId: "", text: draft.transcript, channel, ended: true });
  work.draft = draft;
  keepWork();
  showAll();
  refine(text, channel);
}
/* The base model may write title and demand better; what a person typed or accepted meanwhile stays. */
async function refine(text, channel) {
  const secret = read(sessionStorage, TOKEN_KEY);
  const headers = { Accept: "text/event-stream", "Content-Type": "application/json" };
  if (secret) headers.Authorization = "Bearer " + secret;
  try {
    const response = await fetch(API + "tickets/draft", { method: "POST", headers, body: JSON.stringify({ text, channel }) });
    const found = /event: refined\ndata: (.*)/.exec(await response.text());
    const refined = found && JSON.parse(found[1]);
    if (!refined || work.ticket || work.text !== refined.transcript) return;
    for (const name of ["title", "demand"]) if (!work.seen[name]) work.draft[name] = refined[name];
    keepWork();
    showAll();
  } catch { /* the draft is there already */ }
}

find("tk-say").addEventListener("submit", (event) => { event.preventDefault(); sendLine(); });
find("tk-line").addEventListener("keydown", (event) => {
  const choosing = event.isComposing || event.keyCode === 229;
  if (event.key !== "Enter" || event.shiftKey || choosing || who() === "text" && !event.ctrlKey) return;
  event.preventDefault();
  sendLine();
});
find("tk-line").addEventListener("paste", (event) => {
  if ((event.clipboardData.getData("text/plain").match(/\n/g) || []).length && !work.text) setWho("text");
});
find("tk-line").addEventListener("input", keepWork);
page.querySelectorAll("[name=tk-who]").forEach((radio) => radio.addEventListener("change", () => setWho(radio.value)));
function who() {
  return page.querySelector("[name=tk-who]:checked").value;
}
function setWho(value) {
  page.querySelector(`[name=tk-who][value=${value}]`).checked = true;
  find("tk-line").rows = value === "text" ? 6 : 2;
  find("tk-send").textContent = value === "text" ? "生成" : "送出";
}
function sendLine() {
  const box = find("tk-line");
  const words = box.value.trim();
  if (!words) return complain(WORDS.browser.need_words);
  if (work.ticket) reset();
  const speaker = who();
  complain("");
  box.value = "";
  queue = queue.then(async () => {
    try {
      if (speaker === "text") { await draftText(words, "call"); speak(WORDS.browser.pasted); setWho("caller"); focusFirst(); }
      else await addTurn(speaker, words);
    } catch (error) {
      box.value = words + (box.value ? "\n" + box.value : "");
      keepWork();
      complain(error);
    }
  });
  return undefined;
}

/* A built-in invented call, line by line, so that a newcomer sees the ticket fill. */
find("tk-demo").addEventListener("click", async () => {
  reset();
  work.demo = true;
  complain("");
  const own = work.key;
  try {
    for (const [speaker, words] of WORDS.demo) {
      await addTurn(speaker, words);
      await new Promise((resolve) => setTimeout(resolve, DEMO_PAUSE_MS));
      if (work.key !== own || work.ended) return;
    }
    hangUp();
  } catch (error) { complain(error); }
});
find("tk-hang").addEventListener("click", hangUp);
function hangUp() {
  work.ended = true;
  keepWork();
  showAll();
  speak(WORDS.browser.call_ended);
  focusFirst();
}
find("tk-new").addEventListener("click", () => { reset(); find("tk-line").focus(); });
function reset() {
  hearing?.abort();
  work = blank();
  editing = null;
  warned = lit = "";
  complain("");
  keepWork();
  showAll();
}

/* ---- the left side: what was said, with the words that fields came from ---- */

function spans() {
  if (!work.draft) return [];
  return ORDER.filter((name) => work.draft[name]?.evidence && !isEmpty(work.draft[name].value))
    .map((name) => ({ name, start: work.draft[name].evidence[0], end: work.draft[name].evidence[1] }));
}
function showWords() {
  const box = find("tk-words");
  if (!work.text) {
    put(box, el("div", { class: "pv-empty" }, el("b", { "aria-hidden": "true" }, "☎"), el("p", {}, WORDS.browser.empty_transcript)));
    return;
  }
  const letters = Array.from(work.text); // spans count characters, not UTF-16 units
  const all = spans().filter((span) => span.name !== "demand");
  const wide = work.draft?.demand?.evidence;
  const edges = [...new Set([0, letters.length, ...all.flatMap((s) => [s.start, s.end]), ...(wide && lit === "demand" ? wide : [])])].sort((a, b) => a - b);
  const bits = [];
  for (let n = 0; n + 1 < edges.length; n += 1) {
    const [start, end] = [edges[n], edges[n + 1]];
    const names = all.filter((s) => s.start <= start && s.end >= end).map((s) => s.name);
    if (lit === "demand" && wide && wide[0] <= start && wide[1] >= end) names.push("demand");
    bits.push({ text: letters.slice(start, end).join(""), names });
  }
  const lines = [[]];
  for (const bit of bits) {
    bit.text.split("\n").forEach((text, n) => {
      if (n) lines.push([]);
      if (text) lines[lines.length - 1].push({ ...bit, text });
    });
  }
  const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 60;
  const filled = lines.filter((line) => line.length);
  const hidden = filled.length - MOST_LINES;
  if (hidden > 0) filled.splice(MOST_LINES / 2, hidden, [{ text: fillWords(WORDS.browser.lines_hidden, { n: hidden }), names: [] }]);
  put(box, filled.map((line) => {
    const speaker = /^(坐席|市民|话务员|来电人|群众)：/.exec(line.map((bit) => bit.text).join(""));
    const side = speaker ? (/坐席|话务/.test(speaker[1]) ? "agent" : "caller") : "plain";
    return el("p", { class: "tk-turn tk-" + side }, line.map(piece));
  }));
  if (atEnd && !lit) box.scrollTop = box.scrollHeight;
}
function piece({ text, names }) {
  if (!names.length) return text;
  const name = names.includes(lit) ? lit : names[names.length - 1];
  return el("mark", {
    class: `tk-mark tk-is-${stateOf(name)}${names.includes(lit) && lit ? " tk-lit" : ""}`, "data-from": name,
    title: WORDS.labels[name], onclick: () => rowOf(name)?.focus(),
    onmouseenter: () => light(name, false), onmouseleave: () => light("", false),
  }, text);
}
/* Highlight a field and its words. */
function light(name, scroll = true) {
  if (lit === name) return;
  const wide = lit === "demand" || name === "demand";
  lit = name;
  find("tk-fields").querySelectorAll("[data-field]").forEach((row) => row.classList.toggle("tk-lit", row.dataset.field === name));
  if (wide) showWords();
  else find("tk-words").querySelectorAll(".tk-mark").forEach((mark) => mark.classList.toggle("tk-lit", mark.dataset.from === name));
  const mark = find("tk-words").querySelector(".tk-mark.tk-lit");
  if (scroll && mark) reveal(find("tk-words"), mark);
}

/* ---- the right side: the ticket ---- */

function rowOf(name) {
  return find("tk-fields").querySelector(`[data-field="${name}"]`);
}
function showAll() {
  const focused = document.activeElement?.closest?.("[data-field]")?.dataset.field;
  showWords();
  showHead();
  showAlarm();
  showAdvice();
  if (!editing) showFields();
  showDispatch();
  showDuplicates();
  showFoot();
  if (focused && !editing) rowOf(focused)?.focus({ preventScroll: true });
}
function showHead() {
  const { ticket, draft } = work;
  find("tk-source").textContent = !work.text ? WORDS.browser.waiting : work.callId && !work.ended ? WORDS.browser.listening : WORDS.browser.call_ended;
  find("tk-hang").hidden = !(work.callId && !work.ended);
  page.toggleAttribute("data-live", Boolean(work.callId && !work.ended));
  const deadline = ticket?.deadline || draft?.deadline;
  put(find("tk-head"),
    el("b", { class: "tk-no" }, ticket ? ticket.ticket_id : draft ? "草稿" : "工单"),
    ticket ? el("span", { class: "pv-chip" }, ticket.status_name) : null,
    work.demo ? el("span", { class: "pv-chip pv-hint" }, WORDS.browser.demo) : null,
    deadline ? el("span", { class: "tk-deadline" }, "办理期限 ", el("b", {}, deadline)) : null);
}
function emergencyNumbers() {
  const advice = work.draft?.accept || {};
  const told = `${advice.reason || ""}${advice.signpost || ""}`.match(/(?<!\d)(110|119|120|122)(?!\d)/g);
  return [...new Set(told || ["110", "119", "120"])];
}
function showAlarm() {
  const on = valueOf("urgency") === "emergency";
  const box = find("tk-alarm");
  const maybe = stateOf("urgency") === "check";
  const told = fillWords(WORDS.browser[maybe ? "emergency_maybe" : "emergency"], { numbers: emergencyNumbers().join("、") });
  if (on && box.hidden) speak(told);
  box.hidden = !on;
  box.toggleAttribute("data-maybe", maybe);
  if (!on) return;
  put(box, el("b", { class: "tk-alarm-sign", "aria-hidden": "true" }, "⚠"), el("p", {}, told),
    el("span", { class: "tk-alarm-numbers" }, emergencyNumbers().map((number) => el("a", { href: "tel:" + number }, number))));
}
function showAdvice() {
  const { draft } = work;
  const parts = [];
  const refused = draft?.accept?.value === "reject" && draft.accept.reason;
  if (refused) {
    const told = [draft.accept.reason, draft.accept.signpost].filter(Boolean).map((text) => text.replace(/[。；]*$/, "。")).join("");
    parts.push(el("article", { class: "tk-note tk-refuse" }, el("h3", {}, WORDS.browser.reject),
      el("p", { class: "tk-aloud" }, draft.accept.reason), draft.accept.signpost ? el("p", {}, "指引：" + draft.accept.signpost) : null,
      el("div", { class: "gj-actions" }, button("已告知，办结", () => finishWith(told), { class: "gj-act" }))));
  }
  if (draft?.reply_hint) {
    const hint = draft.reply_hint;
    parts.push(el("article", { class: "tk-note tk-hint" }, el("h3", {}, WORDS.browser.hint),
      el("div", { class: "tk-aloud" }, hint.text.split("\n").filter(Boolean).map((line) => el("p", {}, line.replace(/^□ /, "· ")))),
      hint.sources.length ? el("p", { class: "pv-soft" }, "依据：" + hint.sources.join("；")) : null,
      el("div", { class: "gj-actions" }, button("已照此答复，办结", () => finishWith(hint.text), { class: "gj-act gj-act-call" }))));
  }
  (draft?.notes || []).forEach((note) => parts.push(el("p", { class: "tk-note" }, note)));
  put(find("tk-advice"), parts);
}
function showFields() {
  put(find("tk-fields"), ORDER.map((name) => {
    const state = work.draft || work.ticket ? stateOf(name) : "unknown";
    const value = shownValue(name, name === "category" && !work.ticket && !(name in work.edits) ? work.draft?.category?.value : valueOf(name));
    const sure = work.draft?.[name]?.confidence;
    return el("div", {
      class: `tk-field tk-is-${state}${name === lit ? " tk-lit" : ""}`, "data-field": name, role: "listitem", tabindex: "0",
      "aria-label": `${WORDS.labels[name]}：${value || WORDS.browser.none_said}，${WORDS.sure[state]}`,
      title: state === "sure" || state === "check" ? `把握 ${percentOf(sure)}` : "",
      onfocus: () => light(name), onblur: () => light(""), ondblclick: () => edit(name),
      onmouseenter: () => light(name), onmouseleave: () => document.activeElement?.dataset?.field !== name && light(""),
    },
      el("span", { class: "tk-label" }, WORDS.labels[name]),
      el("span", { class: "tk-value" }, value || el("i", {}, WORDS.browser.none_said)),
      el("span", { class: "tk-sign" }, state === "sure" ? "" : WORDS.sure[state]),
      button("改", () => edit(name), { class: "pv-mini tk-edit", tabindex: "-1", "aria-label": "改" + WORDS.labels[name] }));
  }));
}
function showDispatch() {
  const dispatch = work.draft?.dispatch;
  const chosen = chosenDepartment();
  const box = find("tk-dispatch");
  if (!work.draft) { box.hidden = true; return; }
  box.hidden = false;
  const list = candidates();
  const other = chosen && !list.some((c) => c.department === chosen) ? chosen : "";
  const isTown = (d) => departmentName(d, valueOf("town"));
  put(box,
    el("h3", {}, "承办单位", dispatch ? el("span", { class: "pv-chip " + (dispatch.mode === "auto" ? "" : "pv-defer") }, WORDS.advice[dispatch.mode]) : null),
    dispatch?.obstacles?.length ? el("ul", { class: "tk-obstacles" }, dispatch.obstacles.map((o) => el("li", {}, WORDS.obstacles[o] || o))) : null,
    list.length ? el("div", { class: "tk-candidates", role: "radiogroup", "aria-label": "候选单位" }, list.map((c, n) => el("button", {
      type: "button", role: "radio", class: "tk-candidate", "aria-checked": String(c.department === chosen), "data-department": c.department,
      onclick: () => choose(c.department),
    }, el("kbd", {}, String(n + 1)), el("span", { class: "tk-cand-name" }, el("b", {}, c.name), c.basis ? el("small", {}, c.basis) : null),
      el("span", { class: "tk-share", title: "经校准的把握" }, c.probability > 0.99 ? "99%+" : percentOf(c.probability))))) : el("p", { class: "pv-soft" }, WORDS.browser.no_candidates),
    el("label", { class: "tk-other" }, el("span", {}, "其他单位"), el("select", {
      id: "tk-other", "aria-checked": String(Boolean(other)), onchange: (event) => event.target.value && choose(event.target.value),
    }, options(LISTS.departments, other, "选一个…"))),
    dispatch?.co_departments?.length ? el("p", { class: "pv-soft" }, "协办：" + dispatch.co_departments.map(isTown).join("、")) : null,
    dispatch?.reason ? el("p", { class: "tk-reason" }, dispatch.reason) : null);
}
function showDuplicates() {
  const found = work.draft?.duplicates || [];
  put(find("tk-duplicates"), found.length ? el("section", { class: "tk-dups" }, el("h3", {}, "相似工单"),
    found.map((d) => el("article", { class: "tk-dup" },
      el("div", {}, el("a", { href: "../tickets/#" + d.ticket_id, target: "_blank", rel: "noopener" }, d.ticket_id),
        el("span", { class: "pv-chip pv-hint" }, d.merge === "group" ? "多人同一件事" : "同一人再来"), el("span", { class: "pv-soft" }, "相似 " + percentOf(d.similarity))),
      el("p", { class: "pv-soft" }, "相同的话：", d.words.map((word) => el("span", { class: "tk-word" }, word))),
      button("并入", () => merge(d.ticket_id), { class: "pv-mini", disabled: work.ticket?.status === "dispatched" })))) : null);
}
function showFoot() {
  const status = work.ticket?.status || "";
  find("tk-confirm").disabled = !work.draft || (status && status !== "draft");
  find("tk-send-off").disabled = !work.draft || !["", "draft", "confirmed", "returned"].includes(status);
  find("tk-discard").disabled = !work.draft || (status && status !== "draft");
  find("tk-undo").disabled = !work.undo.length;
  find("tk-send-off").classList.toggle("tk-ready", status === "confirmed");
  find("tk-confirm").classList.toggle("gj-act-call", status !== "confirmed");
}
function focusFirst() {
  const first = doubtful()[0];
  (first ? rowOf(first) : find("tk-confirm")).focus();
}

/* ---- accepting, changing, undoing ---- */

function accept(name) {
  if (work.seen[name] || name in work.edits || stateOf(name) !== "check" || isEmpty(valueOf(name))) return;
  work.seen[name] = true;
  work.undo.push({ name, accepted: true });
  warned = "";
  keepWork();
  showAll();
}
function next(name) {
  const at = ORDER.indexOf(name);
  const open = doubtful();
  const later = open.find((other) => ORDER.indexOf(other) > at) || open[0];
  (later ? rowOf(later) : work.ticket?.status === "confirmed" ? find("tk-send-off") : find("tk-confirm")).focus();
}
const BOXES = {
  kind: (value) => el("select", {}, options(LISTS.kinds, value)),
  category: (value) => el("select", {}, options(LISTS.categories, value, "（未定）")),
  town: (value) => el("select", {}, options(LISTS.towns, value, "（未说）")),
  urgency: (value) => el("select", {}, options(Object.entries(WORDS.urgencies), value)),
  demand: (value) => el("textarea", { rows: "5" }, value || ""),
  occurred_at: (value) => el("input", { type: "date", value: value || "" }),
  confidential: (value) => el("select", {}, options([["", "否"], ["1", "是，反映人要求保密"]], value ? "1" : "")),
};
const LISTED = ["parties", "weak_signals", "special_groups"];
function edit(name) {
  if (!work.draft || (work.ticket && !["draft", "confirmed", "returned"].includes(work.ticket.status))) return;
  if (editing) close(false);
  const row = rowOf(name);
  const value = valueOf(name);
  const box = (BOXES[name] || ((text) => el("input", { value: Array.isArray(text) ? text.join("、") : text || "", maxlength: name === "title" ? "60" : "300" })))(value);
  box.setAttribute("aria-label", WORDS.labels[name]);
  box.classList.add("tk-box");
  editing = { name, box };
  row.querySelector(".tk-value").replaceChildren(box);
  row.classList.add("tk-editing");
  box.addEventListener("keydown", (event) => {
    event.stopPropagation();
    const choosing = event.isComposing || event.keyCode === 229;
    if (event.key === "Escape") { event.preventDefault(); close(true); }
    else if ((event.key === "Enter" && !event.shiftKey && !choosing) || event.key === "Tab") { event.preventDefault(); save(true); }
    else if (["F9", "F10"].includes(event.key)) onKey(event);
  });
  box.addEventListener("blur", () => setTimeout(() => editing?.box === box && !busy && save(false), 120));
  box.focus();
  box.select?.();
}
function close(focus) {
  const name = editing?.name;
  editing = null;
  showFields();
  if (focus && name) rowOf(name).focus();
}
function typed(name, box) {
  const text = box.value.trim();
  if (name === "confidential") return text === "1";
  if (LISTED.includes(name)) return text.split(/[、,，;；]/).map((part) => part.trim()).filter(Boolean);
  return text || null;
}
async function save(goOn) {
  const { name, box } = editing;
  const before = valueOf(name) ?? null;
  const after = typed(name, box);
  if (JSON.stringify(before) === JSON.stringify(after) || (isEmpty(before) && isEmpty(after))) { editing = null; showFields(); accept(name); if (goOn) next(name); return; }
  try {
    await setField(name, after);
  } catch (error) {
    complain(error);
    box.focus();
    return;
  }
  work.undo.push({ name, before, was: name in work.edits, after });
  work.edits[name] = after;
  editing = null;
  warned = "";
  complain("");
  keepWork();
  showAll();
  if (work.ticket) toast(fillWords(WORDS.browser.saved, { what: WORDS.labels[name] }));
  if (goOn) next(name);
}
/* Before the ticket is kept a change stays here; afterwards it goes through PATCH with the version that was read. */
async function setField(name, value) {
  if (!work.ticket) return;
  const id = work.ticket.ticket_id;
  try {
    work.ticket = await asStaff("tickets/" + id, {
      method: "PATCH", headers: { "If-Match": String(work.ticket.version) }, json: { fields: { [name]: value }, by: officer() },
    });
  } catch (error) {
    if (error.status === 409) {
      work.ticket = await asStaff("tickets/" + id);
      error.message = WORDS.browser.conflict;
    }
    throw error;
  }
}
async function undo() {
  const last = work.undo.pop();
  if (!last) return toast(WORDS.browser.nothing_to_undo);
  try {
    if (last.accepted) delete work.seen[last.name];
    else if (last.department !== undefined) work.department = last.department;
    else {
      await setField(last.name, last.before);
      if (last.was) work.edits[last.name] = last.before;
      else delete work.edits[last.name];
    }
  } catch (error) {
    work.undo.push(last);
    return complain(error);
  }
  keepWork();
  showAll();
  toast(fillWords(WORDS.browser.undone, { what: WORDS.labels[last.name] || WORDS.labels.department }));
  if (last.name) rowOf(last.name).focus();
  return undefined;
}
function choose(department) {
  if (department === chosenDepartment()) return;
  work.undo.push({ department: work.department });
  work.department = department;
  keepWork();
  showDispatch();
  showFoot();
}

/* ---- the steps ---- */

async function step(act) {
  if (busy) return;
  busy = true;
  page.dataset.busy = "";
  complain("");
  try {
    await act();
  } catch (error) {
    complain(error);
    speak(error.message);
  } finally {
    busy = false;
    delete page.dataset.busy;
    keepWork();
    showAll();
  }
}
/* Keep the ticket once; after a lost reply the same key gives the same ticket. */
async function keepTicket() {
  if (work.ticket) return;
  const by = officer();
  if (work.callId) {
    try {
      work.ticket = await asStaff(`tickets/calls/${work.callId}/close`, { method: "POST", json: { by, fields: work.edits } });
    } catch (error) {
      if (error.status !== 404) throw error;
      Object.assign(work, { callId: "", mode: "text", ended: true });
    }
  }
  work.ticket ||= await asStaff("tickets", {
    method: "POST", headers: { "Idempotency-Key": work.key },
    json: { text: work.text, channel: work.channel || "call", by, fields: work.edits },
  });
  work.ended = true;
  hearing?.abort();
  keepWork();
  for (const [name, value] of Object.entries(work.edits)) { // kept by an earlier try, whose reply was lost
    if (JSON.stringify(work.ticket.fields[name] ?? null) !== JSON.stringify(value)) await setField(name, value);
  }
}
async function confirmTicket() {
  await keepTicket();
  if (work.ticket.status !== "draft") return;
  work.ticket = await asStaff(`tickets/${work.ticket.ticket_id}/confirm`, { method: "POST", json: { by: officer() } });
}
function confirm() {
  if (find("tk-confirm").disabled) return;
  if (editing) { save(false).then(() => !editing && confirm()); return; }
  const open = doubtful();
  if (open.length && warned !== open.join()) {
    warned = open.join();
    complain(fillWords(WORDS.browser.still_doubtful, { n: open.length, names: open.map((name) => WORDS.labels[name]).join("、") }));
    rowOf(open[0]).focus();
    return;
  }
  step(async () => {
    await confirmTicket();
    toast(fillWords(WORDS.browser.confirmed, { id: work.ticket.ticket_id }));
  }).then(() => work.ticket?.status === "confirmed" && find("tk-send-off").focus());
}
function sendOff() {
  if (find("tk-send-off").disabled) return;
  if (editing) { save(false).then(() => !editing && sendOff()); return; }
  if (!["confirmed", "returned"].includes(work.ticket?.status)) return complain(WORDS.browser.need_confirm);
  if (work.demo && page.dataset.delivers) return complain(WORDS.browser.demo_not_sent);
  const department = chosenDepartment();
  if (!department) {
    complain(WORDS.browser.need_department);
    (find("tk-dispatch").querySelector(".tk-candidate") || find("tk-other")).focus();
    return;
  }
  const proposed = work.draft?.dispatch;
  const own = department === proposed?.department;
  step(async () => {
    work.ticket = await asStaff(`tickets/${work.ticket.ticket_id}/dispatch`, {
      method: "POST", json: { by: officer(), department, co_departments: own ? proposed.co_departments : [], note: own ? proposed.reason : "" },
    });
    work.undo = [];
    toast(fillWords(WORDS.browser.dispatched, { name: departmentName(department, valueOf("town")), id: work.ticket.ticket_id }));
    speak(fillWords(WORDS.browser.dispatched, { name: departmentName(department, valueOf("town")), id: work.ticket.ticket_id }));
  }).then(() => work.ticket?.status === "dispatched" && find("tk-new").focus());
}
/* Answered on the telephone: kept, confirmed, answered and closed, with what was said. */
function finishWith(reply) {
  step(async () => {
    await confirmTicket();
    const path = `tickets/${work.ticket.ticket_id}/`;
    if (work.ticket.status === "confirmed") work.ticket = await asStaff(path + "answer", { method: "POST", json: { by: officer(), reply } });
    work.ticket = await asStaff(path + "close", { method: "POST", json: { by: officer() } });
    toast(fillWords(WORDS.browser.answered, { id: work.ticket.ticket_id }));
  });
}
function merge(into) {
  step(async () => {
    await keepTicket();
    work.ticket = await asStaff(`tickets/${work.ticket.ticket_id}/merge`, { method: "POST", json: { by: officer(), into } });
    toast(fillWords(WORDS.browser.merged, { id: into }));
  });
}
function discard() {
  if (!work.ticket) { reset(); return; }
  step(async () => {
    await asStaff(`tickets/${work.ticket.ticket_id}/discard`, { method: "POST", json: { by: officer() } });
    reset();
    toast(WORDS.browser.discarded);
  });
}
find("tk-confirm").addEventListener("click", confirm);
find("tk-send-off").addEventListener("click", sendOff);
find("tk-undo").addEventListener("click", undo);
find("tk-discard").addEventListener("click", discard);

/* ---- the keyboard ---- */

document.addEventListener("keydown", onKey);
function onKey(event) {
  if (event.altKey || event.metaKey || page.querySelector("dialog[open]")) return;
  const name = event.target.closest?.("[data-field]")?.dataset.field;
  const inBox = event.target.closest?.("input, textarea, select");
  if (event.key === "F9") confirm();
  else if (event.key === "F10") sendOff();
  else if (inBox || event.ctrlKey) return;
  else if (event.key === "Escape") undo();
  else if (/^[1-3]$/.test(event.key) && candidates()[event.key - 1]) choose(candidates()[event.key - 1].department);
  else if (name && event.key === "F2") edit(name);
  else if (name && event.key === "Enter" && event.target.dataset.field) { accept(name); next(name); }
  else if (name && event.key === "Tab" && !event.shiftKey) { accept(name); rowOf(name)?.focus({ preventScroll: true }); return; }
  else if (name && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    const to = ORDER[ORDER.indexOf(name) + (event.key === "ArrowDown" ? 1 : -1)];
    if (to) rowOf(to).focus();
  } else return;
  event.preventDefault();
}

/* ---- beginning ---- */

function restore() {
  try {
    const kept = JSON.parse(read(sessionStorage, WORK_KEY) || "null");
    if (!kept) return;
    find("tk-line").value = kept.line || "";
    delete kept.line;
    work = { ...blank(), ...kept };
    if (work.text && !work.ticket) toast(WORDS.browser.restored);
    if (work.callId && !work.ticket) hear();
  } catch { work = blank(); }
}
/* The telephone system opens /console/#call=… and sends the turns itself. */
function attach() {
  const call = /^#call=([A-Za-z0-9_-]{8,40})$/.exec(location.hash);
  if (!call || call[1] === work.callId) return;
  reset();
  Object.assign(work, { mode: "call", callId: call[1] });
  keepWork();
  showAll();
  hear();
}
addEventListener("hashchange", attach);
setWho("caller");
restore();
attach();
showAll();
if (!work.text) find("tk-line").focus();

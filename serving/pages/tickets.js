/* The supervisor page: queue, a ticket with its trail, rules of automatic dispatch, dead letters.
   Runs after preview_common.js and tickets_common.js. */

const OPEN_ONES = ["draft", "confirmed", "dispatched", "returned", "answered"];
const SHOWN = ["kind", "category", "demand", "caller_name", "phone", "town", "address", "occurred_at", "parties", "amount", "urgency", "weak_signals", "special_groups", "confidential", "acceptance"];
const TABS = ["queue", "rules", "outbox"];
let tickets = [];
let current = null;
let wanted = new Set();

function complain(error) {
  find("tk-error").textContent = error ? (error.status === 401 ? WORDS.browser.locked : error.message) : "";
}
async function guarded(act) {
  complain("");
  try { return await act(); } catch (error) { complain(error); return null; }
}

/* ---- tabs ---- */

function tab(name) {
  TABS.forEach((each) => {
    find("tk-tab-" + each).setAttribute("aria-selected", String(each === name));
    find("tk-" + each).hidden = each !== name;
  });
  guarded({ queue: showQueue, rules: showRules, outbox: showOutbox }[name]);
}
TABS.forEach((name, n) => {
  find("tk-tab-" + name).addEventListener("click", () => tab(name));
  find("tk-tab-" + name).addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = TABS[(n + step + TABS.length) % TABS.length];
    tab(next);
    find("tk-tab-" + next).focus();
  });
});

/* ---- the queue ---- */

function showStatuses() {
  put(find("tk-statuses"), Object.entries(WORDS.statuses).map(([status, name]) => button(name, () => {
    if (!wanted.delete(status)) wanted.add(status);
    showStatuses();
    guarded(showQueue);
  }, { class: "pv-mini", role: "checkbox", "aria-checked": String(wanted.has(status)), "data-status": status })));
}
function query() {
  const asked = new URLSearchParams({ limit: "500" });
  wanted.forEach((status) => asked.append("status", status));
  if (find("tk-department").value) asked.set("department", find("tk-department").value);
  if (find("tk-town").value) asked.set("town", find("tk-town").value);
  return asked;
}
const URGENT = { overdue: 0, due_soon: 1 };
async function showQueue() {
  const found = await asStaff("tickets?" + query());
  const due = find("tk-due").value;
  tickets = found.tickets.filter((t) => !due || t.due === due);
  tickets.sort((a, b) => (URGENT[a.due] ?? 2) - (URGENT[b.due] ?? 2));
  const late = tickets.filter((t) => t.due === "overdue").length, soon = tickets.filter((t) => t.due === "due_soon").length;
  find("tk-count").textContent = `${tickets.length} 张，超期 ${late}，快到期 ${soon}`;
  put(find("tk-list"), tickets.length ? tickets.map((t) => el("li", {}, el("button", {
    type: "button", class: "tk-item" + (t.fields.urgency === "emergency" ? " tk-urgent" : ""), "aria-current": t.ticket_id === current?.ticket_id ? "true" : null,
    "data-ticket": t.ticket_id, onclick: () => { location.hash = t.ticket_id; },
  },
    el("span", { class: "tk-item-head" }, el("b", {}, t.fields.title || "（没有标题）")),
    el("span", { class: "tk-item-foot" },
      el("span", { class: "pv-chip" }, t.status_name), dueChip(t.due),
      t.fields.urgency === "emergency" ? el("span", { class: "pv-chip pv-block" }, "紧急") : null,
      (t.fields.weak_signals || []).length ? el("span", { class: "pv-chip pv-defer" }, "有苗头") : null,
      el("small", {}, [showTime(t.received_at), shownValue("town", t.fields.town), departmentName(t.department, t.fields.town)].filter(Boolean).join(" · ")))))) : el("li", { class: "pv-empty" }, WORDS.browser.no_tickets));
  if (!current) put(find("tk-one"), el("div", { class: "pv-empty" }, el("p", {}, WORDS.browser.pick_ticket)));
}
["tk-department", "tk-town", "tk-due"].forEach((id) => find(id).addEventListener("change", () => guarded(showQueue)));
find("tk-filter").addEventListener("submit", (event) => event.preventDefault());
find("tk-refresh").addEventListener("click", () => guarded(showQueue));
find("tk-csv").addEventListener("click", () => guarded(() => downloadAs("tickets/export?format=csv", "工单.csv")));
find("tk-xlsx").addEventListener("click", () => guarded(() => downloadAs("tickets/export?format=xlsx", "工单.xlsx")));

/* ---- one ticket ---- */

async function open(id) {
  current = await asStaff("tickets/" + encodeURIComponent(id));
  find("tk-list").querySelectorAll("[data-ticket]").forEach((row) => row.toggleAttribute("aria-current", row.dataset.ticket === id));
  page.dataset.open = "";
  showOne();
  find("tk-one").scrollTop = 0;
  find("tk-one").focus({ preventScroll: true });
}
const STEPS = { // status → steps that may follow
  draft: ["confirm", "merge", "discard"], confirmed: ["dispatch", "answer", "merge", "close"], dispatched: ["return", "answer"],
  returned: ["dispatch", "merge"], answered: ["close"], closed: [], merged: [], discarded: [],
};
const STEP_LABELS = { confirm: "确认", dispatch: "派单", return: "退单", answer: "答复", close: "办结", merge: "并入另一张", discard: "作废" };
function showOne() {
  const t = current, f = t.fields;
  const steps = STEPS[t.status];
  put(find("tk-one"),
    button("‹ 返回列表", () => { delete page.dataset.open; history.replaceState(null, "", location.pathname); }, { class: "pv-mini tk-back" }),
    el("header", { class: "tk-one-head" },
      el("h2", {}, f.title || "（没有标题）"),
      el("p", { class: "tk-one-sub" }, el("b", { class: "tk-no" }, t.ticket_id), el("span", { class: "pv-chip" }, t.status_name), dueChip(t.due),
        el("span", { class: "pv-soft" }, [WORDS.channels[t.channel] || t.channel, showTime(t.received_at), t.deadline ? "期限 " + t.deadline : ""].filter(Boolean).join(" · "))),
      el("p", {}, "承办：", el("b", {}, t.department ? departmentName(t.department, f.town) : "未定"), t.co_departments.length ? "，协办：" + t.co_departments.map((d) => departmentName(d, f.town)).join("、") : "",
        t.dispatches ? el("span", { class: "pv-soft" }, `（${WORDS.modes[t.mode] || t.mode}，第 ${t.dispatches} 次派出）`) : null),
      t.merged_into ? el("p", {}, "已并入 ", el("a", { href: "#" + t.merged_into }, t.merged_into)) : null,
      el("div", { class: "gj-actions" }, steps.map((name, n) => button(name === "dispatch" && t.dispatches ? "重新派单" : STEP_LABELS[name], () => act(name), { class: "gj-act " + (n ? "gj-quiet-act" : "gj-act-call"), "data-step": name })))),
    el("section", {}, el("dl", { class: "tk-dl" }, SHOWN.map((name) => [WORDS.labels[name], shownValue(name, f[name])]).filter(([, value]) => value)
      .map(([label, value]) => el("div", {}, el("dt", {}, label), el("dd", {}, value))))),
    t.photos ? el("section", {}, el("h3", {}, "市民照片"), el("div", { class: "tk-photos" }, Array.from({ length: t.photos }, (_, n) => photo(t.ticket_id, n + 1)))) : null,
    t.reply ? el("section", {}, el("h3", {}, "答复"), el("p", { class: "tk-said" }, t.reply)) : null,
    el("details", { class: "pv-wanted" }, el("summary", {}, "通话或留言原文"), el("p", { class: "tk-said" }, t.transcript)),
    el("section", {}, el("h3", {}, "留痕"), el("ol", { class: "tk-trail" }, t.trail.map(entry))));
}
function photo(id, no) {
  const image = el("img", { alt: "照片 " + no, loading: "lazy" });
  asStaff(`tickets/${id}/photos/${no}.jpg`, { raw: true }).then(async (response) => { image.src = URL.createObjectURL(await response.blob()); }).catch(() => image.replaceWith("照片打不开"));
  return image;
}
function entry(one) {
  const changed = Object.entries(one.changes || {}).filter(([name, value]) => Array.isArray(value) && value.length === 2 && (WORDS.labels[name] || name === "department"));
  const shown = (name, value) => (name === "department" ? departmentName(value) : shownValue(name, value)) || "空";
  return el("li", {}, el("b", {}, WORDS.steps[one.step] || one.step), el("span", { class: "pv-soft" }, `${showTime(one.at)} · ${{ machine: "机器", citizen: "市民本人" }[one.by] || one.by}`),
    one.note ? el("p", {}, one.note) : null,
    one.changes?.suggested ? el("p", { class: "pv-soft" }, "建议改派：" + departmentName(one.changes.suggested)) : null,
    changed.map(([name, [before, after]]) => el("p", { class: "pv-soft" }, `${WORDS.labels[name]}：${shown(name, before)} → ${shown(name, after)}`)));
}

/* ---- steps: a dialog asks for what the step needs ---- */

function departmentBox(chosen, empty) {
  return el("select", { id: "tk-act-department" }, options(LISTS.departments, chosen, empty));
}
function row(label, box) {
  return el("label", { class: "tk-row" }, el("span", {}, label), box);
}
function proposals() {
  const list = current.draft?.dispatch?.candidates || [];
  return list.length ? el("p", { class: "pv-soft" }, "机器候选：" + list.map((c) => `${c.name} ${percentOf(c.probability)}`).join("，")) : null;
}
const ASKS = {
  confirm: () => ({ body: [el("p", {}, "字段都核对过了？")], send: () => ({}) }),
  dispatch: () => {
    const last = current.trail.filter((one) => one.step === "return").pop();
    const box = departmentBox(last?.changes?.suggested || current.department, "选一个…"), note = el("textarea", { rows: "2" });
    return { body: [proposals(), row("派给", box), row("派单意见", note)], send: () => ({ department: need(box.value, "need_department"), note: note.value }) };
  },
  return: () => {
    const reason = el("textarea", { rows: "3", id: "tk-act-reason" }), box = departmentBox("", "（没有建议）");
    return { body: [row("退单理由", reason), row("单位认为该派给", box), el("p", { class: "pv-soft" }, "理由和建议会用于下次训练。")], send: () => ({ reason: need(reason.value.trim(), "reason_needed"), suggested: box.value || null }) };
  },
  answer: () => {
    const reply = el("textarea", { rows: "8", id: "tk-act-reply" }), told = el("p", { class: "pv-soft" });
    const drafts = button("用知识库起草", async () => {
      drafts.disabled = true;
      try {
        const draft = await asStaff(`tickets/${current.ticket_id}/reply-draft`);
        if (draft.text) reply.value = draft.text;
        told.textContent = draft.notice || "依据：" + draft.sources.join("；") + "。请核对后再发。";
      } catch (error) { told.textContent = error.message; }
      drafts.disabled = false;
    }, { class: "pv-mini", id: "tk-act-draft" });
    return { body: [row("给诉求人的答复", reply), el("p", {}, drafts), told], send: () => ({ reply: need(reply.value.trim(), "reply_needed") }) };
  },
  close: () => { const note = el("textarea", { rows: "2" }); return { body: [row("办结说明（可不填）", note)], send: () => ({ note: note.value }) }; },
  merge: () => {
    const into = el("input", { placeholder: "DG…", maxlength: "16", list: "tk-act-ids" });
    const near = (current.draft?.duplicates || []).map((d) => el("option", { value: d.ticket_id }, d.words.join("、")));
    return { body: [row("并入哪一张", into), el("datalist", { id: "tk-act-ids" }, near)], send: () => ({ into: need(into.value.trim().toUpperCase(), "reason_needed") }) };
  },
  discard: () => { const note = el("textarea", { rows: "2" }); return { body: [row("为什么作废", note)], send: () => ({ note: note.value }) }; },
};
function need(value, word) {
  if (!value) throw new Error(WORDS.browser[word]);
  return value;
}
function act(name) {
  const dialog = find("tk-act");
  const asked = ASKS[name]();
  find("tk-act-title").textContent = STEP_LABELS[name];
  find("tk-act-yes").textContent = STEP_LABELS[name];
  find("tk-act-error").textContent = "";
  put(find("tk-act-body"), asked.body);
  dialog.showModal();
  find("tk-act-body").querySelector("textarea, select, input")?.focus();
  find("tk-act-no").onclick = () => dialog.close();
  find("tk-act-yes").onclick = async () => {
    find("tk-act-yes").disabled = true;
    try {
      const json = { by: need(officerBox.value.trim(), "need_officer"), ...asked.send() };
      await asStaff(`tickets/${current.ticket_id}/${name}`, { method: "POST", json });
      dialog.close();
      await Promise.all([open(current.ticket_id), showQueue()]);
      toast(`${STEP_LABELS[name]}：${current.ticket_id} ${current.status_name}`);
    } catch (error) {
      find("tk-act-error").textContent = error.message;
    } finally { find("tk-act-yes").disabled = false; }
  };
}

/* ---- the rules of automatic dispatch ---- */

async function showRules() {
  const policy = await asStaff("tickets/policy/dispatch");
  const all = policy.whitelist === "all";
  const why = el("input", { id: "tk-why", maxlength: "500", placeholder: "例如：城管局反映退件多，先停一周" });
  const kill = el("input", { type: "checkbox", id: "tk-kill", checked: policy.kill_switch });
  const bar = el("input", { id: "tk-bar", inputmode: "decimal", value: String(Math.round(policy.default_bar * 1000) / 10) });
  const bars = LISTS.categories.map(([code, name]) => {
    const own = policy.bars[code];
    const allowed = el("input", { type: "checkbox", checked: all || policy.whitelist.includes(code), "aria-label": "允许自动派：" + name });
    const box = el("input", { inputmode: "decimal", value: own === undefined ? "" : String(Math.round(own * 1000) / 10), placeholder: "同上", "aria-label": "门槛：" + name });
    return { code, name, allowed, box, own };
  });
  const blocked = LISTS.departments.map(([id, name]) => ({ id, name, box: el("input", { type: "checkbox", checked: policy.blocked_departments.includes(id), "aria-label": "不自动派给：" + name }) }));
  const share = (text) => { const value = Number(text) / 100; if (!(value > 0 && value <= 1)) throw new Error("门槛应在 0 和 100 之间"); return value; };
  const send = async () => {
    const json = { by: officer(), why: need(why.value.trim(), "reason_needed") };
    if (kill.checked !== policy.kill_switch) json.kill_switch = kill.checked;
    if (share(bar.value) !== policy.default_bar) json.default_bar = share(bar.value);
    const own = Object.fromEntries(bars.filter((b) => b.box.value.trim()).map((b) => [b.code, share(b.box.value)]));
    if (JSON.stringify(Object.entries(own).sort()) !== JSON.stringify(Object.entries(policy.bars).sort())) json.bars = own;
    const listed = bars.filter((b) => b.allowed.checked).map((b) => b.code);
    const before = all ? LISTS.categories.map(([code]) => code) : [...policy.whitelist];
    if (listed.slice().sort().join() !== before.slice().sort().join()) json.whitelist = listed.length === bars.length ? "all" : listed;
    const off = blocked.filter((b) => b.box.checked).map((b) => b.id);
    if (off.slice().sort().join() !== [...policy.blocked_departments].sort().join()) json.blocked_departments = off;
    await asStaff("tickets/policy/dispatch", { method: "PATCH", json });
    toast(WORDS.browser.policy_kept);
    await showRules();
  };
  put(find("tk-rules"),
    el("div", { class: "pv-card tk-kill " + (policy.kill_switch ? "tk-off" : "") }, el("label", {}, kill, el("span", {}, el("b", {}, "停用自动派单（总开关）"), el("span", { class: "pv-soft" }, WORDS.browser[policy.kill_switch ? "kill_on" : "kill_off"])))),
    el("div", { class: "pv-card" }, el("h2", {}, "门槛"),
      el("p", { class: "pv-soft" }, "留出的样本里，一类诉求派对的比例达到门槛，机器才可以自己派。紧急、有苗头、一单多事、缺地点的从不自动派。"),
      row("总门槛（%）", bar),
      el("details", { class: "pv-wanted" }, el("summary", {}, "按分类：允许自动派和单独的门槛"), el("table", { class: "pv-table" },
        el("thead", {}, el("tr", {}, ["分类", "允许", "门槛 %"].map((h) => el("th", { scope: "col" }, h)))),
        el("tbody", {}, bars.map((b) => el("tr", {}, el("td", {}, b.name), el("td", {}, b.allowed), el("td", { class: "tk-narrow" }, b.box)))))),
      el("details", { class: "pv-wanted" }, el("summary", {}, "不自动派给这些单位"), el("ul", { class: "tk-checks" }, blocked.map((b) => el("li", {}, el("label", {}, b.box, el("span", {}, b.name))))))),
    el("div", { class: "pv-card" }, row("为什么改（必填，留痕）", why), el("div", { class: "gj-actions" }, button("保存规则", () => guarded(send), { class: "gj-act gj-act-call", id: "tk-save-rules" }))),
    el("div", { class: "pv-card" }, el("h2", {}, "修改记录"), policy.changes.length ? el("ol", { class: "tk-trail" }, policy.changes.slice().reverse().map((change) => el("li", {},
      el("b", {}, change.why), el("span", { class: "pv-soft" }, `${showTime(change.at)} · ${change.by}`), el("p", { class: "pv-soft" }, changeText(change.changed))))) : el("p", { class: "pv-soft" }, "还没有改过。")));
}
function changeText(changed) {
  const said = {
    kill_switch: (v) => (v ? "停用自动派单" : "恢复自动派单"), default_bar: (v) => "总门槛 " + percentOf(v, 1),
    bars: (v) => "分类门槛 " + (Object.entries(v).map(([code, bar]) => `${NAMES.categories.get(code) || code} ${percentOf(bar, 1)}`).join("，") || "清空"),
    whitelist: (v) => (v === "all" ? "全部分类可自动派" : `${v.length} 类可自动派`),
    blocked_departments: (v) => "不自动派给 " + (v.map((d) => departmentName(d)).join("、") || "（没有）"),
  };
  return Object.entries(changed).map(([name, value]) => (said[name] ? said[name](value) : name)).join("；");
}

/* ---- dead letters ---- */

async function showOutbox() {
  const found = await asStaff("tickets/outbox/dead");
  find("tk-dead-count").textContent = found.deliveries.length || "";
  put(find("tk-outbox"), el("div", { class: "pv-card" }, el("h2", {}, "没有送达热线平台的"),
    found.delivers ? null : el("p", { class: "pv-soft" }, WORDS.browser.not_delivering),
    found.deliveries.length ? el("ul", { class: "tk-dead" }, found.deliveries.map((d) => el("li", {},
      el("a", { href: "#" + d.ticket_id, onclick: () => tab("queue") }, d.ticket_id), el("span", {}, d.event === "ticket.dispatched" ? "派单" : "答复"),
      el("span", { class: "pv-chip pv-block" }, `${d.problem}，试了 ${d.attempts} 次`),
      button("重发", () => guarded(async () => { await asStaff(`tickets/outbox/${d.delivery_id}/retry`, { method: "POST" }); toast(WORDS.browser.retried); await showOutbox(); }), { class: "pv-mini" })))) : el("p", {}, WORDS.browser.no_dead)));
}

/* ---- beginning ---- */

put(find("tk-department"), options(LISTS.departments, "", "全部单位"));
put(find("tk-town"), options(LISTS.towns, "", "全部镇街"));
put(find("tk-due"), options(Object.entries(WORDS.state).reverse(), "", "全部期限"));
OPEN_ONES.slice(0, 4).forEach((status) => wanted.add(status));
showStatuses();
function openHash() {
  const id = location.hash.slice(1);
  if (/^DG\d{14}$/.test(id) && id !== current?.ticket_id) guarded(() => open(id));
}
addEventListener("hashchange", openHash);
(async () => {
  await guarded(showQueue);
  openHash();
  asStaff("tickets/outbox/dead").then((found) => (find("tk-dead-count").textContent = found.deliveries.length || "")).catch(() => {});
})();

/* What the three pages of pre-review share. Gradio runs this once with `element` (our markup). Everything that comes
   from files, from the knowledge base or from the applicant is set as text, never as markup. */

const page = element.querySelector("#gj");
const find = (id) => page.querySelector("#" + id);
const API = new URL(page.dataset.api, location.href.replace(/[#?].*$/, "").replace(/\/?$/, "/")).href;
const WORDS = JSON.parse(page.dataset.words);
const TOKEN_KEY = "guanjia.operator";

document.documentElement.lang = "zh-CN";

/* ---- small helpers ---- */

function el(tag, given = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") made.className = value;
    else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name in made && typeof value !== "string") made[name] = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}
function button(text, act, given = {}) {
  return el("button", { type: "button", ...given, onclick: act }, text);
}
/* Show `children` in `node` in place of what was there; those that are null are left out. */
function put(node, ...children) {
  node.replaceChildren(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
}
function fillWords(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}
function read(storage, key) {
  try { return storage.getItem(key); } catch { return null; }
}
function write(storage, key, value) {
  try { storage.setItem(key, value); } catch { /* full or switched off */ }
}
function forget(storage, key) {
  try { storage.removeItem(key); } catch { /* switched off */ }
}
let toastTimer = 0;
function toast(text) {
  const note = find("gj-toast");
  note.textContent = text;
  note.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => (note.hidden = true), 4000);
}
function speak(text) {
  find("gj-say").textContent = text;
}
function keepSwitch(buttonId, attribute) {
  const key = "guanjia." + attribute;
  const set = (on) => {
    document.documentElement.toggleAttribute("data-" + attribute, on);
    find(buttonId).setAttribute("aria-pressed", String(on));
  };
  set(read(localStorage, key) === "1");
  find(buttonId).addEventListener("click", () => {
    const on = find(buttonId).getAttribute("aria-pressed") !== "true";
    set(on);
    write(localStorage, key, on ? "1" : "0");
  });
}
function showBytes(bytes) {
  return bytes < 1024 * 1024 ? Math.max(1, Math.round(bytes / 1024)) + " KB" : (bytes / 1024 / 1024).toFixed(1) + " MB";
}
function typeName(type) {
  return WORDS.types[type] || type;
}

/* ---- the API: every failure becomes an Error whose message is for people ---- */

async function api(path, { method = "GET", json, token = false, raw = false, headers: given = {} } = {}) {
  const headers = { ...given };
  if (json !== undefined) headers["Content-Type"] = "application/json";
  const secret = read(sessionStorage, TOKEN_KEY);
  if (token && secret) headers.Authorization = "Bearer " + secret;
  let response;
  try {
    response = await fetch(API + path, { method, headers, body: json === undefined ? undefined : JSON.stringify(json) });
  } catch {
    throw new Error(WORDS.browser.offline);
  }
  if (!response.ok) throw await problem(response.status, () => response.json());
  if (raw) return response;
  return response.status === 204 ? null : response.json();
}
async function problem(status, body) {
  let told = "";
  try { told = (await body()).error.message; } catch { /* a proxy's own page */ }
  const error = new Error(told || WORDS.browser.failed);
  error.status = status;
  return error;
}

/* Send files with progress; `onPart` gets the share that has left, 0 to 1. */
function upload(path, form, onPart, key) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", API + path);
    if (key) request.setRequestHeader("Idempotency-Key", key);
    request.upload.onprogress = (event) => event.lengthComputable && onPart(event.loaded / event.total);
    request.onerror = () => reject(new Error(WORDS.browser.offline));
    request.onload = async () => {
      if (request.status >= 200 && request.status < 300) resolve(JSON.parse(request.responseText));
      else reject(await problem(request.status, async () => JSON.parse(request.responseText)));
    };
    request.send(form);
  });
}
function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/* Follow a case until it ends; `onProgress` gets each state. Falls back to asking when events do not come through. */
async function follow(id, onProgress) {
  const ended = (state) => ["done", "failed", "cancelled"].includes(state.status);
  const streamed = await new Promise((resolve) => {
    const source = new EventSource(API + "previews/" + id + "/events");
    const stop = (state) => { source.close(); resolve(state); };
    source.addEventListener("progress", (event) => onProgress(JSON.parse(event.data)) === false && stop(null));
    source.addEventListener("end", (event) => stop(JSON.parse(event.data)));
    source.onerror = () => stop(undefined);
  });
  if (streamed !== undefined) return streamed;
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    try {
      const state = await api("previews/" + id);
      if (ended(state)) return state;
      if (onProgress(state) === false) return null;
    } catch (error) {
      if (error.status) throw error; // a network that is away comes back
    }
  }
}
function progressShare(state) {
  const { files_total: files } = state.progress;
  if (!files) return 0;
  const done = state.files.reduce((sum, f) => sum + (f.is_read ? 1 : f.pages_total ? f.pages_done / f.pages_total : 0), 0);
  return Math.min(done / files, 1);
}

/* ---- files that were chosen ---- */

function sameFile(a, b) {
  return a.name === b.name && a.size === b.size && a.lastModified === b.lastModified;
}
function addFiles(list, more) {
  for (const file of more) if (!list.some((other) => sameFile(other, file))) list.push(file);
}

/* ---- finding a service item ---- */

const ITEMS = JSON.parse(page.dataset.items || "[]");

function itemsFor(text) {
  const wanted = text.trim().toLowerCase().replace(/\s+/g, "");
  if (!wanted) return [];
  const pairs = new Set(Array.from({ length: Math.max(wanted.length - 1, 0) }, (_, n) => wanted.slice(n, n + 2)));
  const scored = ITEMS.map((item) => {
    const names = [item.name, ...item.aliases].map((name) => name.toLowerCase());
    let score = 0;
    if (names.some((name) => name === wanted) || item.id === wanted) score = 100;
    else if (names.some((name) => name.startsWith(wanted))) score = 60;
    else if (names.some((name) => name.includes(wanted))) score = 50;
    else if (/^[a-z]+$/.test(wanted) && item.initials.some((short) => short.includes(wanted))) score = 40;
    else {
      const hits = Math.max(...names.map((name) => [...pairs].filter((pair) => name.includes(pair)).length), 0);
      score = pairs.size && hits / pairs.size >= 0.4 ? (30 * hits) / pairs.size : 0;
    }
    return { item, score: score && score - item.name.length / 100 };
  });
  return scored.filter((entry) => entry.score > 0).sort((a, b) => b.score - a.score).slice(0, 12).map((entry) => entry.item);
}

/* A search box with a list below it; `choose` gets the item. */
function itemSearch(input, list, choose) {
  let shown = [], active = -1;
  const close = () => {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const mark = (n) => {
    active = n;
    [...list.children].forEach((row, m) => row.setAttribute("aria-selected", String(m === n)));
    if (n >= 0) {
      input.setAttribute("aria-activedescendant", list.children[n].id);
      list.children[n].scrollIntoView({ block: "nearest" });
    }
  };
  const take = (item) => { close(); choose(item); };
  const show = () => {
    shown = itemsFor(input.value);
    const empty = input.value.trim() && !shown.length;
    put(list,
      ...shown.map((item, n) => el("li", {
        role: "option", id: "pv-option-" + n, "aria-selected": "false", "data-item": item.id,
        onmousedown: (event) => event.preventDefault(), onclick: () => take(item),
      }, el("b", {}, item.name), el("span", {}, item.domain + (item.aliases.length ? " · " + item.aliases.slice(0, 3).join("、") : "")))),
      ...(empty ? [el("li", { class: "pv-none" }, ITEMS.length ? WORDS.browser.no_item : WORDS.browser.no_items)] : []),
    );
    list.hidden = !list.childElementCount;
    input.setAttribute("aria-expanded", String(!list.hidden));
    active = -1;
    if (shown.length) mark(0);
  };
  input.addEventListener("input", show);
  input.addEventListener("focus", () => input.value.trim() && show());
  input.addEventListener("blur", () => setTimeout(close, 150));
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" && !list.hidden && shown.length) mark((active + 1) % shown.length);
    else if (event.key === "ArrowUp" && !list.hidden && shown.length) mark((active + shown.length - 1) % shown.length);
    else if (event.key === "Enter" && shown[active]) take(shown[active]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
}

/* Radio buttons for the situations of a guide; `answers` is changed in place, `changed` told. */
function situationQuestions(guide, answers, changed, open = []) {
  return guide.situations.map((situation) => {
    const name = "pv-" + situation.id + "-" + Math.random().toString(36).slice(2, 7);
    const isOpen = open.includes(situation.id) && !answers[situation.id];
    return el("fieldset", { class: "pv-question" + (isOpen ? " pv-open" : "") },
      el("legend", {}, situation.question, isOpen ? el("span", { class: "pv-chip pv-defer" }, WORDS.browser.open_situation) : null),
      el("div", { class: "pv-choices" }, situation.options.map((option) => el("label", { class: "pv-choice" },
        el("input", {
          type: "radio", name, value: option.id, checked: answers[situation.id] === option.id,
          onchange: () => { answers[situation.id] = option.id; changed(); },
        }), el("span", {}, option.label)))));
  });
}

/* ---- boxes on a page ---- */

function boxOn(box, size, given, label) {
  const [left, top, right, bottom] = box;
  const mark = el("div", { ...given, role: given.onclick ? "button" : undefined }, label ? el("i", {}, label) : null);
  const pad = 0.004 * size.width;
  mark.style.left = (100 * (left - pad)) / size.width + "%";
  mark.style.top = (100 * (top - pad)) / size.height + "%";
  mark.style.width = (100 * (right - left + 2 * pad)) / size.width + "%";
  mark.style.height = (100 * (bottom - top + 2 * pad)) / size.height + "%";
  return mark;
}

/* Bring `mark` to the middle of what scrolls, and nothing else on the page. */
function centre(scroller, mark) {
  const outer = scroller.getBoundingClientRect(), inner = mark.getBoundingClientRect();
  scroller.scrollTop += inner.top + inner.height / 2 - outer.top - outer.height / 2;
  scroller.scrollLeft += inner.left + inner.width / 2 - outer.left - outer.width / 2;
}
function reveal(scroller, row) {
  const outer = scroller.getBoundingClientRect(), inner = row.getBoundingClientRect();
  if (inner.top < outer.top + 8) scroller.scrollTop += inner.top - outer.top - 8;
  else if (inner.bottom > outer.bottom - 8) scroller.scrollTop += Math.min(inner.bottom - outer.bottom + 8, inner.top - outer.top - 8);
}

/* ---- the word of staff ---- */

function askToken() {
  const dialog = find("pv-token");
  const box = find("pv-token-value");
  box.value = "";
  dialog.showModal();
  box.focus();
  return new Promise((resolve) => {
    const end = (value) => { dialog.close(); resolve(value); };
    find("pv-token-no").onclick = () => end(null);
    find("pv-token-yes").onclick = () => end(box.value.trim());
    box.onkeydown = (event) => event.key === "Enter" && end(box.value.trim());
    dialog.oncancel = () => resolve(null);
  });
}
async function asStaff(path, given = {}) {
  for (;;) {
    try {
      return await api(path, { ...given, token: true });
    } catch (error) {
      if (error.status !== 401) throw error;
      const secret = await askToken();
      if (!secret) throw error;
      write(sessionStorage, TOKEN_KEY, secret);
    }
  }
}

keepSwitch("gj-big", "big");
keepSwitch("gj-contrast", "contrast");
page.dataset.ready = "";

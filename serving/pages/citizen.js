/* The citizens' page in the browser. Gradio runs this once with `element` (our markup) and `server` (the
   Python functions open_guide, rate and notice). Cards come as HTML that Python has escaped; what the citizen typed
   is only ever set as text. */

const page = element.querySelector("#gj");
const find = (id) => page.querySelector("#" + id);
const log = find("gj-log");
const scroller = find("gj-scroll");
const box = find("gj-question");
const say = find("gj-say");
const guide = find("gj-guide");
const sure = find("gj-sure");
const words = JSON.parse(page.dataset.words); // page.browser of replies.yaml

const SILENCE_MS = 60000; // the server sends a sign of life every 15 s

const HERE = location.pathname.replace(/\/?$/, "/");

let running = null; // AbortController of the answer that is being received

document.documentElement.lang = "zh-CN";

/* ---- large type and high contrast, kept on this device ---- */

function keepSwitch(buttonId, attribute) {
  const button = find(buttonId);
  const key = "guanjia." + attribute;
  const set = (on) => {
    document.documentElement.toggleAttribute("data-" + attribute, on);
    button.setAttribute("aria-pressed", String(on));
  };
  set(read(localStorage, key) === "1");
  button.addEventListener("click", () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    set(on);
    write(localStorage, key, on ? "1" : "0");
    fitBox();
  });
}

/* Storage may be switched off in a browser; the page works without. */
function read(storage, key) {
  try { return storage.getItem(key); } catch { return null; }
}
function write(storage, key, value) {
  try { storage.setItem(key, value); } catch { /* full or switched off */ }
}
function forget(storage, key) {
  try { storage.removeItem(key); } catch { /* switched off */ }
}

/* ---- the conversation of this tab ---- */

function newConversation() {
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // randomUUID is missing on plain http
  const id = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  write(sessionStorage, "guanjia.conversation", id);
  return id;
}
let conversation = read(sessionStorage, "guanjia.conversation") || newConversation();

function keepLog() {
  write(sessionStorage, "guanjia.log", log.innerHTML);
  write(sessionStorage, "guanjia.draft", box.value);
}
function restoreLog() {
  log.innerHTML = read(sessionStorage, "guanjia.log") || "";
  log.querySelectorAll(".gj-draft").forEach((card) => showNote(card.closest(".gj-turn"), words.stopped));
  box.value = read(sessionStorage, "guanjia.draft") || "";
  talking();
  fitBox();
}
function talking() {
  page.toggleAttribute("data-talking", log.childElementCount > 0);
}
addEventListener("pagehide", keepLog);

/* ---- asking ---- */

function check(question) {
  if (!question.trim()) return page.dataset.empty;
  if (question.length > Number(page.dataset.limit)) return page.dataset.tooLong;
  return "";
}

function newTurn(question) {
  const turn = document.createElement("section");
  turn.className = "gj-turn";
  const asked = document.createElement("p");
  asked.className = "gj-asked";
  asked.textContent = question;
  const reply = document.createElement("div");
  reply.className = "gj-reply";
  turn.append(asked, reply);
  log.append(turn);
  talking();
  measure(); // the last turn is as high as the screen, so that it can be scrolled to the top
  return turn;
}

/* Ask `question`; `typed` says that it stands in the box and leaves it once the server has it. */
async function ask(question, typed) {
  const problem = check(question);
  find("gj-input-error").textContent = problem;
  if (problem || running) return;
  const turn = newTurn(question.trim());
  const touch = matchMedia("(pointer: coarse)").matches;
  if (touch) box.blur(); // puts the keyboard away, so that the answer can be seen
  busy(new AbortController());
  scrollTo(turn);
  let outcome = "";
  try {
    outcome = await receive(question, turn, () => typed && clearBox());
  } catch (error) {
    outcome = running.signal.reason === "stop" ? "stopped" : "broken";
  }
  busy(null);
  finish(turn, question, outcome);
  if (!touch) box.focus();
  if (!find("gj-model").hidden) showNotice();
  keepLog();
}

/* Read the stream of events; gives answer, failed, rejected, busy, or nothing when the stream ended too soon. */
async function receive(question, turn, accepted) {
  const silence = () => setTimeout(() => running && running.abort("silence"), SILENCE_MS);
  let timer = silence();
  try {
    const response = await fetch(HERE + "citizen/ask", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ question, conversation_id: conversation }),
      signal: running.signal,
    });
    if (response.status === 429) return "busy";
    if (!response.ok) return "";
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    for (let rest = "", last = ""; ; ) {
      const { done, value } = await reader.read();
      if (done) return last;
      clearTimeout(timer);
      timer = silence();
      const parts = (rest + decoder.decode(value, { stream: true })).split("\n\n");
      rest = parts.pop();
      for (const part of parts.filter((text) => text.startsWith("data: "))) {
        const event = JSON.parse(part.slice(6));
        last = event.kind === "draft" ? last : event.kind;
        if (event.kind !== "rejected") accepted();
        show(turn, event);
      }
    }
  } finally {
    clearTimeout(timer);
  }
}

function show(turn, event) {
  if (event.kind === "rejected") {
    find("gj-input-error").textContent = event.message;
    return;
  }
  turn.querySelector(".gj-reply").innerHTML = event.html;
  if (event.say && event.say !== say.textContent) say.textContent = event.say;
}

/* Put right what the stream left: keep what came, offer to ask again, give the question back. */
function finish(turn, question, outcome) {
  turn.dataset.question = question;
  if (outcome === "answer" || outcome === "failed") return;
  if (outcome === "rejected") {
    turn.remove();
    talking();
    return;
  }
  const begun = turn.querySelector(".gj-draft");
  const note = outcome === "stopped" ? words.stopped : outcome === "busy" ? words.busy : begun ? words.broken : words.offline;
  if (outcome !== "stopped" && !box.value.trim()) box.value = question;
  showNote(turn, note);
  say.textContent = note;
  fitBox();
}

function showNote(turn, text) {
  const reply = turn.querySelector(".gj-reply");
  const draft = reply.querySelector(".gj-draft");
  if (draft) {
    draft.classList.remove("gj-draft");
    draft.querySelector(".gj-stage")?.remove();
    if (!draft.textContent.trim()) draft.remove();
  }
  const note = document.createElement("article");
  note.className = "gj-card gj-failed";
  const line = document.createElement("p");
  line.className = "gj-text";
  line.textContent = text;
  const again = document.createElement("button");
  again.type = "button";
  again.className = "gj-act gj-act-call";
  again.dataset.retry = "";
  again.textContent = words.again;
  const row = document.createElement("div");
  row.className = "gj-actions";
  row.append(again);
  note.append(line, row);
  reply.append(note);
}

function askAgain(turn) {
  const question = turn.dataset.question || turn.querySelector(".gj-asked").textContent;
  if (running) return;
  turn.remove();
  ask(question, box.value.trim() === question.trim());
}

function busy(controller) {
  running = controller;
  find("gj-send").hidden = Boolean(controller);
  find("gj-stop").hidden = !controller;
  page.toggleAttribute("data-busy", Boolean(controller));
}

/* ---- the box ---- */

function fitBox() {
  box.style.height = "auto";
  box.style.height = Math.min(box.scrollHeight + 2, innerHeight * 0.3) + "px";
  const limit = Number(page.dataset.limit);
  const count = find("gj-count");
  count.textContent = words.written.replace("{n}", box.value.length).replace("{limit}", limit);
  count.hidden = !box.value;
  count.toggleAttribute("data-over", box.value.length > limit);
}
function clearBox() {
  if (!box.value) return;
  box.value = "";
  fitBox();
}
box.addEventListener("focus", () => page.toggleAttribute("data-typing", matchMedia("(pointer: coarse)").matches));
box.addEventListener("blur", () => setTimeout(() => page.removeAttribute("data-typing"), 200)); // after the tap that took it
box.addEventListener("input", () => {
  find("gj-input-error").textContent = box.value.length > Number(page.dataset.limit) ? page.dataset.tooLong : "";
  fitBox();
});
box.addEventListener("keydown", (event) => {
  const choosing = event.isComposing || event.keyCode === 229; // Enter that picks a word of the input method
  if (event.key !== "Enter" || event.shiftKey || choosing) return;
  event.preventDefault();
  ask(box.value, true);
});
find("gj-form").addEventListener("submit", (event) => {
  event.preventDefault();
  ask(box.value, true);
});
find("gj-skip").addEventListener("click", () => box.focus());
page.addEventListener("keydown", (event) => event.key === "Escape" && running && running.abort("stop"));
find("gj-stop").addEventListener("click", () => running && running.abort("stop"));

/* ---- clearing the conversation, here and on the server ---- */

find("gj-clear").addEventListener("click", () => {
  find("gj-sure-error").textContent = "";
  sure.showModal();
});
find("gj-sure-no").addEventListener("click", () => sure.close());
find("gj-sure-yes").addEventListener("click", clearConversation);

/* Nothing is cleared here before the server has forgotten it, so that the citizen can try again. */
async function clearConversation() {
  const yes = find("gj-sure-yes");
  if (running) running.abort("stop");
  yes.disabled = true;
  let gone = false;
  try {
    const address = HERE + page.dataset.api + "conversations/" + conversation;
    gone = (await fetch(address, { method: "DELETE" })).ok;
  } catch { /* said below */ }
  yes.disabled = false;
  find("gj-sure-error").textContent = gone ? "" : words.not_cleared;
  if (!gone) return;
  sure.close();
  log.replaceChildren();
  forget(sessionStorage, "guanjia.log");
  conversation = newConversation();
  talking();
  clearBox();
  scroller.scrollTop = 0;
  say.textContent = words.cleared;
  toast(words.cleared);
}
find("gj-topics").addEventListener("toggle", (event) => {
  if (event.target.open) event.target.scrollIntoView({ block: "nearest" }); // its questions may be below the edge
}, true);
find("gj-to-topics").addEventListener("click", () => {
  find("gj-topics").scrollIntoView({ block: "start" });
  find("gj-topics").querySelector("summary").focus({ preventScroll: true });
});

/* ---- buttons inside cards ---- */

page.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const turn = button.closest(".gj-turn");
  const card = button.closest(".gj-card");
  if ("ask" in button.dataset) ask(button.dataset.ask, false);
  else if ("retry" in button.dataset) askAgain(turn);
  else if ("guide" in button.dataset) openGuide(button.dataset.guide);
  else if ("person" in button.dataset) togglePerson(button, card);
  else if ("copyPerson" in button.dataset) copy(card.querySelector(".gj-person textarea").value);
  else if ("copy" in button.dataset) copy(card.querySelector(".gj-copytext").value);
  else if ("print" in button.dataset) print(turn);
  else if ("rating" in button.dataset) chooseRating(button, card);
  else if ("rateSend" in button.dataset) sendRating(card);
});

page.addEventListener("change", (event) => {
  if (event.target.type === "checkbox") event.target.toggleAttribute("checked", event.target.checked); // kept with the log
});

function togglePerson(button, card) {
  const person = card.querySelector(".gj-person");
  person.hidden = !person.hidden;
  button.setAttribute("aria-expanded", String(!person.hidden));
  if (person.hidden) return;
  person.scrollIntoView({ block: "nearest" });
  person.querySelector("textarea").focus({ preventScroll: true });
}

async function openGuide(itemId) {
  const body = find("gj-guide-body");
  body.textContent = words.guide_opening;
  guide.showModal();
  try {
    body.innerHTML = await server.open_guide(itemId);
  } catch {
    body.textContent = words.guide_failed;
  }
  body.scrollTop = 0;
}
find("gj-guide-close").addEventListener("click", () => guide.close());
guide.addEventListener("click", (event) => event.target === guide && guide.close()); // a tap beside it
find("gj-guide-print").addEventListener("click", () => print(find("gj-guide-body")));

/* ---- copying and printing carry the AI label ---- */

async function copy(text) {
  let done = false;
  try {
    await navigator.clipboard.writeText(text);
    done = true;
  } catch {
    done = copyTheOldWay(text); // plain http has no clipboard object
  }
  toast(done ? words.copied : words.not_copied);
}
function copyTheOldWay(text) {
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "gj-sr";
  page.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}
document.addEventListener("copy", (event) => {
  const selection = getSelection();
  const inCard = selection.rangeCount && selection.getRangeAt(0).commonAncestorContainer;
  const label = page.dataset.aiLabel;
  const text = String(selection);
  if (!inCard || !text || text.includes(label) || document.activeElement.tagName === "TEXTAREA") return;
  if (!log.contains(inCard) && !guide.contains(inCard)) return;
  event.clipboardData.setData("text/plain", `${text}\n\n${label}`);
  event.preventDefault();
});

/* Put a copy of a turn or guide on the paper, which is all that is printed then. */
function print(part) {
  const paper = find("gj-paper");
  paper.replaceChildren(part.cloneNode(true));
  paper.querySelectorAll("details").forEach((details) => (details.open = true));
  document.documentElement.setAttribute("data-printing", "");
  addEventListener("afterprint", putPaperAway, { once: true });
  window.print();
}
function putPaperAway() {
  document.documentElement.removeAttribute("data-printing");
  find("gj-paper").replaceChildren();
}

let toastTimer = 0;
function toast(text) {
  const note = find("gj-toast");
  note.textContent = text;
  note.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => (note.hidden = true), 4000);
}

/* ---- 好差评 ---- */

function chooseRating(button, card) {
  card.querySelectorAll("[data-rating]").forEach((other) => {
    other.setAttribute("aria-pressed", String(other === button));
  });
  const low = Number(button.dataset.rating) <= 2;
  card.querySelector(".gj-why").hidden = !low;
  if (low) card.querySelector(".gj-why").scrollIntoView({ block: "nearest" });
  else sendRating(card);
}

async function sendRating(card) {
  const why = card.querySelector(".gj-why");
  const answer = {
    answer_id: card.dataset.answer,
    rating: Number(card.querySelector("[data-rating][aria-pressed=true]").dataset.rating),
    reasons: [...why.querySelectorAll("input:checked")].map((input) => input.value),
    comment: why.querySelector("textarea").value,
  };
  const done = card.querySelector(".gj-rate-done");
  let kept = { saved: false, message: words.rating_offline };
  try { kept = await server.rate(answer); } catch { /* said above */ }
  done.textContent = kept.message;
  done.hidden = false;
  if (kept.saved) {
    why.hidden = true;
    card.querySelector(".gj-rate-row").hidden = true;
    keepLog();
  }
}

/* ---- whether the base model is there ---- */

async function showNotice() {
  const line = find("gj-model");
  try { line.textContent = await server.notice(); } catch { return; }
  line.hidden = !line.textContent;
}

/* ---- the screen: keyboard on the phone, scrolling ---- */

function scrollTo(turn) {
  turn.scrollIntoView({ block: "start", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
}
function fitScreen() {
  const screen = window.visualViewport;
  if (!screen) return;
  page.style.height = screen.height + "px";
  page.style.top = screen.offsetTop + "px";
}
function measure() {
  page.style.setProperty("--gj-room", scroller.clientHeight + "px");
  page.style.setProperty("--gj-top", scroller.offsetTop + "px");
}
const sizes = new ResizeObserver(measure);
sizes.observe(scroller);
sizes.observe(page);
window.visualViewport?.addEventListener("resize", fitScreen);
window.visualViewport?.addEventListener("scroll", fitScreen);

keepSwitch("gj-big", "big");
keepSwitch("gj-contrast", "contrast");
restoreLog();
fitScreen();
showNotice();
if (matchMedia("(pointer: fine)").matches) box.focus({ preventScroll: true });

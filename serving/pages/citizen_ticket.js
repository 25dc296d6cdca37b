/* A complaint of the chat becomes a ticket, and is followed. Runs after citizen.js, in the same scope. */

const { words: said, towns: townList } = JSON.parse(page.dataset.tickets);
const ticketBox = find("gj-ticket");
const FORM_KEY = "guanjia.ticket";
const KEPT = ["words", "town", "place", "phone", "name", "anonymous", "confidential"];
const MOST_PHOTOS = 5;
const LONGEST_SIDE = 2048;
let photos = []; // Blobs, already made small
let ticketKey = "";
let sent = ""; // the form as it was sent last
let ticketFrom = ""; // the words the form was opened with

const control = (name) => find("gj-t-" + name);
const valueOf = (name) => (control(name).type === "checkbox" ? control(name).checked : control(name).value);
function setValue(name, value) {
  if (control(name).type === "checkbox") control(name).checked = Boolean(value);
  else control(name).value = value ?? "";
}
function freshKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
function keepForm() {
  write(sessionStorage, FORM_KEY, JSON.stringify({ key: ticketKey, from: ticketFrom, ...Object.fromEntries(KEPT.map((name) => [name, valueOf(name)])) }));
}
async function askApi(path, given) {
  let response;
  try {
    response = await fetch(HERE + page.dataset.api + "tickets/" + path, given);
  } catch {
    throw new Error(said.offline);
  }
  let body = null;
  try { body = await response.json(); } catch { /* a proxy's own page */ }
  if (!response.ok) throw Object.assign(new Error(body?.error?.message || said.failed), { status: response.status });
  return body;
}

/* ---- the form ---- */

control("town").append(...[["", "选镇街…"], ...townList].map(([code, name]) => {
  const option = document.createElement("option");
  option.value = code;
  option.textContent = name;
  return option;
}));

/* `asked`: what the citizen typed; the words of the card have their numbers masked. */
async function openTicket(text, asked) {
  const kept = JSON.parse(read(sessionStorage, FORM_KEY) || "null");
  const same = kept && kept.from === text;
  ticketKey = same ? kept.key : freshKey();
  ticketFrom = text;
  sent = "";
  find("gj-t-error").textContent = said.drafting;
  find("gj-ticket-form").hidden = false;
  find("gj-ticket-done").hidden = true;
  find("gj-ticket-alarm").hidden = find("gj-ticket-advice").hidden = true;
  photos = [];
  showShots();
  KEPT.forEach((name) => setValue(name, ""));
  setValue("words", text);
  ticketBox.showModal();
  try {
    if (text.trim()) prefill(await askApi("citizen/draft", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ words: text.slice(0, 4000) }) }));
    find("gj-t-error").textContent = "";
  } catch (error) {
    find("gj-t-error").textContent = ""; // the form can be filled by hand
  }
  if (!valueOf("phone")) setValue("phone", (/(?<!\d)1[3-9]\d{9}(?!\d)/.exec(asked) || [""])[0]);
  if (same) KEPT.forEach((name) => setValue(name, kept[name])); // what was typed before the dialog was closed
  const rest = JSON.parse(read(sessionStorage, "guanjia.caller") || "null");
  if (rest && !valueOf("phone")) { setValue("phone", rest.phone); setValue("name", valueOf("name") || rest.name); }
  anonymous();
  (valueOf("words") ? valueOf("town") || valueOf("place") ? control("phone") : control("town") : control("words")).focus();
}
function prefill(draft) {
  setValue("town", draft.town);
  setValue("place", draft.address);
  setValue("phone", draft.phone);
  setValue("name", draft.name);
  setValue("confidential", draft.confidential);
  const numbers = [...new Set((draft.signpost || "").match(/(?<!\d)(110|119|120|122)(?!\d)/g) || ["110", "119", "120"])];
  const alarm = find("gj-ticket-alarm");
  alarm.hidden = !draft.emergency;
  const told = draft.emergency_sure ? said.emergency : said.emergency_maybe;
  alarm.replaceChildren(told.replace("{numbers}", numbers.join("、")), ...numbers.map((number) => {
    const call = document.createElement("a");
    call.href = "tel:" + number;
    call.textContent = number;
    return call;
  }));
  find("gj-ticket-advice").hidden = !draft.advice;
  find("gj-ticket-advice").textContent = draft.advice;
}
function anonymous() {
  const off = control("anonymous").checked;
  control("phone").disabled = control("name").disabled = off;
}
control("anonymous").addEventListener("change", anonymous);
find("gj-ticket-form").addEventListener("input", keepForm);
find("gj-ticket-close").addEventListener("click", () => ticketBox.close());
find("gj-done-ok").addEventListener("click", () => ticketBox.close());
find("gj-done-copy").addEventListener("click", () => copy(find("gj-done-no").textContent));

/* Pictures are made small here: they leave the telephone without place, time and device. */
async function small(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const share = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * share);
  canvas.height = Math.round(picture.height * share);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error())), "image/jpeg", 0.85));
}
control("photos").addEventListener("change", async (event) => {
  const chosen = [...event.target.files];
  event.target.value = "";
  find("gj-t-error").textContent = "";
  for (const file of chosen) {
    if (photos.length >= MOST_PHOTOS) { find("gj-t-error").textContent = said.too_many; break; }
    try {
      photos.push(await small(file));
    } catch {
      if (/hei[cf]/i.test(file.type + file.name)) photos.push(file); // the server can read what this browser cannot
      else find("gj-t-error").textContent = said.bad_photo;
    }
  }
  showShots();
});
function showShots() {
  control("shots").replaceChildren(...photos.map((blob, n) => {
    const item = document.createElement("li");
    const image = document.createElement("img");
    image.src = URL.createObjectURL(blob);
    image.alt = `照片 ${n + 1}`;
    const drop = document.createElement("button");
    drop.type = "button";
    drop.textContent = "去掉";
    drop.setAttribute("aria-label", `去掉照片 ${n + 1}`);
    drop.addEventListener("click", () => { photos.splice(n, 1); showShots(); });
    item.append(image, drop);
    return item;
  }));
}
function missing() {
  if (!valueOf("words").trim()) return ["words", said.need_words];
  if (!valueOf("town") && !valueOf("place").trim()) return ["town", said.need_place];
  if (!valueOf("anonymous") && !valueOf("phone").trim()) return ["phone", said.need_phone];
  return null;
}
find("gj-ticket-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const wrong = missing();
  find("gj-t-error").textContent = wrong ? wrong[1] : "";
  if (wrong) { control(wrong[0]).focus(); return; }
  const form = new FormData();
  KEPT.forEach((name) => form.append(name, String(valueOf(name))));
  photos.forEach((blob, n) => form.append("photos", blob, `${n + 1}.jpg`));
  const now = JSON.stringify([KEPT.map(valueOf), photos.map((blob) => blob.size)]);
  if (sent && sent !== now) ticketKey = freshKey(); // another form than the one sent with this key
  sent = now;
  const send = find("gj-t-send");
  const label = send.textContent;
  send.disabled = true;
  send.textContent = said.sending;
  try {
    const kept = await askApi("citizen", { method: "POST", headers: { "Idempotency-Key": ticketKey }, body: form });
    if (!valueOf("anonymous")) write(sessionStorage, "guanjia.caller", JSON.stringify({ phone: valueOf("phone"), name: valueOf("name") }));
    showKept(kept);
  } catch (error) {
    if (error.status === 409) ticketKey = freshKey();
    find("gj-t-error").textContent = error.message;
  } finally {
    send.disabled = false;
    send.textContent = label;
  }
});
function showKept(kept) {
  forget(sessionStorage, FORM_KEY);
  const code = kept.follow_code ? said.by_code.replace("{code}", kept.follow_code) : said.by_phone;
  find("gj-ticket-form").hidden = true;
  find("gj-ticket-done").hidden = false;
  find("gj-done-lead").textContent = said.number;
  find("gj-done-no").textContent = kept.ticket_id;
  find("gj-done-note").textContent = said.number_note.replace("{code}", code);
  find("gj-done-day").textContent = kept.deadline ? said.deadline.replace("{day}", kept.deadline) : "";
  find("gj-p-id").value = kept.ticket_id;
  find("gj-p-code").value = kept.follow_code || valueOf("phone").replace(/\D/g, "").slice(-4);
  say.textContent = `${said.number} ${kept.ticket_id}`;
  find("gj-ticket-done").focus();
}

/* ---- following ---- */

find("gj-p-close").addEventListener("click", () => find("gj-progress").close());
find("gj-progress-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const found = find("gj-p-found");
  found.hidden = true;
  const id = find("gj-p-id").value.replace(/\s/g, "").toUpperCase();
  const code = find("gj-p-code").value.trim();
  if (!/^DG\d{14}$/.test(id) || !/^\d{4}$/.test(code)) { find("gj-p-error").textContent = said.not_found; return; }
  try {
    const state = await askApi(`${id}/progress?phone=${code}`);
    find("gj-p-error").textContent = "";
    const rows = [["进度", state.status_name], ["承办单位", state.department], ["答复期限", state.deadline], ["答复", state.reply], ["并入", state.merged_into]];
    found.replaceChildren(...rows.filter(([, value]) => value).flatMap(([name, value]) => {
      const [dt, dd] = [document.createElement("dt"), document.createElement("dd")];
      dt.textContent = name;
      dd.textContent = value;
      return [dt, dd];
    }));
    found.hidden = false;
  } catch (error) {
    find("gj-p-error").textContent = error.status === 404 ? said.not_found : error.message;
  }
});
page.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if ("ticket" in button.dataset) {
    openTicket(button.closest(".gj-card").querySelector(".gj-person textarea").value, button.closest(".gj-turn").querySelector(".gj-asked").textContent);
  }
  else if ("progress" in button.dataset) { find("gj-p-error").textContent = ""; find("gj-p-found").hidden = true; find("gj-progress").showModal(); }
});

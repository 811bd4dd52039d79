// Sends files a few at a time and shows what becomes of each. What the server answers is HTML rows
// of its own templates; this file only moves them into place, and asks for news until all is done.

import { collectDropped, fromInput } from "./folders.js";
import { toast } from "./toast.js";
import { fromHtml, keepThumbnail, placeRow, showThumbnail } from "./upload_rows.js";
import { askForName, isNameMissing, settleWhere, showWhere, waitingWords } from "./upload_where.js";
import { saveWords, sendForm } from "./upload_words.js";

const AT_ONCE = 3; // requests; more would only make each slower
const ROWS_AHEAD = 200; // rows made before their turn: a folder of 20,000 must not freeze the page
const ATTEMPTS = 6;
const FIRST_PAUSE_MS = 1000; // doubles with each attempt
const HELD_PAUSE_MS = 500; // files of a folder turn up in many lots: only their number at the end is spoken
const POLL_MS = 1500;
const SLOWEST_POLL_MS = 8000;
const POLLED_ROWS = 200; // the server answers for as many

const work = document.querySelector("[data-upload]");
const form = document.querySelector("[data-upload-form]");
const number = new Intl.NumberFormat("en");
const part = (name) => work.querySelector(`[data-${name}]`);
const token = () => form.querySelector("[name=csrfmiddlewaretoken]").value;

const jobs = []; // every file of this visit: {file, name, row, state, attempts, loaded}
let batchUrl = work?.dataset.batchUrl ?? "";
let beginning = null;
let held = ""; // why files wait although nothing was sent: "unnamed", or "failed" to begin
const tagsForAll = [];
const again = []; // jobs to be sent once more
let next = 0; // jobs before this one have been started
let rowsMade = 0;
let active = 0;
let pollTimer = 0;
let pollPause = POLL_MS;
let isPending = work?.dataset.pending === "true";

const sizeOf = (job) => Math.max(job.file.size, 1);
const isUnsettled = (job) => job.state === "waiting" || job.state === "sending";
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// --- the batch -----------------------------------------------------------------------------------

async function beginBatch() {
  const data = new FormData(form);
  data.delete("files");
  const answer = await fetch(work.dataset.beginUrl, {
    method: "POST",
    body: data,
    headers: { Accept: "application/json" },
  }).catch(() => null);
  if (!answer) throw new Error("The site could not be reached. Your files wait here: send them again in a moment.");
  const body = await answer.json().catch(() => null);
  if (!answer.ok || !body?.url) throw new Error(body?.sentence ?? "The upload could not begin: reload the page and try again.");
  batchUrl = body.url;
  part("tag-all").action = `${batchUrl}caption/`;
  // Reloading or coming back shows the batch; a collection's own page stays where it is.
  const where = document.querySelector("[data-where]");
  if (where) {
    history.replaceState(null, "", batchUrl);
    settleWhere(form, where);
  }
}

function add(found) {
  if (!found.length) return;
  for (const { file, name } of found) jobs.push({ file, name, row: null, state: "waiting", attempts: 0, loaded: 0 });
  work.hidden = false;
  form.classList.add("is-busy");
  document.querySelector("[data-recent]")?.setAttribute("hidden", "");
  makeRows();
  start();
}

// Sends what waits; without a name for its collection it goes on waiting, listed, until there is one.
async function start() {
  if (!jobs.length) return;
  if (!batchUrl && !beginning && isNameMissing(form)) {
    if (held !== "unnamed") askForName(form); // once: later lots must not take the focus from a caption
    hold("unnamed");
    return;
  }
  held = "";
  showSending();
  if (batchUrl || (await begin())) pump();
}

// True once there is a batch; who asks while it begins waits for the same answer.
async function begin() {
  beginning ??= beginBatch();
  const mine = beginning;
  try {
    await mine;
    return true;
  } catch (problem) {
    if (beginning !== mine) return false; // said already
    beginning = null;
    toast(problem.message, "error");
    hold("failed");
    return false;
  }
}

function hold(why) {
  held = why;
  showSending();
}

// --- rows ----------------------------------------------------------------------------------------

function makeRows() {
  const rows = part("rows");
  const template = work.querySelector("[data-row-template]");
  const made = document.createDocumentFragment();
  while (rowsMade < jobs.length && rowsMade < next + ROWS_AHEAD) {
    const job = jobs[rowsMade++];
    const row = template.content.firstElementChild.cloneNode(true);
    row.querySelector("bdi").textContent = job.name;
    addTags(row.querySelector("[name=tags]"));
    for (const field of row.querySelectorAll("input")) field.setAttribute("aria-label", `${field.placeholder} of ${job.name}`);
    job.row = row;
    made.append(row);
    showThumbnail(row, job.file);
  }
  rows.append(made);
  const rest = jobs.length - rowsMade;
  part("more-rows").hidden = !rest;
  part("more-rows").textContent = rest ? `And ${number.format(rest)} more files, which appear as their turn comes.` : "";
}

function say(job, words) {
  const place = job.row.querySelector("[data-words-state]");
  if (place) place.textContent = words;
}

function setState(job, template, sentence) {
  const piece = work.querySelector(`[data-${template}-template]`).content.cloneNode(true);
  piece.querySelector("span").textContent = sentence;
  job.row.querySelector(".upload-row__state").replaceChildren(piece);
}

function refuse(job, sentence) {
  job.state = "refused";
  job.row.dataset.progress = "refused";
  job.row.querySelector(".upload-row__words")?.remove();
  setState(job, "refused", sentence);
}

function giveUp(job, sentence) {
  job.state = "unsent";
  job.row.dataset.progress = "unsent";
  setState(job, "again", sentence);
  job.row.querySelector("[data-again]").addEventListener("click", () => sendAgain([job]));
}

function sendAgain(some) {
  for (const job of some) {
    job.state = "waiting";
    job.attempts = 0;
    job.row.dataset.progress = "sending";
    const fresh = work.querySelector("[data-row-template]").content.querySelector(".upload-row__state").cloneNode(true);
    job.row.querySelector(".upload-row__state").replaceWith(fresh);
    again.push(job);
  }
  pump();
}

function settle(job, body) {
  const [first, ...others] = body.items;
  if (!first) {
    refuse(job, `“${job.name}” has nothing in it.`);
    return;
  }
  const focus = job.row.contains(document.activeElement) ? document.activeElement : null;
  if (focus?.name) focus.dataset.focused = `${focus.selectionStart},${focus.selectionEnd}`;
  job.state = "done";
  let row = placeRow(job.row, first);
  keepThumbnail(job.row, row);
  job.row = row;
  for (const item of others) {
    const more = fromHtml(item.html);
    row.after(more);
    row = more;
  }
  showSummary(body);
}

// --- sending -------------------------------------------------------------------------------------

function tooLarge(job) {
  const zip = /\.zip$/i.test(job.name);
  const most = Number(zip ? work.dataset.maxArchiveBytes : work.dataset.maxBytes);
  if (job.file.size <= most) return "";
  const words = zip ? work.dataset.maxArchiveWords : work.dataset.maxWords;
  return `This file is larger than ${words}, the most this site takes for one ${zip ? "zip" : "picture"}.`;
}

function post(job) {
  const data = new FormData();
  data.append("csrfmiddlewaretoken", token());
  data.append("name", job.name);
  for (const field of job.row.querySelectorAll("[name=caption], [name=tags]")) {
    data.append(field.name, field.value);
    field.dataset.sent = field.value;
  }
  data.append("files", job.file, job.name.split("/").pop());
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `${batchUrl}files/`);
    request.setRequestHeader("Accept", "application/json");
    const bar = job.row.querySelector("progress");
    bar.hidden = false;
    request.upload.onprogress = ({ loaded }) => {
      job.loaded = Math.min(loaded, sizeOf(job));
      bar.value = job.loaded / sizeOf(job);
      showSending();
    };
    request.upload.onload = () => {
      bar.removeAttribute("value");
      say(job, /\.zip$/i.test(job.name) ? "Sent, now being unpacked" : "Sent, now being read");
    };
    request.onload = () => resolve(request);
    request.onerror = () => reject(new Error("network"));
    request.send(data);
  });
}

// True when the job is settled, false when it should be tried again.
async function attempt(job) {
  say(job, "Sending");
  let request;
  try {
    request = await post(job);
  } catch {
    return false;
  }
  let body = null;
  try {
    body = JSON.parse(request.responseText);
  } catch { /* a page instead of an answer: handled below */ }
  if (request.status === 429) {
    await pause(1000 * Number(request.getResponseHeader("Retry-After") || 5));
    job.attempts -= 1;
    return false;
  }
  if (request.status >= 500) return false;
  if (body?.items) settle(job, body);
  else if (body?.sentence) refuse(job, body.sentence);
  else giveUp(job, "Not sent: sign in again on another page, then send this again.");
  return true;
}

async function send(job) {
  job.state = "sending";
  const sentence = tooLarge(job);
  if (sentence) {
    refuse(job, sentence);
    return;
  }
  while (!(await attempt(job))) {
    job.attempts += 1;
    job.loaded = 0;
    if (job.attempts >= ATTEMPTS) {
      giveUp(job, "Not sent: the site could not be reached.");
      return;
    }
    const bar = job.row.querySelector("progress");
    bar.value = 0;
    bar.hidden = true;
    say(job, "No connection, trying again soon");
    await waitForNetwork(FIRST_PAUSE_MS * 2 ** (job.attempts - 1));
  }
}

async function waitForNetwork(ms) {
  await pause(ms);
  if (navigator.onLine) return;
  await new Promise((resolve) => addEventListener("online", resolve, { once: true }));
}

function pump() {
  while (active < AT_ONCE) {
    const job = again.shift() ?? jobs[next];
    if (!job) break;
    if (job === jobs[next]) next += 1;
    makeRows();
    active += 1;
    send(job).finally(() => {
      active -= 1;
      showSending();
      pump();
    });
  }
  showSending();
  schedulePoll();
}

// --- what the page says --------------------------------------------------------------------------

let lastSaid = -Infinity;
let isAwaited = isPending; // somebody saw pictures that could not be searched yet

let isDrawing = false;

function showSending() {
  if (!jobs.length || isDrawing) return;
  isDrawing = true; // however many events: once a moment is enough
  setTimeout(drawSending, 100);
}

let heldTimer = 0;

function drawHeld() {
  const words = waitingWords(jobs.length, held === "unnamed");
  part("sending").hidden = false;
  part("sending-words").textContent = words;
  part("sending-bar").hidden = true;
  part("retry-unsent").hidden = held !== "failed";
  clearTimeout(heldTimer);
  heldTimer = setTimeout(() => held && announce(words, true), HELD_PAUSE_MS);
}

function drawSending() {
  isDrawing = false;
  if (held) {
    drawHeld();
    return;
  }
  const left = jobs.filter(isUnsettled).length;
  const unsent = jobs.filter((job) => job.state === "unsent").length;
  const bytes = jobs.reduce((sum, job) => sum + sizeOf(job), 0);
  const sent = jobs.reduce((sum, job) => sum + (isUnsettled(job) ? job.loaded : sizeOf(job)), 0);
  const words = left
    ? `Sending: ${number.format(jobs.length - left)} of ${number.format(jobs.length)} files`
    : unsent
      ? `${number.format(unsent)} of ${number.format(jobs.length)} files could not be sent`
      : `All ${number.format(jobs.length)} files sent`;
  part("sending").hidden = false;
  part("sending-words").textContent = words;
  part("sending-bar").hidden = false;
  part("sending-bar").value = sent / bytes;
  part("retry-unsent").hidden = !unsent || left > 0;
  announce(words, !left);
}

// Screen readers hear of it now and then and at the end, not at every file.
function announce(words, isLast) {
  const live = part("live");
  if (live.textContent === words || (!isLast && performance.now() - lastSaid < 10000)) return;
  lastSaid = performance.now();
  live.textContent = words;
}

function showSummary(body) {
  isPending = body.pending;
  isAwaited ||= isPending;
  part("summary").innerHTML = body.summary;
  schedulePoll();
  if (!isAwaited || isPending || jobs.some(isUnsettled)) return;
  isAwaited = false;
  announce("All are sent, and every stored picture can be searched now.", true);
}

// --- news ----------------------------------------------------------------------------------------

function schedulePoll() {
  if (pollTimer || !batchUrl || !(isPending || active)) return;
  pollTimer = setTimeout(poll, pollPause);
}

async function poll() {
  const waiting = [...work.querySelectorAll("[data-item][data-progress=waiting]")].slice(0, POLLED_ROWS);
  const query = waiting.map((row) => `item=${row.dataset.item}`).join("&");
  try {
    const answer = await fetch(`${batchUrl}status/?${query}`, { headers: { Accept: "application/json" } });
    const body = await answer.json();
    pollTimer = 0;
    updateRows(body.items);
    pollPause = document.hidden ? SLOWEST_POLL_MS : Math.min(pollPause * 1.15, SLOWEST_POLL_MS);
    showSummary(body);
  } catch {
    pollTimer = 0;
    pollPause = SLOWEST_POLL_MS;
    schedulePoll();
  }
}

function updateRows(items) {
  for (const item of items) {
    const row = document.getElementById(`item-${item.id}`);
    if (!row || (row.dataset.progress === item.progress && row.dataset.stale === undefined)) continue;
    delete row.dataset.stale;
    row.dataset.progress = item.progress;
    row.querySelector(".upload-row__state").replaceWith(fromHtml(item.html).querySelector(".upload-row__state"));
    pollPause = POLL_MS;
  }
}

// --- words ---------------------------------------------------------------------------------------

const listOf = (tags) => tags.split(",").map((tag) => tag.trim().toLowerCase()).filter(Boolean);

function addTags(field) {
  field.value = [...new Set([...listOf(field.value), ...tagsForAll])].join(", ");
}

// Stored pictures are tagged on the server, files still to come take the tags along.
async function tagAll(target) {
  const tags = listOf(target.querySelector("[name=tags]").value);
  if (work.querySelector("[data-item]") && !(await sendForm(target))) return;
  tagsForAll.push(...tags);
  work.querySelectorAll(".upload-row__words [name=tags]").forEach(addTags);
  target.reset();
}

// --- beginnings ----------------------------------------------------------------------------------

function choose(kind) {
  const input = document.createElement("input");
  input.type = "file";
  if (kind === "folder") input.webkitdirectory = true;
  else {
    input.multiple = true;
    input.accept = form.querySelector("input[type=file]")?.accept ?? "";
  }
  input.addEventListener("change", () => {
    const found = fromInput(input.files);
    // Browsers list a folder in any order.
    if (kind === "folder") found.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
    add(found);
  });
  input.click();
}

if (work && form) {
  showWhere(form);
  form.addEventListener("change", () => {
    showWhere(form);
    if (!batchUrl) start();
  });
  form.addEventListener("submit", (event) => { // Enter in the name; without files the server answers
    if (!jobs.length) return;
    event.preventDefault();
    start();
  });
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-choose]");
    if (button) choose(button.dataset.choose);
  });
  document.addEventListener("semblance:files", ({ detail }) => {
    collectDropped(detail.files, detail.dataTransfer, add).catch(() =>
      toast("Some of what you dropped could not be read. Try choosing the folder instead.", "error"));
  });
  work.addEventListener("change", (event) => {
    const row = event.target.closest(".upload-row[data-item]");
    if (row && event.target.matches("[name=caption], [name=tags]")) saveWords(row);
  });
  work.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (event.target.matches("[data-tag-all]")) await tagAll(event.target);
    else if (event.target.matches("[data-words]")) await saveWords(event.target.closest(".upload-row"));
    else if (await sendForm(event.target)) {
      isPending = true;
      for (const row of work.querySelectorAll("[data-progress=failed]")) {
        row.dataset.progress = "waiting"; // so that the next poll asks about it
        row.dataset.stale = "";
      }
      schedulePoll();
    }
  });
  part("retry-unsent").addEventListener("click", () => {
    if (held) start();
    else sendAgain(jobs.filter((job) => job.state === "unsent"));
  });
  addEventListener("beforeunload", (event) => {
    if (jobs.some(isUnsettled)) event.preventDefault();
  });
  schedulePoll();
}

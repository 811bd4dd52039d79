// Pictures uploaded on a collection's page appear in its grid: a placeholder while a file is sent,
// then the picture, marked until it is searchable. upload.js reports what happens as the event
// "semblance:upload" with {kind, job, items}; the tiles come from gallery/views/arrivals.py.

const BATCH = 60; // tiles in one response
const MAX_SHOWN = 300; // more would make the page slow; the next visit shows them all
const PAUSE_MS = 300; // several files are often stored at once

const frame = document.querySelector("[data-arrivals]");
const grid = document.getElementById("grid");
const placeholders = new Map(); // jobs that are being sent, and their placeholder tiles
const states = new Map(); // ids of pictures, and whether they are "waiting" or "searchable"
let wanted = []; // ids of stored pictures whose tiles have not arrived yet
const settled = []; // jobs whose placeholders are removed once their pictures arrive
let isStale = false; // whether the counts on the page are out of date
let isLoading = false;
let shown = 0;
let timer = 0;

const tileOf = (id) => grid.querySelector(`.tile[data-id="${id}"]`);
// New pictures belong at the start of the list. While the reader is further down they wait, because
// pictures inserted above would rearrange the rows.
const isStartInView = () =>
  !document.querySelector("[data-newer]") && grid.getBoundingClientRect().top > -innerHeight / 2;

function addPlaceholder(job) {
  if (placeholders.has(job) || !isStartInView()) return;
  const tile = frame.querySelector("[data-placeholder]").content.firstElementChild.cloneNode(true);
  const picture = tile.querySelector("img");
  const address = URL.createObjectURL(job.file);
  picture.onload = () => URL.revokeObjectURL(address);
  picture.onerror = () => {
    URL.revokeObjectURL(address);
    picture.remove(); // a zip, or a format that only the server reads
  };
  picture.src = address;
  placeholders.set(job, tile);
  grid.prepend(tile);
}

function removePlaceholders(jobs) {
  for (const job of jobs) {
    placeholders.get(job)?.remove();
    placeholders.delete(job);
  }
}

function markWaiting() {
  for (const [id, state] of states) tileOf(id)?.toggleAttribute("data-waiting", state === "waiting");
}

function addressOf(ids) {
  const url = new URL(frame.dataset.arrivals, location.href);
  for (const id of ids) url.searchParams.append("id", id);
  return url.pathname + url.search;
}

async function load() {
  const ids = isStartInView() ? wanted.slice(0, Math.min(BATCH, MAX_SHOWN - shown)) : [];
  if (isLoading || !(ids.length || isStale)) return;
  isLoading = true;
  wanted = wanted.slice(ids.length);
  const done = settled.splice(0);
  isStale = false;
  shown += ids.length;
  await htmx.ajax("GET", addressOf(ids), { target: grid, swap: "afterbegin" });
  removePlaceholders(done);
  markWaiting();
  isLoading = false;
  load();
}

function loadSoon() {
  clearTimeout(timer);
  timer = setTimeout(load, PAUSE_MS);
}

// Stores the state of pictures; true if any has changed.
function note(items) {
  let isNews = false;
  for (const { image, progress } of items) {
    if (!image || !["waiting", "searchable"].includes(progress) || states.get(image) === progress) continue;
    if (!states.has(image) && !tileOf(image)) wanted.push(image);
    states.set(image, progress);
    isNews = true;
  }
  return isNews;
}

function onUpload({ detail: { kind, job, items = [] } }) {
  if (kind === "sending") {
    addPlaceholder(job);
    return;
  }
  const isNews = note(items);
  if (kind === "settled" && !isNews) removePlaceholders([job]);
  else if (kind === "settled") settled.push(job);
  if (!isNews) return;
  isStale = true;
  markWaiting();
  loadSoon();
}

if (frame && grid) {
  document.addEventListener("semblance:upload", onUpload);
  addEventListener("scroll", () => wanted.length && loadSoon(), { passive: true });
  // Keeps the bar of a selection in progress: only its numbers would change.
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const isArriving = event.detail.fragment.querySelector?.("#selection") && isLoading;
    if (isArriving && frame.classList.contains("is-selecting")) event.detail.shouldSwap = false;
  });
}

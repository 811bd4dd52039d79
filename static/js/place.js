// Keeps the reader's place in a list of pictures. The address in the browser's bar follows the
// picture one is looking at (?at=12#image-12), so that Back, a reload and a copied address all lead
// to it. What a back link leads to works without this file: the server shows the list around the
// picture, and the fragment scrolls to it.

const PAUSE_MS = 250; // after the last movement; browsers allow about three changes a second
const READING_LINE = 0.25; // share of the window's height below which people look
const POSITIONS = ["after", "before", "at"];
const LINKS = ".grid:not(.grid--strip) .tile__link[id]";

const list = document.querySelector("[data-places]"); // its address can name a picture's place
const links = () => [...document.querySelectorAll(LINKS)];
const topOf = (link) => link.getBoundingClientRect().top;

function isInView(link) {
  const box = link.getBoundingClientRect();
  return box.bottom > 0 && box.top < innerHeight;
}

// The picture in focus, else the one that people look at.
function current() {
  const focused = document.activeElement?.closest?.(".tile")?.querySelector(".tile__link[id]");
  if (focused?.matches(LINKS) && isInView(focused)) return focused;
  const line = innerHeight * READING_LINE;
  return links().find((link) => link.getBoundingClientRect().bottom > line);
}

function addressOf(link) {
  const url = new URL(location.href);
  for (const name of POSITIONS) url.searchParams.delete(name);
  url.hash = "";
  if (scrollY < 1 && !document.querySelector("[data-newer]")) return url; // the start of the list
  if (list) url.searchParams.set("at", link.id.replace("image-", ""));
  url.hash = link.id;
  return url;
}

function remember(link = current()) {
  if (!link) return;
  const place = { id: link.id, top: topOf(link), isFocused: link.contains(document.activeElement) };
  history.replaceState({ ...history.state, place }, "", addressOf(link));
}

let timer = 0;
function rememberSoon() {
  clearTimeout(timer);
  timer = setTimeout(remember, PAUSE_MS);
}

function focusOn(link) {
  link.focus({ preventScroll: true, focusVisible: true });
}

const moveTo = (link, top) => scrollBy({ top: topOf(link) - top, behavior: "instant" });

// Back and reload: the same picture at the same height of the window.
function restore() {
  const place = history.state?.place;
  const link = place && document.getElementById(place.id);
  if (!link) return false;
  const fold = link.closest("details");
  if (fold) fold.open = true;
  moveTo(link, place.top);
  if (place.isFocused) focusOn(link);
  return true;
}

// An address of a picture that has left the list: the one in its place.
function showNearest() {
  const link = document.getElementById(`image-${list?.dataset.at}`);
  if (!link || document.querySelector(":target")) return;
  moveTo(link, innerHeight * READING_LINE);
  focusOn(link);
}

// Newer pictures come in above with the next swap: what one is looking at stays where it is, and the
// keyboard goes on from the button to the nearest of them.
function holdWhileGrowing() {
  const first = list.querySelector(".tile__link");
  const before = topOf(first);
  const root = document.documentElement;
  root.style.overflowAnchor = "none"; // or the browser would correct it a second time
  list.addEventListener("htmx:afterSwap", () => {
    moveTo(first, before);
    root.style.overflowAnchor = "";
    const nearest = first.closest(".tile").previousElementSibling?.querySelector(".tile__link");
    if (nearest) focusOn(nearest);
  }, { once: true });
}

if (document.querySelector(LINKS)) {
  history.scrollRestoration = "manual";
  if (!restore()) showNearest();
  addEventListener("scroll", rememberSoon, { passive: true });
  document.addEventListener("focusin", (event) => event.target.matches(LINKS) && rememberSoon());
  // Before anything is followed, so that leaving is never too early.
  document.addEventListener("click", (event) => {
    clearTimeout(timer);
    const link = event.target.closest(LINKS);
    if (link) link.focus({ preventScroll: true }); // not every browser does
    remember(link ?? undefined);
  }, true);
  // A page kept alive in the browser's memory is as it was left, but for the focus.
  addEventListener("pageshow", (event) => {
    const link = event.persisted && document.getElementById(history.state?.place?.id ?? "");
    if (link && history.state.place.isFocused) focusOn(link);
  });
}

document.addEventListener("htmx:beforeSwap", ({ target, detail }) => {
  if (target === list && detail.requestConfig.elt.matches("[data-newer]")) holdWhileGrowing();
});

// The strip of similar pictures arrives after the page: the fragment finds its picture then.
const strip = document.querySelector(".similar__strip");
strip?.addEventListener("htmx:afterSwap", () => {
  const link = location.hash && strip.querySelector(`[id="${CSS.escape(location.hash.slice(1))}"]`);
  if (!link || document.activeElement !== document.body) return;
  link.scrollIntoView({ block: "nearest", inline: "center" });
  focusOn(link);
});
strip?.addEventListener("click", (event) => {
  const link = event.target.closest(".tile__link[id]");
  if (link) history.replaceState(history.state, "", `#${link.id}`);
});

// Undoing from a list returns to the place one is at by then.
document.addEventListener("submit", (event) => {
  const here = event.target.querySelector?.("[data-here]");
  if (here) here.value = location.pathname + location.search + location.hash;
});

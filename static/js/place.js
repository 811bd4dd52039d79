// Keeps the reader's place in a list of pictures. The URL in the address bar follows the picture in
// view (?at=12#image-12), so that Back, a reload and a copied link all lead to it. Back links work
// without this file: the server shows the list around the picture, and the fragment scrolls
// to it.

const PAUSE_MS = 250; // after the last movement; browsers allow about three changes a second
const READING_LINE = 0.25; // share of the window's height where people start reading
const POSITIONS = ["after", "before", "at"];
const LINKS = ".grid:not(.grid--strip) .tile__link[id]";

const list = document.querySelector("[data-places]"); // its URL can contain the position of a picture
const links = () => [...document.querySelectorAll(LINKS)];
const topOf = (link) => link.getBoundingClientRect().top;

function isInView(link) {
  const box = link.getBoundingClientRect();
  return box.bottom > 0 && box.top < innerHeight;
}

// The focused picture, or else the one at the reading line.
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

// Back and reload: the same picture at the same height in the window.
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

// The URL of a picture that has left the list leads to the one in its place.
function showNearest() {
  const link = document.getElementById(`image-${list?.dataset.at}`);
  if (!link || document.querySelector(":target")) return;
  moveTo(link, innerHeight * READING_LINE);
  focusOn(link);
}

// The next swap inserts newer pictures above: keep the pictures in view where they are, and move the
// keyboard focus from the button to the nearest new picture.
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
  // Runs before any link is followed, so that the URL is always saved.
  document.addEventListener("click", (event) => {
    clearTimeout(timer);
    const link = event.target.closest(LINKS);
    if (link) link.focus({ preventScroll: true }); // not every browser does
    remember(link ?? undefined);
  }, true);
  // A page restored from the back/forward cache is unchanged except for its focus.
  addEventListener("pageshow", (event) => {
    const link = event.persisted && document.getElementById(history.state?.place?.id ?? "");
    if (link && history.state.place.isFocused) focusOn(link);
  });
}

document.addEventListener("htmx:beforeSwap", ({ target, detail }) => {
  if (target === list && detail.requestConfig.elt.matches("[data-newer]")) holdWhileGrowing();
});

// The strip of similar pictures loads after the page, so the fragment finds its picture only then.
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

// Undo on a list returns to the reader's position at that moment.
document.addEventListener("submit", (event) => {
  const here = event.target.querySelector?.("[data-here]");
  if (here) here.value = location.pathname + location.search + location.hash;
});

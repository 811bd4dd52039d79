// Zoom: shows the large copy in a full-window dialog. A click, a double tap, Enter, + and - change its
// size. The wheel and pinching zoom around their position; dragging and the arrow keys move the
// picture. The original replaces the 1600 px copy once that is too small. Without this file the same
// links open the large copy in the browser.

import { gettext } from "./i18n.js";
import { toast } from "./toast.js";

const dialog = document.getElementById("zoom-dialog");
const area = dialog?.querySelector(".zoom__area");

const STEP = 1.5; // for each press of + and -
const LARGEST = 8; // times the size that fills the window
let scale = 1; // 1 fills the window
let shownWidth = 0; // of the picture on the page, in CSS pixels

const picture = () => area.firstElementChild;
// Width of the original in pixels, which a click enlarges to.
const trueWidth = () => Number(area.dataset.width) || picture().naturalWidth;

// The width at which the page shows a picture fitted into a box (object-fit).
function widthOnPage(image) {
  const box = image.getBoundingClientRect();
  const [width, height] = ["width", "height"].map((name) => Number(image.getAttribute(name)));
  const held = Math.min(box.width, (box.height * width) / height);
  return getComputedStyle(image).objectFit === "scale-down" ? Math.min(held, width) : held;
}

function fill(address) {
  if (picture()) return;
  const image = new Image();
  image.src = address;
  image.alt = "";
  image.draggable = false;
  image.addEventListener("load", () => setScale(scale));
  area.append(image);
}

// The picture's width when all of it is visible: it fits the window, and is at most its actual width
// or its width on the page, so that zooming never shrinks it.
function fitted() {
  const image = picture();
  const held = Math.min(area.clientWidth, (area.clientHeight * image.naturalWidth) / image.naturalHeight);
  return Math.min(held, Math.max(trueWidth(), shownWidth));
}

// Actual size, or twice the size that fills the window if that is larger.
const closer = () => Math.min(LARGEST, Math.max(2, trueWidth() / fitted()));

// Loads the original once the screen shows more pixels than the copy has. The copy stays until then,
// or permanently if the browser cannot read the original.
function sharpen(width) {
  const image = picture();
  const { original } = area.dataset;
  if (!original || image.dataset.sharp || width * devicePixelRatio <= image.naturalWidth) return;
  image.dataset.sharp = "loading";
  const full = new Image();
  full.addEventListener("load", () => {
    image.src = original;
    image.dataset.sharp = "done";
  });
  full.src = original;
}

// Sets the size; the point of the picture at (x, y) in the window stays there.
function setScale(wanted, x = area.clientWidth / 2, y = area.clientHeight / 2) {
  const image = picture();
  if (!image?.naturalWidth) return;
  const before = image.getBoundingClientRect();
  const across = (x - before.left) / before.width;
  const down = (y - before.top) / before.height;
  scale = Math.min(LARGEST, Math.max(1, wanted));
  area.classList.toggle("is-full", scale > 1);
  const width = fitted() * scale;
  image.style.width = `${width}px`;
  sharpen(width);
  const after = image.getBoundingClientRect();
  area.scrollLeft += after.left + across * after.width - x;
  area.scrollTop += after.top + down * after.height - y;
}

const toggle = (x, y) => setScale(scale > 1 ? 1 : closer(), x, y);

function onWheel(event) {
  event.preventDefault();
  const lines = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? event.deltaY : event.deltaY * 30;
  setScale(scale * Math.exp(-Math.max(-200, Math.min(200, lines)) / 300), event.clientX, event.clientY);
}

// Pinching: the distance of the fingers sets the size, and the point between them stays fixed.
let pinch = null;
const between = ([a, b]) => ({
  x: (a.clientX + b.clientX) / 2,
  y: (a.clientY + b.clientY) / 2,
  apart: Math.max(1, Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY)),
});

function onTouch(event) {
  if (event.touches.length !== 2) return;
  event.preventDefault();
  const now = between(event.touches);
  if (event.type === "touchstart") pinch = { apart: now.apart, scale };
  else if (pinch) setScale(pinch.scale * (now.apart / pinch.apart), now.x, now.y);
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Enter" || event.key === " ") toggle();
  else if (event.key === "+" || event.key === "=") setScale(scale * STEP);
  else if (event.key === "-") setScale(scale / STEP);
  else if (event.key === "0") setScale(1);
  else return; // the arrows scroll by themselves
  event.preventDefault();
}

if (dialog && area) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-zoom]");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    shownWidth = widthOnPage(document.querySelector(".stage__picture > img"));
    fill(link.href);
    dialog.showModal();
    setScale(1);
    area.focus();
  });

  let drag = null;
  area.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse") return; // fingers scroll by themselves
    drag = { x: event.clientX, y: event.clientY, left: area.scrollLeft, top: area.scrollTop, moved: false };
  });
  addEventListener("pointermove", (event) => {
    if (!drag) return;
    const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
    drag.moved ||= Math.hypot(dx, dy) > 4;
    area.scrollTo(drag.left - dx, drag.top - dy);
  });
  addEventListener("pointerup", () => setTimeout(() => (drag = null)));
  area.addEventListener("click", (event) => {
    if (!drag?.moved) toggle(event.clientX, event.clientY);
  });
  area.addEventListener("wheel", onWheel, { passive: false });
  for (const kind of ["touchstart", "touchmove"]) area.addEventListener(kind, onTouch, { passive: false });
  area.addEventListener("touchend", () => (pinch = null));
  area.addEventListener("keydown", onKey);
  addEventListener("resize", () => dialog.open && setScale(scale));
  dialog.addEventListener("close", () => setScale(1));
}

// Editing in place. The form opens below the buttons, which do not move. Esc and Cancel close it and
// discard what was typed.
const editButton = () => document.querySelector("[data-edit]");

function setEditing(isOn) {
  const panel = document.getElementById("edit");
  panel.hidden = !isOn;
  editButton().setAttribute("aria-expanded", String(isOn));
  if (isOn) {
    const first = panel.querySelector("#edit-title");
    first.focus({ preventScroll: true });
    first.scrollIntoView({ block: "nearest" });
    return;
  }
  for (const form of panel.querySelectorAll("form")) form.reset();
  panel.querySelector("[role=alert]")?.remove();
  editButton().focus();
}

document.addEventListener("click", (event) => {
  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
  const link = event.target.closest("[data-edit], [data-cancel-edit]");
  if (!link) return;
  event.preventDefault();
  setEditing(link.matches("[data-edit]") && document.getElementById("edit").hidden);
});

document.addEventListener("keydown", (event) => {
  const panel = document.getElementById("edit");
  if (event.key !== "Escape" || event.defaultPrevented || !panel || panel.hidden) return;
  if (document.querySelector("dialog[open], details.menu[open]")) return;
  event.preventDefault();
  setEditing(false);
}, true);

// After saving, announce it and return the focus to the Edit button.
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target.id !== "details") return;
  const details = document.getElementById("details");
  if (details.querySelector("[role=alert]")) {
    details.querySelector("#edit-title").focus();
    return;
  }
  document.title = `${details.querySelector("h1").textContent} · ${document.title.split(" · ").pop()}`;
  editButton().focus();
  toast(gettext("Saved."));
});

// Search for a part: cuts a rectangle, drawn by dragging, two clicks or the arrow keys, out of the
// large copy in the browser, and sends it like any other query picture.

import { gettext } from "./i18n.js";
import { toast } from "./toast.js";

const area = document.querySelector("[data-part-area]");
const button = document.querySelector("[data-part]");
const form = document.querySelector("#picture-dialog [data-picture-form]");
const frame = area?.firstElementChild;
const shown = area?.parentElement.querySelector("img");

const SMALLEST_PX = 16; // on the screen; anything smaller is an accidental click
const STEP = 0.05; // share of the picture for each press of an arrow key
const QUALITY = 0.92;
let box = null; // left, top, right, bottom as shares of the picture
let corner = null; // where the rectangle starts
let isDragging = false;

const within = (value) => Math.min(1, Math.max(0, value));

// The area of its element that the picture fills.
function place() {
  const [width, height] = [shown.width, shown.height].map(Number);
  const ratio = shown.getAttribute("width") / shown.getAttribute("height");
  let [w, h] = width / height > ratio ? [height * ratio, height] : [width, width / ratio];
  if (getComputedStyle(shown).objectFit === "scale-down" && w > shown.getAttribute("width")) {
    [w, h] = [shown.getAttribute("width"), shown.getAttribute("height")].map(Number);
  }
  return { left: (width - w) / 2, top: (height - h) / 2, width: w, height: h };
}

function pointOf(event) {
  const [outer, inner] = [area.getBoundingClientRect(), place()];
  return {
    x: within((event.clientX - outer.left - inner.left) / inner.width),
    y: within((event.clientY - outer.top - inner.top) / inner.height),
  };
}

function draw() {
  frame.hidden = !box;
  if (!box) return;
  const inner = place();
  frame.style.left = `${inner.left + box.left * inner.width}px`;
  frame.style.top = `${inner.top + box.top * inner.height}px`;
  frame.style.width = `${(box.right - box.left) * inner.width}px`;
  frame.style.height = `${(box.bottom - box.top) * inner.height}px`;
}

function stretch(from, to) {
  box = { left: Math.min(from.x, to.x), top: Math.min(from.y, to.y), right: Math.max(from.x, to.x), bottom: Math.max(from.y, to.y) };
  draw();
}

function isLargeEnough() {
  const inner = place();
  return box && (box.right - box.left) * inner.width >= SMALLEST_PX && (box.bottom - box.top) * inner.height >= SMALLEST_PX;
}

function start(isOn) {
  area.hidden = !isOn;
  button.setAttribute("aria-pressed", String(isOn));
  [box, corner, isDragging] = [null, null, false];
  draw();
  (isOn ? area : button).focus();
}

async function cut() {
  const large = new Image();
  large.src = document.querySelector("[data-zoom]").href;
  await large.decode();
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round((box.right - box.left) * large.naturalWidth));
  canvas.height = Math.max(1, Math.round((box.bottom - box.top) * large.naturalHeight));
  canvas.getContext("2d").drawImage(large, -box.left * large.naturalWidth, -box.top * large.naturalHeight);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("empty"))), "image/jpeg", QUALITY);
  });
}

async function search() {
  try {
    const carrier = new DataTransfer();
    carrier.items.add(new File([await cut()], "part.jpg", { type: "image/jpeg" }));
    form.querySelector("input[type=file]").files = carrier.files;
    const source = document.createElement("input");
    [source.type, source.name, source.value] = ["hidden", "part_of", area.dataset.partArea];
    form.append(source);
    form.requestSubmit();
    source.remove(); // the next picture sent with this form may be another
  } catch {
    toast(gettext("The picture couldn’t be read. Reload the page and try again."), "error");
    start(false);
  }
}

// Arrow keys move the rectangle, or its opposite corner with shift.
function nudge(key, isResizing) {
  const dx = key === "ArrowLeft" ? -STEP : key === "ArrowRight" ? STEP : 0;
  const dy = key === "ArrowUp" ? -STEP : key === "ArrowDown" ? STEP : 0;
  if (!box) box = { left: 0.25, top: 0.25, right: 0.75, bottom: 0.75 };
  else if (isResizing) {
    box.right = within(Math.max(box.left + STEP, box.right + dx));
    box.bottom = within(Math.max(box.top + STEP, box.bottom + dy));
  } else if (Math.min(box.left + dx, box.top + dy) > -STEP / 2 && Math.max(box.right + dx, box.bottom + dy) < 1 + STEP / 2) {
    box = { left: within(box.left + dx), top: within(box.top + dy), right: within(box.right + dx), bottom: within(box.bottom + dy) };
  }
  draw();
}

function onKey(event) {
  if (event.key === "Escape") start(false);
  else if (event.key === "Enter" && isLargeEnough()) search();
  else if (event.key.startsWith("Arrow")) nudge(event.key, event.shiftKey);
  else return;
  event.preventDefault();
  event.stopPropagation();
}

if (area && button && form && shown) {
  button.addEventListener("click", () => start(area.hidden));
  area.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary || event.button) return;
    area.setPointerCapture(event.pointerId);
    isDragging = true;
    corner ??= pointOf(event); // otherwise this is the second of two clicks
    stretch(corner, pointOf(event));
  });
  area.addEventListener("pointermove", (event) => {
    if (corner) stretch(corner, pointOf(event));
  });
  area.addEventListener("pointerup", () => {
    if (!isDragging) return;
    isDragging = false;
    if (!isLargeEnough()) return; // one corner is set, the next click sets the other
    corner = null;
    search();
  });
  area.addEventListener("pointercancel", () => start(true));
  area.addEventListener("keydown", onKey);
  addEventListener("resize", draw);
}

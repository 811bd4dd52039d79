// Rows of the upload page: thumbnails of files not sent yet, and the server's rows that replace them
// without disturbing anyone who is typing in them.

import { saveWords } from "./upload_words.js";

const THUMBNAIL_PX = 64;
const files = new WeakMap();

// Pictures are opened only when their rows come near the screen: a folder can have thousands.
const nearby = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    nearby.unobserve(target);
    draw(target, files.get(target));
  }
}, { rootMargin: "200px" });

// Shows the picture of a local file, if the browser can read it.
export function showThumbnail(row, file) {
  if (!file.type.startsWith("image/")) return;
  files.set(row, file);
  nearby.observe(row);
}

function draw(row, file) {
  const picture = new Image(THUMBNAIL_PX, THUMBNAIL_PX);
  const address = URL.createObjectURL(file);
  picture.alt = "";
  picture.decoding = "async";
  picture.onload = () => {
    row.querySelector(".upload-row__thumb").replaceChildren(picture);
    URL.revokeObjectURL(address);
  };
  picture.onerror = () => URL.revokeObjectURL(address); // for example HEIC: the stored copy will show it
  picture.src = address;
}

export const fromHtml = (html) => {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return holder.content.firstElementChild;
};

// Replaces a row with the server's; text that someone is typing in it is kept.
export function placeRow(old, item) {
  const fresh = fromHtml(item.html);
  const typed = ["caption", "tags"].map((name) => old?.querySelector(`[name=${name}]`));
  old.replaceWith(fresh);
  let isChanged = false;
  for (const field of typed) {
    const target = field && fresh.querySelector(`[name=${field.name}]`);
    if (!target || field.value === (field.dataset.sent ?? "")) continue;
    target.value = field.value;
    isChanged = true;
  }
  const focused = typed.find((field) => field?.dataset.focused);
  if (focused) {
    const target = fresh.querySelector(`[name=${focused.name}]`);
    target?.focus({ preventScroll: true });
    target?.setSelectionRange(...focused.dataset.focused.split(",").map(Number));
  }
  // Also while someone is typing: text set by a script fires no change event when the field is left.
  if (isChanged) saveWords(fresh);
  return fresh;
}

// The picture already on the screen stays until the stored copy has loaded.
export function keepThumbnail(old, fresh) {
  const local = old.querySelector(".upload-row__thumb img");
  const stored = fresh.querySelector(".upload-row__thumb img");
  if (!local || !stored || stored.complete) return;
  stored.loading = "eager";
  stored.after(local);
  stored.hidden = true;
  const show = () => {
    local.remove();
    stored.hidden = false;
  };
  stored.addEventListener("load", show, { once: true });
  stored.addEventListener("error", show, { once: true });
}

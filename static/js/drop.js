// A picture pasted or dropped anywhere. On most pages (data-drop="query") it becomes a search; on
// pages with data-drop="upload" the files are handed on as the event "semblance:files", whose
// detail is {files, dataTransfer}; data-drop="off" ignores drops.
import { gettext } from "./i18n.js";
import { toast } from "./toast.js";

const WORDS = {
  query: gettext("Drop to search by this picture"),
  upload: gettext("Drop to upload"),
};
const mode = document.body.dataset.drop;
const overlay = document.querySelector("[data-drop-overlay]");
const form = document.querySelector("#picture-dialog [data-picture-form]");
const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
const isPicture = (file) =>
  file.type.startsWith("image/") || /\.(heic|heif|avif)$/i.test(file.name);

function searchBy(files) {
  const picture = [...files].find(isPicture);
  if (!picture) {
    toast(gettext("That isn’t a picture. Drop or paste a photo to search by it."), "error");
    return;
  }
  const carrier = new DataTransfer();
  carrier.items.add(picture);
  const input = form.querySelector("input[type=file]");
  input.files = carrier.files;
  form.requestSubmit();
}

function hand(files, dataTransfer = null) {
  if (mode === "query") searchBy(files);
  else document.dispatchEvent(new CustomEvent("semblance:files", { detail: { files, dataTransfer } }));
}

function show(isOver) {
  overlay.querySelector("[data-drop-words]").textContent = WORDS[mode];
  overlay.hidden = !isOver;
}

if (WORDS[mode] && overlay && form) {
  let depth = 0;
  document.addEventListener("dragenter", (event) => {
    if (!hasFiles(event)) return;
    depth += 1;
    show(true);
  });
  document.addEventListener("dragleave", (event) => {
    if (!hasFiles(event)) return;
    depth = Math.max(0, depth - 1);
    if (!depth) show(false);
  });
  document.addEventListener("dragover", (event) => {
    if (hasFiles(event)) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth = 0;
    show(false);
    hand(event.dataTransfer.files, event.dataTransfer);
  });
  document.addEventListener("paste", (event) => {
    if (event.clipboardData?.files.length) {
      event.preventDefault();
      hand(event.clipboardData.files);
    }
  });
}

// Choosing a file in the dialog starts the search; without JavaScript the page has a button.
for (const each of document.querySelectorAll("[data-picture-form]")) {
  each.querySelector("input[type=file]").addEventListener("change", (event) => {
    if (event.target.files.length && each.closest("dialog")) each.requestSubmit();
  });
  each.addEventListener("submit", () => toast(gettext("Searching by picture…")));
}

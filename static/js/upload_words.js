// Sends captions, tags and other small forms of the upload page without leaving it.

import { gettext } from "./i18n.js";
import { toast } from "./toast.js";

// Saves what someone typed beside a stored file.
export async function saveWords(row) {
  const words = row.querySelector("form[data-words]");
  if (!words) return;
  const mark = words.querySelector("[data-saved]");
  mark.hidden = true;
  const answer = await fetch(words.action, {
    method: "POST",
    body: new FormData(words),
    headers: { Accept: "application/json" },
  }).catch(() => null);
  const body = await answer?.json().catch(() => null);
  if (answer?.ok) mark.hidden = false;
  else if (!navigator.onLine) addEventListener("online", () => saveWords(row), { once: true });
  else toast(body?.sentence ?? gettext("Your changes couldn’t be saved. Try again in a moment."), "error");
}

// Sends a form of the page and shows the result; true if it succeeded.
export async function sendForm(target) {
  const answer = await fetch(target.action, {
    method: "POST",
    body: new FormData(target),
    headers: { Accept: "application/json" },
  }).catch(() => null);
  const body = await answer?.json().catch(() => null);
  toast(body?.sentence ?? gettext("That didn’t work. Try again in a moment."), answer?.ok ? "" : "error");
  return Boolean(answer?.ok);
}

// The tags of a comma-separated field, normalised as on the server.
export const listOf = (tags) => tags.split(",").map((tag) => tag.trim().toLowerCase()).filter(Boolean);

// Adds tags to a field that may have some of them already.
export function addTags(field, tags) {
  field.value = [...new Set([...listOf(field.value), ...tags])].join(", ");
}

// Buttons that copy an address: <button data-copy-link="/images/12/">.

import { gettext } from "./i18n.js";
import { toast } from "./toast.js";

// Fallback without clipboard permission, and on sites without https, which have no clipboard API.
function copyBySelection(text) {
  const field = document.createElement("textarea");
  const focused = document.activeElement;
  field.value = text;
  field.readOnly = true;
  field.className = "visually-hidden";
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  focused?.focus({ preventScroll: true });
  return isCopied;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy-link]");
  if (!button) return;
  const address = new URL(button.dataset.copyLink, location.href).href;
  if (await copy(address)) toast(gettext("Link copied"));
  else toast(gettext("The link couldn’t be copied. Copy it from the address bar."), "error");
});

// Where the files go: the fields of the upload page that choose a collection or name a new one, and
// what is said while files wait for that. Pages without these fields know their collection already.

import { gettext, interpolate, ngettext, number } from "./i18n.js";

const nameField = (form) => form.querySelector("[name=new_collection]");

// The fields of a new collection show only while none of the others is chosen.
export function showWhere(form) {
  const select = form.querySelector("[data-upload-collection]");
  if (!select) return;
  for (const field of form.querySelectorAll("[data-new]")) {
    field.hidden = select.value !== "";
    field.querySelector("input, select").disabled = field.hidden; // a name left there must not count
  }
}

// True while a new collection is to be made and nobody has said what it is called.
export function isNameMissing(form) {
  const field = nameField(form);
  return Boolean(field) && !field.disabled && !field.value.trim();
}

export function askForName(form) {
  nameField(form)?.focus();
}

// Says where the files go, in place of the fields that asked for it.
export function settleWhere(form, where) {
  const lede = document.querySelector("[data-upload-lede]");
  const select = form.querySelector("[data-upload-collection]");
  const name = select?.value ? select.selectedOptions[0].textContent : nameField(form).value;
  const into = interpolate(gettext("Uploading to %(collection)s."), { collection: name.trim() });
  lede.textContent = `${into} ${lede.textContent}`;
  const hadFocus = where.contains(document.activeElement);
  where.hidden = true;
  if (hadFocus) form.querySelector("[data-choose]").focus(); // or the keyboard starts at the top again
}

export function waitingWords(count, isUnnamed) {
  const sentence = isUnnamed
    ? ngettext("%(count)s file is ready. Name the collection to send it.", "%(count)s files are ready. Name the collection to send them.", count)
    : ngettext("%(count)s file is waiting. The upload couldn’t start.", "%(count)s files are waiting. The upload couldn’t start.", count);
  return interpolate(sentence, { count: number(count) });
}

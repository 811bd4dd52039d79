// Where the files go: the fields of the upload page that choose a collection or name a new one, and
// the message while files wait for it. Pages without these fields already know their collection.

import { gettext, interpolate, ngettext, number } from "./i18n.js";

const nameField = (form) => form.querySelector("[name=new_collection]");

// The fields of a new collection are visible only while no existing one is chosen.
export function showWhere(form) {
  const select = form.querySelector("[data-upload-collection]");
  if (!select) return;
  for (const field of form.querySelectorAll("[data-new]")) {
    field.hidden = select.value !== "";
    field.querySelector("input, select").disabled = field.hidden; // a name left in a hidden field must not be sent
  }
}

// True while a new collection has no name yet.
export function isNameMissing(form) {
  const field = nameField(form);
  return Boolean(field) && !field.disabled && !field.value.trim();
}

export function askForName(form) {
  nameField(form)?.focus();
}

// Replaces the fields with the name of the destination.
export function settleWhere(form, where) {
  const lede = document.querySelector("[data-upload-lede]");
  const select = form.querySelector("[data-upload-collection]");
  const name = select?.value ? select.selectedOptions[0].textContent : nameField(form).value;
  const into = interpolate(gettext("Uploading to %(collection)s."), { collection: name.trim() });
  lede.textContent = `${into} ${lede.textContent}`;
  const hadFocus = where.contains(document.activeElement);
  where.hidden = true;
  if (hadFocus) form.querySelector("[data-choose]").focus(); // otherwise the focus would return to the top of the page
}

export function waitingWords(count, isUnnamed) {
  const sentence = isUnnamed
    ? ngettext("%(count)s file is ready. Name the collection to send it.", "%(count)s files are ready. Name the collection to send them.", count)
    : ngettext("%(count)s file is waiting. The upload couldn’t start.", "%(count)s files are waiting. The upload couldn’t start.", count);
  return interpolate(sentence, { count: number(count) });
}

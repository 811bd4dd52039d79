// Scripts of every page: the light and dark switch, dialogs, menus that close, toasts, and forms that
// submit themselves. Everything also works without this file, with less comfort.

import { gettext } from "./i18n.js";
import { toast } from "./toast.js";

const YEAR_S = 365 * 24 * 3600;
// Time for a screen reader to start observing the page.
const ANNOUNCE_AFTER_MS = 500;

function switchTheme() {
  const root = document.documentElement;
  const isDark = root.dataset.theme
    ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = isDark ? "light" : "dark";
  document.cookie = `theme=${root.dataset.theme}; path=/; max-age=${YEAR_S}; samesite=lax`;
}

function openDialog(id) {
  const dialog = document.getElementById(id);
  if (!dialog || dialog.open) return false;
  dialog.showModal();
  return true;
}

function closeMenus(except = null) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== except && !menu.contains(except)) menu.open = false;
  }
}

document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-open-dialog], [data-theme-switch], [data-close-toast], details.menu, dialog");
  closeMenus(target?.closest("details.menu") ?? null);
  if (!target) return;
  if (target.matches("[data-theme-switch]")) switchTheme();
  else if (target.matches("[data-close-toast]")) target.closest(".toast").remove();
  else if (target.matches("[data-open-dialog]")) {
    const plain = event.metaKey || event.ctrlKey || event.shiftKey;
    if (!plain && openDialog(target.dataset.openDialog)) event.preventDefault();
  } else if (target === event.target && target.matches("dialog")) target.close(); // the backdrop
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector("details.menu[open]");
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus();
  event.preventDefault();
});

// Selects inside form[data-autosubmit] take effect at once; empty fields stay out of the address.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-autosubmit]");
  if (form && event.target.matches("select, input[type=range], input[type=date]")) form.requestSubmit();
});
document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[method=get]")) return;
  for (const field of event.target.elements) {
    if (field.name && !field.value && field.tagName !== "BUTTON") field.disabled = true;
  }
});
// After Back, enable a form again that was disabled when leaving the page.
addEventListener("pageshow", () => {
  for (const field of document.querySelectorAll("form[method=get] :disabled")) field.disabled = false;
});

// A page that Back restores from the back/forward cache shows the library as it was. If a form has
// changed something since, in this tab or another one, load the page again; place.js keeps the
// reader's place. Signing out is a form too, so private pictures don't come back either.
const CHANGED_AT = "changed-at";
document.addEventListener("submit", (event) => {
  if (event.target.method === "post") localStorage.setItem(CHANGED_AT, Date.now());
}, true);
addEventListener("pageshow", (event) => {
  const changedAt = Number(localStorage.getItem(CHANGED_AT));
  if (event.persisted && changedAt > performance.timeOrigin) location.reload();
});

// Screen readers announce changes of a live region, not its content when the page loads.
for (const region of document.querySelectorAll("[data-announce]")) {
  setTimeout(() => { region.textContent = region.dataset.announce; }, ANNOUNCE_AFTER_MS);
}

// After a change in place the numbers of a search are different (#status, see gallery/views/swap.py).
document.addEventListener("semblance:changed", () => {
  const counts = document.querySelector("#status b");
  for (const region of document.querySelectorAll("[data-announce]")) region.textContent = counts?.textContent ?? "";
});

document.addEventListener("htmx:responseError", (event) => {
  const text = event.detail.xhr.getResponseHeader("X-Sentence");
  toast(text ? decodeURIComponent(text) : gettext("That didn’t work. Try again in a moment."), "error");
});
document.addEventListener("htmx:sendError", () => toast(gettext("The site can’t be reached."), "error"));

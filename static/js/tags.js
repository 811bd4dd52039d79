// Completes tags in comma-separated fields: <input data-tags="/tags/">. An ARIA combobox whose list
// is in the top layer, so that no row or panel around the field cuts it off.

import { gettext } from "./i18n.js";

const WAIT_MS = 120; // after the last letter, before the server is asked
const LIST_ID = "tag-options";
const GAP_PX = 4;

const list = document.createElement("ul");
list.id = LIST_ID;
list.className = LIST_ID;
list.popover = "manual";
list.setAttribute("role", "listbox");

let field = null; // the field in use
let active = -1; // index of the highlighted option
let timer = 0;
let asking = null;
let isCompleted = false; // by us, which not every browser counts as a change

// The tag around the cursor, as {start, end, text}.
export function tagAt(value, cursor) {
  const start = value.lastIndexOf(",", cursor - 1) + 1;
  const comma = value.indexOf(",", cursor);
  const end = comma < 0 ? value.length : comma;
  return { start, end, text: value.slice(start, end).trim() };
}

// The value with the tag around the cursor replaced, and where the cursor goes.
export function completed(value, cursor, tag) {
  const { start, end } = tagAt(value, cursor);
  const before = `${value.slice(0, start)}${start ? " " : ""}${tag}, `;
  return { value: before + value.slice(end).replace(/^[,\s]+/, ""), cursor: before.length };
}

const isOpen = () => list.isConnected && list.matches(":popover-open");

function close() {
  clearTimeout(timer);
  asking?.abort();
  if (isOpen()) list.hidePopover(); // it stays in the page: a click in it is still inside its menu
  active = -1;
  field?.setAttribute("aria-expanded", "false");
  field?.removeAttribute("aria-controls");
  field?.removeAttribute("aria-activedescendant");
}

function place() {
  const box = field.getBoundingClientRect();
  list.style.minWidth = `${Math.min(box.width, 240)}px`;
  const { width, height } = list.getBoundingClientRect();
  const isAbove = box.bottom + GAP_PX + height > innerHeight && box.top - GAP_PX - height > 0;
  list.style.left = `${Math.max(0, Math.min(box.left, innerWidth - width))}px`;
  list.style.top = `${isAbove ? box.top - GAP_PX - height : box.bottom + GAP_PX}px`;
}

function show(tags) {
  list.replaceChildren(...tags.map((tag, index) => {
    const option = document.createElement("li");
    option.id = `${LIST_ID}-${index}`;
    option.setAttribute("role", "option");
    option.textContent = tag;
    return option;
  }));
  list.setAttribute("aria-label", gettext("Tags"));
  field.after(list); // beside its field: menus stay open for clicks inside them
  list.showPopover();
  place();
  field.setAttribute("aria-expanded", "true");
  field.setAttribute("aria-controls", LIST_ID);
  mark(-1);
}

function mark(index) {
  active = index;
  for (const [number, option] of [...list.children].entries()) {
    option.setAttribute("aria-selected", String(number === active));
  }
  const option = list.children[active];
  if (option) field.setAttribute("aria-activedescendant", option.id);
  else field.removeAttribute("aria-activedescendant");
  option?.scrollIntoView({ block: "nearest" });
}

function choose(option) {
  const next = completed(field.value, field.selectionStart, option.textContent);
  field.value = next.value;
  field.setSelectionRange(next.cursor, next.cursor);
  isCompleted = true;
  close();
}

async function ask() {
  const { text } = tagAt(field.value, field.selectionStart);
  const asked = field;
  asking?.abort();
  asking = new AbortController();
  const address = `${field.dataset.tags}?${new URLSearchParams({ q: text })}`;
  const answer = await fetch(address, { signal: asking.signal, headers: { Accept: "application/json" } }).catch(() => null);
  const body = answer?.ok ? await answer.json().catch(() => null) : null;
  if (asked !== field || document.activeElement !== field) return;
  const present = field.value.toLowerCase().split(",").map((tag) => tag.trim());
  const offered = (body?.tags ?? []).filter((tag) => !present.includes(tag));
  close();
  if (offered.length) show(offered);
}

function onInput() {
  clearTimeout(timer);
  const { text } = tagAt(field.value, field.selectionStart);
  if (!text) close();
  else timer = setTimeout(ask, WAIT_MS);
}

function onKey(event) {
  if (event.target !== field || !isOpen() || event.isComposing) return;
  const count = list.children.length;
  if (event.key === "ArrowDown") mark(active + 1 < count ? active + 1 : 0);
  else if (event.key === "ArrowUp") mark(active > 0 ? active - 1 : count - 1);
  else if (event.key === "Enter" && active >= 0) choose(list.children[active]);
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

document.addEventListener("focusin", ({ target }) => {
  if (!target.matches?.("input[data-tags]")) return;
  field = target;
  isCompleted = false;
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-expanded", "false");
});
document.addEventListener("focusout", ({ target }) => {
  if (target !== field) return;
  close();
  field = null;
  if (isCompleted) target.dispatchEvent(new Event("change", { bubbles: true }));
});
document.addEventListener("input", ({ target }) => {
  if (target === field) onInput();
});
document.addEventListener("change", ({ target }) => {
  if (target === field) isCompleted = false;
});
document.addEventListener("keydown", onKey, true);
list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
list.addEventListener("click", ({ target }) => {
  const option = target.closest("[role=option]");
  if (option) choose(option);
});
addEventListener("scroll", (event) => {
  if (isOpen() && event.target !== list) close();
}, true);

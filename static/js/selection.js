// Selecting pictures: x (or the button) starts, a click selects, shift-click selects a range, Esc
// stops. The form works without this file, which only counts and prevents clicks from opening
// pictures while selecting. After a change the response replaces the form (see swap.js), so it is
// looked up each time.

import { gettext, interpolate, ngettext, number } from "./i18n.js";

const frame = document.querySelector("[data-selecting]");
const always = frame?.hasAttribute("data-always");
let last = null; // the box changed before

const form = () => document.querySelector("[data-selection]");
const allBox = () => form().querySelector("[data-all]");
const boxes = () => [...frame.querySelectorAll(".tile__check input")];
const isOn = () => frame.classList.contains("is-selecting");

// “All” is every picture of the list, on all its pages, which only the server can count. Without a name
// the box means the pictures on this page. data-all="#grid" limits it to one grid: in search results
// it is the good matches.
const isWholeList = () => allBox().checked && allBox().name === "all";
const scope = () => [...document.querySelectorAll(`${allBox().dataset.all || "[data-selecting]"} .tile__check input`)];
const isReadOnly = (box) => box.matches("[data-read-only]");

function counts() {
  const { total, readOnly } = form().dataset;
  const [inList, readOnlyInList] = isWholeList() ? [Number(total), Number(readOnly ?? 0)] : [0, 0];
  const inAll = new Set(isWholeList() ? scope() : []);
  const ticked = boxes().filter((box) => box.checked && !inAll.has(box));
  return [inList + ticked.length, readOnlyInList + ticked.filter(isReadOnly).length];
}

function sentenceOf(total, readOnly) {
  if (!total) return gettext("Select pictures");
  const selected = interpolate(ngettext("%(count)s picture selected", "%(count)s pictures selected", total), { count: number(total) });
  if (!readOnly) return selected;
  if (readOnly === total) {
    return interpolate(ngettext("%(selected)s; you can’t edit it", "%(selected)s; you can’t edit them", total), { selected });
  }
  return interpolate(gettext("%(selected)s; you can’t edit %(count)s of them"), { selected, count: number(readOnly) });
}

// Deselecting a picture, in whatever way, turns “all” off.
function count() {
  if (allBox().checked && scope().some((box) => !box.checked)) allBox().checked = false;
  const [total, readOnly] = counts();
  form().querySelector("[data-count]").textContent = sentenceOf(total, readOnly);
  for (const button of form().querySelectorAll("button, summary")) {
    const possible = button.matches("[data-edits]") ? total - readOnly : total;
    button.setAttribute("aria-disabled", String(possible === 0));
  }
}

function begin() {
  if (!boxes().length) return; // the list is empty
  frame.classList.add("is-selecting");
  form().hidden = false;
  count();
}

function end() {
  for (const box of boxes()) box.checked = false;
  allBox().checked = false;
  last = null;
  if (always) {
    count();
    return;
  }
  frame.classList.remove("is-selecting");
  form().hidden = true;
}

// Changes the box, and with shift every box since the previous one.
function tick(box, range) {
  const all = boxes();
  if (range && last && all.includes(last)) {
    const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
    for (const each of all.slice(from, to + 1)) each.checked = last.checked;
  }
  last = box;
  count();
}

function onTileClick(event) {
  const tile = event.target.closest(".tile");
  if (!tile || !isOn()) return;
  const box = tile.querySelector(".tile__check input");
  if (!box) return; // still being uploaded
  if (event.target === box) {
    tick(box, event.shiftKey);
    return;
  }
  // A click on the picture or on its label: change the box here, once.
  event.preventDefault();
  box.checked = !box.checked;
  tick(box, event.shiftKey);
}

function onKey(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.closest("input:not([type=checkbox]), textarea, select");
  if (typing || document.querySelector("dialog[open]")) return;
  if (event.key === "x") {
    const tile = document.activeElement?.closest?.(".tile");
    if (!isOn()) begin();
    const box = tile?.querySelector(".tile__check input");
    if (box) {
      box.checked = !box.checked;
      tick(box, false);
    }
    event.preventDefault();
  } else if (event.key === "Escape" && isOn() && !always && !document.querySelector("details.menu[open]")) {
    end();
    event.preventDefault();
  }
}

function onClick(event) {
  if (event.target.closest("[data-start-selecting]")) {
    event.preventDefault();
    if (isOn()) end();
    else begin();
  } else if (event.target.closest("[data-stop-selecting]")) {
    event.preventDefault();
    end();
  } else if (event.target.closest("[data-selection] [aria-disabled=true]")) event.preventDefault();
}

function onChange(event) {
  if (event.target.matches("[data-selection] [data-all]")) {
    for (const box of scope()) box.checked = event.target.checked;
  }
  if (event.target.closest("[data-selection], [data-selecting]")) count();
}

// A download is no change of the page: the browser sends the form itself, not htmx.
function onSubmit(event) {
  if (event.target.matches("[data-selection]") && event.submitter?.value === "download") event.stopPropagation();
}

if (frame && form()) {
  document.addEventListener("submit", onSubmit, true);
  frame.addEventListener("click", onTileClick);
  document.addEventListener("click", onClick);
  document.addEventListener("change", onChange);
  document.addEventListener("keydown", onKey, true);
  // Tiles loaded while scrolling are also part of “all”.
  document.addEventListener("htmx:afterSwap", () => {
    if (!allBox().checked) return;
    for (const box of scope()) box.checked = true;
  });
  document.addEventListener("semblance:changed", end);
  if (isOn()) begin();
}

// Selecting pictures: x (or the button) begins, a click ticks, shift and a click tick a range, Esc
// ends. The form works without this file; here it only counts, and keeps people from opening a
// picture they meant to tick.

import { gettext, interpolate, ngettext, number } from "./i18n.js";

const form = document.querySelector("[data-selection]");
const frame = document.querySelector("[data-selecting]");
const always = frame?.hasAttribute("data-always");
let last = null;

const boxes = () => [...frame.querySelectorAll(".tile__check input")];
const isOn = () => frame.classList.contains("is-selecting");

function count() {
  const all = form.querySelector("[data-all]");
  const ticked = boxes().filter((box) => box.checked).length;
  const total = all.checked ? Number(form.dataset.total) : ticked;
  form.querySelector("[data-count]").textContent = total
    ? interpolate(ngettext("%(count)s selected", "%(count)s selected", total), { count: number(total) })
    : gettext("Select pictures");
  for (const button of form.querySelectorAll("button, summary")) {
    button.setAttribute("aria-disabled", String(total === 0));
  }
}

function begin() {
  frame.classList.add("is-selecting");
  form.hidden = false;
  count();
}

function end() {
  if (always) return;
  frame.classList.remove("is-selecting");
  form.hidden = true;
  form.querySelector("[data-all]").checked = false;
  for (const box of boxes()) box.checked = false;
  last = null;
}

// The box, and with shift every box between it and the one before.
function tick(box, range) {
  const all = boxes();
  if (range && last && all.includes(last)) {
    const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
    for (const each of all.slice(from, to + 1)) each.checked = last.checked;
  }
  last = box;
  count();
}

function onClick(event) {
  const tile = event.target.closest(".tile");
  if (!tile || !isOn()) return;
  const box = tile.querySelector(".tile__check input");
  if (event.target === box) {
    tick(box, event.shiftKey);
    return;
  }
  // A click on the picture or on its label: tick here, once.
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
  } else if (event.key === "Escape" && isOn() && !document.querySelector("details.menu[open]")) {
    if (always) return;
    end();
    event.preventDefault();
  }
}

if (form && frame) {
  frame.addEventListener("click", onClick);
  document.addEventListener("keydown", onKey, true);
  document.querySelector("[data-start-selecting]")?.addEventListener("click", (event) => {
    event.preventDefault();
    if (isOn()) end();
    else begin();
  });
  form.querySelector("[data-stop-selecting]")?.addEventListener("click", (event) => {
    event.preventDefault();
    end();
  });
  form.addEventListener("change", (event) => {
    if (event.target.matches("[data-all]")) {
      for (const box of boxes()) box.checked = event.target.checked;
    }
    count();
  });
  // A tile unticked while “all” is on means “not all”.
  frame.addEventListener("change", (event) => {
    if (!event.target.checked) form.querySelector("[data-all]").checked = false;
    count();
  });
  form.addEventListener("click", (event) => {
    if (event.target.closest("[aria-disabled=true]")) event.preventDefault();
  });
  // Tiles that arrive while scrolling are part of “all” too.
  document.addEventListener("htmx:afterSwap", () => {
    if (!form.querySelector("[data-all]").checked) return;
    for (const box of boxes()) box.checked = true;
  });
  if (isOn()) begin();
}

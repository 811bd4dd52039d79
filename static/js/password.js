// A button in each password field ([data-password]) that shows what was typed.

import { gettext } from "./i18n.js";

function addButton(input) {
  const frame = document.createElement("span");
  const button = document.createElement("button");
  const label = gettext("Show password");
  frame.className = "password";
  button.type = "button";
  button.className = "icon-button password__show";
  button.title = label;
  button.setAttribute("aria-label", label);
  button.setAttribute("aria-controls", input.id);
  const hadFocus = document.activeElement === input;
  input.replaceWith(frame);
  frame.append(input, button);
  if (hadFocus) input.focus();

  const show = (isShown) => {
    input.type = isShown ? "text" : "password";
    button.setAttribute("aria-pressed", String(isShown));
  };
  show(false);
  button.addEventListener("click", () => show(input.type === "password"));
  // Browsers offer to save passwords, and must not save this one as ordinary text.
  input.form?.addEventListener("submit", () => show(false));
}

for (const input of document.querySelectorAll("[data-password] input[type=password]")) addButton(input);

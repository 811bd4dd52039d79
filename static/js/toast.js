// A small module without side effects, so that any other can import it.

const STAY_MS = 8000;

// Shows a message in the corner and announces it: toast("Copied."), toast("…", "error").
export function toast(words, kind = "") {
  const template = document.getElementById("toast-template");
  const place = document.getElementById("toasts");
  if (!template || !place) return;
  const piece = template.content.firstElementChild.cloneNode(true);
  piece.firstElementChild.textContent = words;
  if (kind) piece.classList.add(`toast--${kind}`);
  // The same message again replaces the first one: several in a stack would cover the page.
  for (const shown of [...place.children]) {
    if (shown.className === piece.className && shown.firstElementChild?.textContent === words) shown.remove();
  }
  place.append(piece);
  if (kind !== "error") fade(piece);
}

// Success messages disappear, but not while hovered or focused; errors stay until closed.
function fade(piece) {
  const leave = () => {
    if (piece.matches(":hover, :focus-within")) setTimeout(leave, STAY_MS);
    else piece.remove();
  };
  setTimeout(leave, STAY_MS);
}

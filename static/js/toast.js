// One small module without effects of its own, so that any other may import it.

const STAY_MS = 8000;

// Says something in the corner and to screen readers: toast("Copied."), toast("…", "error").
export function toast(words, kind = "") {
  const template = document.getElementById("toast-template");
  const place = document.getElementById("toasts");
  if (!template || !place) return;
  const piece = template.content.firstElementChild.cloneNode(true);
  piece.firstElementChild.textContent = words;
  if (kind) piece.classList.add(`toast--${kind}`);
  place.append(piece);
  if (kind !== "error") fade(piece);
}

// Good news goes by itself, but not while somebody is on it; what went wrong stays until closed.
function fade(piece) {
  const leave = () => {
    if (piece.matches(":hover, :focus-within")) setTimeout(leave, STAY_MS);
    else piece.remove();
  };
  setTimeout(leave, STAY_MS);
}

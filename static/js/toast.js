// One small module without effects of its own, so that any other may import it.

// Says something in the corner and to screen readers: toast("Copied."), toast("…", "error").
export function toast(words, kind = "") {
  const template = document.getElementById("toast-template");
  const place = document.getElementById("toasts");
  if (!template || !place) return;
  const piece = template.content.firstElementChild.cloneNode(true);
  piece.firstElementChild.textContent = words;
  if (kind) piece.classList.add(`toast--${kind}`);
  place.append(piece);
}

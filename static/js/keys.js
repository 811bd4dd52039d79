// Keyboard shortcuts: / search, ? help, u upload, arrows between pictures, s similar, Esc back. Pages
// mark their links with data-key-*: "s" follows [data-key-s]; also ArrowLeft, ArrowRight, Escape.

const isTyping = (target) =>
  target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");

const links = () => [...document.querySelectorAll(".grid .tile__link")];

// The tile above or below: the one in the next row whose middle is nearest.
function vertical(all, from, direction) {
  const here = from.getBoundingClientRect();
  const middle = here.left + here.width / 2;
  let best = null;
  let bestRank = Infinity;
  for (const link of all) {
    const box = link.getBoundingClientRect();
    const rows = (box.top - here.top) * direction;
    if (rows < 8) continue;
    const rank = rows * 1000 + Math.abs(box.left + box.width / 2 - middle);
    if (rank < bestRank) [best, bestRank] = [link, rank];
  }
  return best;
}

function moveInGrid(key) {
  const all = links();
  if (!all.length) return false;
  const current = all.indexOf(document.activeElement?.closest?.(".tile")?.querySelector(".tile__link"));
  let next;
  if (current < 0) {
    // The first press enters the grid at the tile in view.
    next = all.find((link) => link.getBoundingClientRect().bottom > 80) ?? all[0];
    if (key === "ArrowUp") return false;
  } else if (key === "ArrowLeft") next = all[current - 1];
  else if (key === "ArrowRight") next = all[current + 1];
  else next = vertical(all, all[current], key === "ArrowDown" ? 1 : -1);
  if (!next) return false;
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
  return true;
}

function follow(name) {
  const place = document.querySelector(`[data-key-${name}]`);
  if (!place) return false;
  place.click();
  return true;
}

function act(event) {
  const tile = document.activeElement?.closest?.(".tile");
  switch (event.key) {
    case "/": {
      const box = document.getElementById("search-words");
      box.focus();
      box.select();
      return true;
    }
    case "?":
      document.getElementById("keys-dialog")?.showModal();
      return true;
    case "u":
      return follow("u");
    case "s":
      if (tile?.dataset.similar) {
        location.assign(tile.dataset.similar);
        return true;
      }
      return follow("s");
    case "ArrowLeft":
    case "ArrowRight":
      return (!tile && follow(event.key.toLowerCase())) || moveInGrid(event.key);
    case "ArrowUp":
    case "ArrowDown":
      // Without a focused picture the page scrolls as usual.
      return tile ? moveInGrid(event.key) : false;
    case "Escape":
      return follow("escape");
    default:
      return false;
  }
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && event.target.matches("#search-words")) {
    event.target.blur();
    return;
  }
  if (document.querySelector("dialog[open]") || isTyping(event.target)) return;
  if (act(event)) event.preventDefault();
});

// Browsers leave a link that is half in view where it is. In rows that scroll sideways that cuts off
// its focus ring.
document.addEventListener("focusin", ({ target }) => {
  if (!target.closest(".grid--strip, .examples") || !target.matches(":focus-visible")) return;
  target.scrollIntoView({ block: "nearest", inline: "nearest" });
});

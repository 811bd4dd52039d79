// After a change of many pictures htmx swaps their tiles in place (gallery/views/swap.py). This moves
// the keyboard focus to the first changed picture that is still there, else to the one after them.

const ticked = (tile) => tile.querySelector(".tile__check input")?.checked;
let changing = []; // ids of the pictures being changed
let next = null; // the tile after them

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (!detail.elt.matches("[data-selection]")) return;
  const tiles = [...document.querySelectorAll(".tile")];
  changing = tiles.filter(ticked).map((tile) => tile.dataset.id);
  const last = tiles.findLastIndex(ticked);
  const others = (some) => some.filter((tile) => !ticked(tile));
  next = others(tiles.slice(last + 1))[0] ?? others(tiles).at(-1);
});

document.addEventListener("semblance:changed", () => {
  const stayed = changing.map((id) => document.querySelector(`.tile[data-id="${CSS.escape(id)}"]`));
  const tile = stayed.find(Boolean) ?? next;
  const target = tile?.querySelector("a.tile__link, .tile__check input");
  if (!target) return;
  target.focus({ preventScroll: true, focusVisible: true });
  target.scrollIntoView({ block: "nearest" });
});

// Gives the boxes that Django's autocomplete draws the name of the field that they stand for.

function nameBoxes() {
  for (const select of document.querySelectorAll("select.admin-autocomplete")) {
    const name = select.getAttribute("aria-label") ?? select.labels?.[0]?.textContent.trim();
    const box = select.parentElement.querySelector(".select2-selection");
    if (!name || !box) continue;
    box.setAttribute("aria-label", name);
    box.removeAttribute("aria-labelledby");
    box.querySelector(".select2-selection__rendered")?.setAttribute("aria-label", name);
  }
}

// Django's scripts draw the boxes when the page has loaded, and again for every row that is added.
addEventListener("load", () => setTimeout(nameBoxes));
document.addEventListener("formset:added", () => setTimeout(nameBoxes));

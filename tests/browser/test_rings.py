"""Focus rings are fully visible: none is clipped by a box or by the window."""

import pytest

from gallery.models import Image

# Each element that Tab reaches, with whatever clips its ring. Chromium paints the ring outside the
# element's own box, so only its ancestors and the window can clip it.
CUT_OFF = """() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const style = getComputedStyle(element);
  if (style.outlineStyle === "none") return "";
  const reach = parseFloat(style.outlineWidth) + parseFloat(style.outlineOffset);
  const box = element.getBoundingClientRect();
  const name = element.outerHTML.slice(0, 90);
  if (box.left - reach < 0 || box.right + reach > innerWidth)
    return `the window: ${name}`;
  let outer = element.parentElement;
  for (; outer && outer !== document.body; outer = outer.parentElement) {
    const { overflowX, overflowY } = getComputedStyle(outer);
    const edge = outer.getBoundingClientRect();
    const isCutX = box.left - reach < edge.left || box.right + reach > edge.right;
    const isCutY = box.top - reach < edge.top || box.bottom + reach > edge.bottom;
    if (overflowX !== "visible" && isCutX) return `sides of ${outer.className}: ${name}`;
    if (overflowY !== "visible" && isCutY) return `top of ${outer.className}: ${name}`;
  }
  return "";
}"""
STOPS = 60


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
@pytest.mark.parametrize(
    "address", ["/", "/search/?q=red&not=blue", "/images/{pk}/", "/collections/", "/upload/"]
)
def test_no_focus_ring_is_clipped(new_page, library, olga, address, phone):
    page = new_page(person=olga, phone=phone)
    page.goto(address.format(pk=Image.objects.newest_first().first().pk))
    page.wait_for_load_state("networkidle")
    clipped = set()
    for _ in range(STOPS):
        page.keyboard.press("Tab")
        cut = page.evaluate(CUT_OFF)
        if cut is None:
            break
        clipped.add(cut)
    assert clipped - {""} == set()


def test_the_header_reappears_for_the_keyboard(new_page, library):
    page = new_page(phone=True)
    page.goto("/")
    page.evaluate("scrollTo(0, 400)")
    link = page.get_by_role("link", name="Collections", exact=True)
    assert link.bounding_box()["y"] < 0
    page.locator("#search-words").focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    page.wait_for_timeout(100)
    assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0

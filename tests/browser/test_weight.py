"""The browser's cost of a page with hundreds of pictures."""

import gzip
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from gallery.models import Image, Visibility
from tests.factories import make_image

TILES = 48
COUNT = """() => {
  const nodes = (root) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_ALL);
    let count = 1;
    while (walker.nextNode()) count += 1;
    return count;
  };
  return Math.max(...[...document.querySelectorAll("main .tile")].map(nodes));
}"""
MAX_ASSET_BYTES = 60_000
# The colour of an icon, and the colour behind it.
SEEN = """icon => {
  const color = (element, part) => getComputedStyle(element, part).backgroundColor;
  const own = color(icon);
  return [color(icon, "::before"), own === "rgba(0, 0, 0, 0)" ? color(document.body) : own];
}"""


@pytest.fixture
def many(library):
    """Create a few dozen pictures without files: no tile waits for its file here."""
    width_height = ((640, 480), (480, 640), (900, 450), (600, 600))
    for number in range(TILES):
        width, height = width_height[number % 4]
        make_image(library, title=f"Picture {number}", width=width, height=height)
    return library


@pytest.mark.parametrize(
    ("address", "person", "limit"),
    [
        ("/", None, 6),  # li, a, svg, img, span and its text
        ("/collections/colours/", "olga", 8),  # and a checkbox in its label
        ("/search/?q=red", None, 13),  # and a bar with the mark and two links
        ("/search/?tag=drawn", None, 11),
    ],
)
def test_a_tile_costs_few_nodes(many, request, new_page, address, person, limit):
    page = new_page(person=person and request.getfixturevalue(person), expect=("404",))
    page.goto(address)
    assert page.evaluate(COUNT) <= limit


def test_distant_tiles_are_not_laid_out_and_nothing_moves(many, new_page):
    page = new_page(expect=("404",))
    page.set_viewport_size({"width": 390, "height": 500})
    page.goto("/")
    last = page.locator("main .tile").last
    visible = "tile => tile.querySelector('img').checkVisibility({ contentVisibilityAuto: true })"
    assert not last.evaluate(visible)
    before = last.bounding_box()
    height = page.evaluate("document.querySelector('#grid').scrollHeight")
    last.scroll_into_view_if_needed()
    page.wait_for_function("() => window.scrollY > 0")
    assert page.locator("main .tile").nth(TILES // 2).evaluate("tile => tile.offsetHeight") > 0
    page.evaluate("window.scrollTo(0, 0)")
    assert page.evaluate("document.querySelector('#grid').scrollHeight") >= height
    assert last.bounding_box()["height"] == pytest.approx(before["height"])
    assert last.evaluate("tile => tile.offsetHeight") > 100


def test_the_copy_that_fits_the_tile_is_loaded(library, new_page):
    image = Image.objects.newest_first().first()
    Image.objects.update(width=1500, height=1000)
    page = new_page()
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto("/")
    link = page.locator(f"#image-{image.pk} img")
    link.evaluate("img => img.decode()")
    assert link.evaluate("img => img.currentSrc.split('/').pop()") == "480.webp"


def test_stylesheet_and_scripts_of_a_page_are_small(library, olga, new_page):
    """The page with the most scripts, compressed as in production."""
    page = new_page(person=olga)
    seen = set()
    page.on("request", lambda request: seen.add(request.url))
    page.goto("/upload/?collection=colours")
    names = {url.partition("/static/")[2] for url in seen if url.endswith((".js", ".css"))}
    packed = {name: len(gzip.compress(Path(finders.find(name)).read_bytes())) for name in names}
    assert any(name.endswith("upload_queue.js") for name in packed)
    assert [name for name in packed if name.endswith(".css")] == ["css/site.css"]
    assert sum(packed.values()) < MAX_ASSET_BYTES, packed


@pytest.mark.parametrize("selector", [".icon-button--more", ".icon-button--less", ".tile__flag"])
def test_tile_icons_are_visible_in_forced_colours(selector, library, olga, new_page):
    library.visibility = Visibility.PRIVATE
    library.save()
    page = new_page(person=olga)
    page.emulate_media(forced_colors="active")
    page.goto("/search/?q=red")
    icon, behind = page.locator(selector).first.evaluate(SEEN)
    assert icon not in {"rgba(0, 0, 0, 0)", behind}

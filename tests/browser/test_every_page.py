"""What every page keeps: a clean console, nothing for axe to find, no sideways scrolling.

The page fixture itself fails a test whose pages had errors, broke the content-security policy or
asked another host for anything.
"""

import pytest

from tests.browser.pages import ADMIN_PAGES, PAGES, fill_library

# Django's own admin pages: its headings skip levels, its tables and colours are not ours to draw.
DJANGO_ADMIN_RULES = ["heading-order", "color-contrast", "region", "landmark-unique"]
# Swagger's own page, drawn by its script.
SWAGGER_RULES = ["color-contrast", "region", "heading-order", "label", "nested-interactive"]


@pytest.fixture
def visit(library, request, new_page):
    """visit(page, …): opens it as whoever looks at it, at desktop or phone width, light or dark."""
    names = fill_library(library)

    def go(page, **look):
        person = request.getfixturevalue(page.who) if page.who else None
        noise = (
            [f"the server responded with a status of {page.status}"] if page.status > 200 else []
        )
        opened = new_page(person=person, expect=noise, **look)
        response = opened.goto(page.address.format(**names), wait_until="networkidle")
        assert response.status == page.status
        return opened

    return go


def violations(page, *, without=()):
    """What axe finds, each as rule, element and advice."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {node['html'][:160]} ({node.get('failureSummary', '')[:300]})"
        for one in found
        if one["id"] not in without
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_axe_finds_nothing(visit, page, dark):
    opened = visit(page, dark=dark)
    without = SWAGGER_RULES if page.name == "api-docs" else ()
    assert not violations(opened, without=without)


@pytest.mark.parametrize("page", ADMIN_PAGES, ids=lambda page: page.name)
def test_admin_pages_are_clean(visit, page):
    assert not violations(visit(page), without=DJANGO_ADMIN_RULES)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_phone_never_scrolls_sideways(visit, page):
    opened = visit(page, phone=True)
    width = opened.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert width[0] <= width[1], _widest(opened)


def _widest(page):
    return page.evaluate(
        """[...document.querySelectorAll("body *")]
          .filter((one) => one.getBoundingClientRect().right > window.innerWidth + 1)
          .map((one) => one.outerHTML.slice(0, 120)).slice(0, 5)"""
    )


@pytest.mark.parametrize("address", ["/", "/search/?q=red", "/collections/colours/"])
def test_nothing_jumps_while_a_page_loads(library, new_page, address):
    page = new_page()
    page.goto(address, wait_until="networkidle")
    page.wait_for_timeout(300)
    assert sum(page.evaluate("window.shifts")) < 0.001


def test_a_full_page_of_pictures_loads_under_60_kilobytes_of_code(library, new_page):
    import gzip

    page, sizes = new_page(), {}

    def weigh(response):
        if response.request.resource_type in {"stylesheet", "script"}:
            sizes[response.url] = len(gzip.compress(response.body()))

    page.on("response", weigh)
    page.goto("/", wait_until="networkidle")
    assert sum(sizes.values()) < 60_000, sizes
    blocking = page.locator("head link[rel=stylesheet]").count()
    assert blocking == 1, "one stylesheet that holds up the first paint"
    assert page.locator("head script:not([defer]):not([type=module]):not([async])").count() == 0


def test_a_page_of_tiles_asks_for_small_copies_not_originals(library, new_page):
    page, pictures = new_page(), []
    page.on("request", lambda one: pictures.append(one.url) if one.resource_type == "image" else 0)
    page.goto("/", wait_until="networkidle")
    tiles = [url for url in pictures if "/pictures/" in url]
    assert len(tiles) == 6
    assert not [url for url in pictures if "original" in url]

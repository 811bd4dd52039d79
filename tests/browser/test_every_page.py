"""Properties of every page: a clean console, no axe findings, no horizontal scrolling.

The page fixture fails a test if a page logged errors, violated the content security policy or sent
a request to another host.
"""

import pytest

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.pages import ADMIN_PAGES, API_DOCS, PAGES, fill_library


@pytest.fixture
def visit(library, request, new_page):
    """Return visit(page), which opens a page as the person who uses it."""
    names = fill_library(library)
    people = {}

    def go(page):
        if page.who not in people:
            person = request.getfixturevalue(page.who) if page.who else None
            people[page.who] = new_page(person=person, expect=["responded with a status of 40"])
        opened = people[page.who]
        opened.set_viewport_size(DESKTOP)
        opened.emulate_media(color_scheme="light", reduced_motion="reduce")
        response = opened.goto(page.address.format(**names), wait_until="networkidle")
        if page.form:
            fields = {name: value.format(**names) for name, value in page.form.items()}
            with opened.expect_navigation(wait_until="networkidle") as sent:
                opened.evaluate(SEND, fields)
            response = sent.value
            assert response.request.method == "POST", f"{page.name} was redirected"
        return opened, response.status

    return go


def problems(visit, page):
    """List everything wrong with a page: its status, axe findings in both themes, and elements that
    overflow on a phone."""
    opened, status = visit(page)
    found = [] if status == page.status else [f"status {status} instead of {page.status}"]
    found += [f"light: {one}" for one in violations(opened)]
    opened.emulate_media(color_scheme="dark", reduced_motion="reduce")
    opened.wait_for_timeout(250)  # Wait until colour transitions have ended.
    found += [f"dark: {one}" for one in violations(opened)]
    opened.set_viewport_size(PHONE)
    opened.wait_for_timeout(100)  # Wait until the page has settled at its new width.
    return found + [f"too wide for a phone: {one}" for one in opened.evaluate(TOO_WIDE)]


# Sends fields from the page as a form would, with the page's token.
SEND = """(fields) => {
  const form = document.createElement("form");
  form.method = "post";
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  for (const [name, value] of Object.entries({ ...fields, csrfmiddlewaretoken: token })) {
    const input = document.createElement("input");
    Object.assign(input, { type: "hidden", name, value });
    form.append(input);
  }
  document.body.append(form);
  form.submit();
}"""

TOO_WIDE = """document.documentElement.scrollWidth <= window.innerWidth ? [] :
  [...document.querySelectorAll("body *")]
    .filter((one) => one.getBoundingClientRect().right > window.innerWidth + 1)
    .map((one) => one.outerHTML.slice(0, 120)).slice(0, 3)"""


def violations(page):
    """Return what axe finds: the rule, the element and the advice for each."""
    from axe_playwright_python.sync_playwright import Axe

    # Preloading would make axe insert style elements, which the content security policy blocks.
    found = Axe().run(page, options={"preload": False}).response["violations"]
    return [
        f"{one['id']}: {node['html'][:160]} ({node.get('failureSummary', '')[:300]})"
        for one in found
        for node in one["nodes"]
    ]


def assert_clean(visit, pages):
    """Check all the pages before failing, and list everything that was found."""
    found = [f"{page.name}: {one}" for page in pages for one in problems(visit, page)]
    assert not found, "\n".join(found)


# Use one library for all pages of a person: filling it takes longer than checking a page.
@pytest.mark.parametrize("who", ["", "olga"], ids=["visitor", "owner"])
def test_pages_are_accessible_and_fit_a_phone(visit, who):
    assert_clean(visit, [page for page in PAGES if page.who == who])


def test_the_api_reference_is_accessible(visit):
    assert_clean(visit, [API_DOCS])


@pytest.mark.parametrize("page", ["admin-user", "admin-group-new"])
def test_no_permission_is_hidden_beside_the_others(visit, page):
    opened, _ = visit(next(one for one in ADMIN_PAGES if one.name == page))
    box = opened.locator("#id_user_permissions, #id_permissions")
    assert box.evaluate("box => box.scrollWidth <= box.clientWidth")


def test_admin_pages_are_accessible(visit):
    assert_clean(visit, ADMIN_PAGES)


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


def test_a_page_of_tiles_requests_small_copies_not_originals(library, new_page):
    page, pictures = new_page(), []
    page.on("request", lambda one: pictures.append(one.url) if one.resource_type == "image" else 0)
    page.goto("/", wait_until="networkidle")
    tiles = [url for url in pictures if "/pictures/" in url]
    assert len(tiles) == 6
    assert not [url for url in pictures if "original" in url]

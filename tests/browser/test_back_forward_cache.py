"""Going back with the browser's back/forward cache, which Playwright turns off unless asked not to:
the page is as it was left, and loaded again if something changed since."""

import pytest
from playwright.sync_api import expect

from gallery.models import Image
from tests.browser.conftest import ARGUMENTS, PATIENCE_MS, add_copies, session_of

FAR = 45  # a picture on the third page


@pytest.fixture
def page(playwright, chromium, olga, library, live_server, settings):
    """Open a page of olga's in a Chromium that keeps pages in the cache, with 100 pictures."""
    settings.SEARCH_PAGE_SIZE = 20
    add_copies(list(library.images.all()), 94)
    browser = playwright.chromium.launch(
        executable_path=chromium,
        args=ARGUMENTS,
        ignore_default_args=["--disable-back-forward-cache"],
    )
    context = browser.new_context(base_url=live_server.url)
    context.set_default_timeout(PATIENCE_MS)
    context.add_cookies([session_of(olga, live_server.url)])
    yield context.new_page()
    browser.close()


def go_back(page, address):
    """Press Back. A page from the cache fires no load event, for which go_back() would wait."""
    page.evaluate("setTimeout(() => history.back())")
    page.wait_for_url(address, wait_until="commit")


def open_far(page):
    """Open a picture far down a collection. Return the collection's primary keys and its height."""
    pks = list(Image.objects.live().newest_first().values_list("pk", flat=True))
    page.goto(f"/collections/colours/?at={pks[FAR]}#image-{pks[FAR]}")
    page.evaluate("window.isKept = true")
    link = page.locator(f"#image-{pks[FAR]}")
    top = link.bounding_box()["y"]
    link.click()
    page.wait_for_url("**/images/**", wait_until="commit")
    return pks, top


def test_back_keeps_the_page_and_the_place(page):
    pks, top = open_far(page)
    page.locator(".stage__back").wait_for()
    go_back(page, "**/collections/**")
    link = page.locator(f"#image-{pks[FAR]}")
    expect(link).to_be_focused()
    assert page.evaluate("window.isKept"), "the page did not come from the cache"
    assert abs(link.bounding_box()["y"] - top) < 2
    page.locator("body").press("ArrowRight")
    expect(page.locator(f"#image-{pks[FAR + 1]}")).to_be_focused()


def test_back_after_the_trash_shows_the_list_without_the_picture(page):
    pks, _top = open_far(page)
    page.locator("[data-edit]").click()
    page.get_by_role("button", name="Move to trash").click()
    page.wait_for_url(f"**/images/{pks[FAR + 1]}/**")
    go_back(page, f"**/images/{pks[FAR]}/**")
    page.get_by_role("button", name="Restore").wait_for()
    go_back(page, "**/collections/**")
    expect(page.locator(f"#image-{pks[FAR]}")).to_have_count(0)
    expect(page.locator(f"#image-{pks[FAR + 1]}")).to_be_focused()
    expect(page.locator(f"#image-{pks[FAR + 1]}")).to_be_in_viewport(ratio=0.9)


def test_back_after_signing_out_shows_nothing_private(page, library):
    library.visibility = "private"
    library.save()
    open_far(page)
    page.locator("header details.menu summary").last.click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(lambda url: "/images/" not in url)
    go_back(page, "**/images/**")
    expect(page.locator(".stage__back")).to_have_count(0)
    go_back(page, "**/collections/**")
    expect(page.locator(".tile")).to_have_count(0)

"""Results: the number of matches is announced, and paging continues after the folded ones."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import add_copies


@pytest.fixture
def many(library, settings):
    """Create a hundred pictures, few of which are red, on pages of twenty."""
    settings.SEARCH_PAGE_SIZE = 20
    others = [image for image in library.images.all() if "red" not in image.title.lower()]
    add_copies(others, 94)
    return library


def test_the_number_of_matches_is_shown_and_announced(many, new_page):
    page = new_page()
    page.goto("/search/?q=red")
    shown = page.locator(".results-bar .status b").inner_text()
    assert "good match" in shown
    assert "less likely" in shown
    expect(page.locator("[data-announce]")).to_contain_text(shown)
    assert page.locator("[data-announce]").get_attribute("role") == "status"


@pytest.mark.parametrize("javascript", [True, False])
def test_a_row_is_in_view_and_the_rest_opens_onto_the_next_page(many, new_page, javascript):
    page = new_page(javascript=javascript)
    page.goto("/search/?q=red")
    fold = page.locator(".fold")
    expect(page.locator(".less-likely > .grid .tile").first).to_be_visible()
    expect(fold.locator(".tile").first).to_be_hidden()
    more = page.get_by_role("link", name="More results")
    expect(more).to_be_hidden()
    fold.locator("summary").press("Enter")
    expect(fold.locator(".tile").first).to_be_visible()
    expect(page.get_by_text("Show fewer")).to_be_visible()
    first = page.locator(".tile").evaluate_all("tiles => tiles.map((tile) => tile.dataset.id)")
    more.click()
    page.wait_for_url("**page=2**")
    second = page.locator(".tile").evaluate_all("tiles => tiles.map((tile) => tile.dataset.id)")
    assert not set(first) & set(second)
    assert page.locator(".fold").count() == 0

"""Filter menus in the browser: every count is correct, and no choice leads to an empty page."""

import re
from urllib.parse import urljoin

import pytest
from playwright.sync_api import expect

from gallery.models import Image
from tests.browser.test_every_page import violations


@pytest.fixture
def pictures(library):
    """Return the six colours, from three different years."""
    for number, image in enumerate(library.images.order_by("pk")):
        taken = image.created_at.replace(year=2016 + 4 * (number % 3), month=6, day=1)
        Image.objects.filter(pk=image.pk).update(taken_at=taken)
    return library


def menu(page, label):
    """Open a menu and return its entries."""
    found = page.locator("details.menu", has=page.locator("summary", has_text=label))
    if found.get_attribute("open") is None:
        found.locator("summary").click()
    return found.locator(".menu__panel > a")


def choices(page, label):
    """Return the name, the number and the URL of each entry."""
    found = []
    for entry in menu(page, label).all():
        name = entry.locator(".row__grow").inner_text()
        number = int(entry.locator(".menu__count").inner_text())
        found.append((name, number, urljoin(page.url, entry.get_attribute("href"))))
    return found


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("start", ["/", "/collections/colours/"])
def test_no_choice_is_a_dead_end(pictures, new_page, start, javascript):
    page = new_page(javascript=javascript)
    page.goto(start)
    assert [name for name, *_ in choices(page, "Date")] == ["2024", "2020", "2016"]
    menu(page, "Tag").filter(has_text="red").click()
    page.wait_for_url("**tag=red**")
    assert {name: number for name, number, _ in choices(page, "Tag")} == {"drawn": 1, "red": 1}
    page.goto(f"{start}?orientation=landscape")
    for label in ("Tag", "Date", "Shape"):
        for name, number, address in choices(page, label):
            other = page.context.new_page()
            other.goto(address)
            # The active shape links to the page without it, which shows all six pictures.
            expected = number if "orientation" in address else 6
            expect(other.locator(".tile"), f"{label}: {name}").to_have_count(expected)
            other.close()


def test_an_active_choice_can_be_removed_in_its_menu(pictures, new_page):
    page = new_page(phone=True)
    page.goto("/?year=2016&tag=lion")
    expect(page.get_by_role("heading", name="No pictures match these filters")).to_be_visible()
    chosen = menu(page, "Tag").filter(has_text="lion")
    expect(chosen).to_have_attribute("aria-current", "true")
    expect(chosen).to_have_accessible_name(re.compile(r"lion\s+0 pictures"))
    chosen.click()
    page.wait_for_url("**/?year=2016")
    expect(page.locator(".tile")).to_have_count(2)


def test_a_search_counts_what_it_searches_and_explains_the_numbers(pictures, new_page):
    page = new_page()
    page.goto("/search/?q=red&year=2016")
    assert {number for *_, number, _ in choices(page, "Date")} == {2}
    note = page.locator("details[open]").get_by_text("not just the results of this search")
    expect(note).to_be_visible()


@pytest.mark.parametrize("dark", [False, True])
def test_open_menus_are_accessible(pictures, new_page, dark):
    page = new_page(dark=dark)
    page.goto("/search/?q=red&year=2016")
    for label in ("Tag", "Date"):
        menu(page, label)
        assert violations(page) == []

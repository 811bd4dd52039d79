"""Small details of pages in Chromium: passwords, links, hints, spacing and selected options."""

import re

import pytest

from gallery.models import Image


@pytest.fixture
def picture(library):
    """Return the newest picture of the library."""
    return Image.objects.live().newest_first().first()


@pytest.mark.parametrize("address", ["/accounts/login/", "/accounts/password_change/"])
def test_typed_passwords_can_be_shown(new_page, olga, address):
    page = new_page(person=olga if "change" in address else None)
    page.goto(address)
    fields = page.locator("input[type=password]")
    count = fields.count()
    buttons = page.get_by_role("button", name="Show password")
    assert buttons.count() == count
    buttons.first.click()
    assert fields.count() == count - 1
    assert buttons.first.get_attribute("aria-pressed") == "true"


def test_links_to_results_and_pictures_are_copied(new_page, live_server, picture):
    page = new_page()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    for address, copied in (
        ("/search/?q=red&page=1&junk=1", "/search/?q=red"),
        (f"/images/{picture.pk}/?from=x", f"/images/{picture.pk}/"),
    ):
        page.goto(address)
        page.get_by_role("button", name=re.compile("Copy the link")).click()
        page.get_by_text("Link copied", exact=True).wait_for()
        assert page.evaluate("navigator.clipboard.readText()") == live_server.url + copied


def test_the_search_box_explains_how_to_exclude_something(new_page, library):
    page = new_page()
    page.goto("/")
    hint = page.locator("#search-hint")
    assert hint.is_hidden()
    page.keyboard.press("/")
    assert hint.is_visible()
    assert "beach -people" in hint.inner_text()
    assert page.locator("#search-words").get_attribute("aria-describedby") == "search-hint"
    page.keyboard.press("Escape")
    assert hint.is_hidden()
    page.keyboard.press("?")
    assert page.locator("#keys-dialog").get_by_text("beach -people").is_visible()


def test_a_message_keeps_a_gap(new_page, library):
    """The form below a message keeps a gap on pages that define none of their own."""
    page = new_page(expect=["400 (Bad Request)"])
    page.goto("/search/picture/")
    page.locator("#page-picture").evaluate("field => field.required = false")
    page.get_by_role("main").get_by_role("button", name="Search").click()
    alert = page.get_by_role("alert")
    alert.wait_for()
    distance = """alert => alert.nextElementSibling.getBoundingClientRect().top
        - alert.getBoundingClientRect().bottom"""
    assert alert.evaluate(distance) >= 12


def test_the_chosen_order_shows_in_forced_colours(new_page, library):
    page = new_page()
    page.emulate_media(forced_colors="active")
    page.goto("/search/?q=red&sort=date")
    colour = "link => getComputedStyle(link).backgroundColor"
    chosen, other = (
        page.get_by_role("link", name=name).evaluate(colour) for name in ("Newest", "Relevance")
    )
    assert chosen != other


def offered_after(page, field, letters):
    """Return the tags that the page offers for these letters."""
    field.click()
    field.press("End")
    field.press_sequentially(letters)
    page.get_by_role("listbox", name="Tags").wait_for()
    return page.get_by_role("listbox", name="Tags").get_by_role("option").all_inner_texts()


def test_tags_are_completed_where_they_are_edited(new_page, picture, olga):
    page = new_page(person=olga)
    page.goto(f"/images/{picture.pk}/")
    page.locator("[data-edit]").click()
    field = page.locator("#edit-tags")
    assert offered_after(page, field, ", gr") == ["green"]
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert field.input_value() == ", ".join([*picture.tags, "green", ""])
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved.").wait_for()
    picture.refresh_from_db()
    assert "green" in picture.tags


def test_tags_of_many_pictures_are_completed_in_the_menu(new_page, library, olga):
    page = new_page(person=olga)
    page.goto("/collections/colours/")
    page.locator("[data-start-selecting]").click()
    page.locator(".tile").first.click()
    page.locator("#selection summary", has_text="Tag").click()
    assert offered_after(page, page.locator("#selection-tags"), "yel") == ["yellow"]
    page.get_by_role("option", name="yellow").click()
    assert page.locator("#selection-tags").input_value() == "yellow, "
    assert page.locator("#selection-tags").is_visible()


@pytest.mark.parametrize("address", ["/", "/search/?q=red"])
def test_phones_show_two_pictures_in_each_row(new_page, library, address):
    page = new_page(phone=True)
    page.goto(address)
    for width in (320, 360, 390, 430):
        page.set_viewport_size({"width": width, "height": 844})
        boxes = page.locator("#grid > .tile .tile__link").evaluate_all(
            "links => links.map((l) => l.getBoundingClientRect()).map((b) => [b.top, b.height])"
        )
        rows = {}
        for top, height in boxes:
            rows.setdefault(round(top), []).append(height)
        sizes = [len(row) for row in rows.values()]
        assert set(sizes[:-1]) == {2} and sizes[-1] <= 2, (width, sizes)
        assert all(max(row) - min(row) < 1 for row in rows.values()), (width, rows)
        assert page.evaluate("document.documentElement.scrollWidth") <= width

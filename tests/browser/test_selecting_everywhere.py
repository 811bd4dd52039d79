"""Selecting in every list: browse, search results, and a collection that is only visible."""

import io
import re
import zipfile

import pytest
from playwright.sync_api import expect

from gallery.models import Image, Visibility
from tests.browser.conftest import add_copies, add_pictures
from tests.factories import make_collection


@pytest.fixture
def mixed(library, stranger):
    """Add two pictures of the stranger's own to the six of olga's library."""
    own = make_collection(stranger, "Mine", visibility=Visibility.PUBLIC)
    add_pictures(own, "pink", "teal")
    return own


def count(page):
    return page.locator("[data-count]")


def choose(page, action, collection):
    """Open the menu of collections and choose one."""
    page.locator(".selection summary", has_text="Move").click()
    page.get_by_label("Collection", exact=True).select_option(label=f"{collection} (public)")
    page.locator(f".selection__panel button[value={action}]").click()


def test_browse_counts_view_only_pictures_and_changes_only_the_rest(mixed, stranger, new_page):
    page = new_page(person=stranger)
    page.goto("/")
    page.get_by_role("link", name="Select").click()
    page.get_by_label("All 8").check()
    expect(count(page)).to_have_text("8 pictures selected; you can’t edit 6 of them")
    page.get_by_role("button", name="Delete").click()
    expect(page.locator(".undo")).to_contain_text(
        "2 pictures moved to the trash. 6 weren’t changed because you can’t edit them."
    )
    expect(page.locator(".tile")).to_have_count(6)
    expect(page.locator("#facts")).to_contain_text("6 pictures")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".tile")).to_have_count(8)


def test_without_an_editable_picture_only_copies_and_downloads_are_offered(
    mixed, stranger, new_page
):
    page = new_page(person=stranger)
    page.goto("/")
    page.keyboard.press("x")
    page.get_by_label("Select A red picture").check()
    expect(count(page)).to_have_text("1 picture selected; you can’t edit it")
    for name, disabled in (("Delete", "true"), ("Download", "false")):
        button = page.locator(".selection").get_by_role("button", name=name)
        expect(button).to_have_attribute("aria-disabled", disabled)


def test_search_results_are_copied_with_undo(mixed, stranger, new_page):
    page = new_page(person=stranger)
    page.goto("/search/?q=red")
    page.get_by_role("link", name="Select").click()
    page.get_by_label("Select A red picture").check()
    choose(page, "copy", "Mine")
    expect(page.locator(".undo")).to_contain_text("1 picture copied to Mine.")
    copy = mixed.images.get(original_name="red.jpg")
    assert copy.embeddings.count() == 1
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".toasts")).to_contain_text("1 copy deleted")
    assert mixed.images.count() == 2


def test_results_are_changed_in_place_and_keep_their_match_labels(library, olga, new_page):
    page = new_page(person=olga)
    page.goto("/search/?q=red")
    page.keyboard.press("x")
    page.get_by_label("Select A red picture").check()
    page.locator(".selection summary", has_text="Tag").click()
    page.get_by_label("Tags, comma-separated").fill("warm")
    page.locator(".selection__panel button[value=tag]").click()
    expect(page.locator(".undo")).to_contain_text("1 picture tagged.")
    tile = page.locator(f".tile[data-id='{Image.objects.get(title='A red picture').pk}']")
    expect(tile.locator(".icon-button--more")).to_have_count(1)
    assert "/search/" in page.url


def test_view_only_pictures_can_be_downloaded(mixed, stranger, new_page):
    page = new_page(person=stranger)
    page.goto("/collections/colours/")
    page.get_by_role("link", name="Select").click()
    page.get_by_label("All 6").check()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    assert download.value.suggested_filename == "colours.zip"
    names = zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes())).namelist()
    assert sorted(names) == sorted(f"{c}.jpg" for c in (
        "red", "green", "blue", "yellow", "orange", "purple"
    ))  # fmt: skip
    expect(count(page)).to_contain_text("6 pictures selected")


def test_all_of_a_search_is_every_good_match_of_all_pages(library, olga, new_page, settings):
    settings.SEARCH_PAGE_SIZE = 6
    add_copies(list(library.images.filter(title="A red picture")), 9)
    page = new_page(person=olga)
    page.goto("/search/?q=red")
    page.get_by_role("link", name="Select").click()
    page.get_by_label("All 10 good matches").check()
    expect(count(page)).to_have_text("10 pictures selected")
    assert page.locator(".tile__check :checked").count() == 6
    page.locator("#grid .tile__link").first.click()
    expect(count(page)).to_have_text("5 pictures selected")
    page.get_by_label("All 10 good matches").check()
    page.locator(".selection summary", has_text="Tag").click()
    page.get_by_label("Tags, comma-separated").fill("warm")
    page.locator(".selection__panel button[value=tag]").click()
    expect(page.locator(".undo")).to_contain_text("10 pictures tagged.")
    assert Image.objects.filter(tags__contains=["warm"]).count() == 10
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".toasts")).to_contain_text("10 pictures restored")
    # After a deletion the new numbers are announced.
    announced = page.locator("[data-announce]")
    expect(announced).to_contain_text("10 good matches")
    page.get_by_role("link", name="Select").click()
    page.locator("#grid .tile__link").first.click()
    page.get_by_role("button", name="Delete").click()
    expect(announced).to_have_text(re.compile("^9 good matches, [0-9]+ less likely[.]$"))
    # A page without good matches offers what it shows.
    page.goto("/search/?q=red&page=3")
    page.get_by_role("link", name="Select").click()
    page.get_by_label("All on this page").check()
    expect(count(page)).to_have_text("2 pictures selected")


def test_without_javascript_all_good_matches_are_downloaded(library, olga, new_page, settings):
    settings.SEARCH_PAGE_SIZE = 4
    add_copies(list(library.images.filter(title="A red picture")), 9)
    page = new_page(person=olga, javascript=False)
    page.goto("/search/?q=red&select=1")
    page.get_by_label("All 10 good matches").check()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    assert len(zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes())).namelist()) == 10


def test_without_javascript_results_are_selected_and_moved(mixed, stranger, new_page):
    page = new_page(person=stranger, javascript=False)
    page.goto("/search/?q=pink")
    page.get_by_role("link", name="Select").click()
    page.get_by_label("Select A pink picture").check()
    page.get_by_role("button", name="Delete").click()
    expect(page.locator(".undo")).to_contain_text("1 picture moved to the trash.")
    assert "q=pink" in page.url


def test_a_picture_moves_from_its_own_page_and_back(mixed, stranger, new_page):
    other = make_collection(stranger, "Other", visibility=Visibility.PUBLIC)
    image = mixed.images.get(original_name="pink.jpg")
    page = new_page(person=stranger)
    page.goto(f"/images/{image.pk}/")
    page.locator(".details__actions summary", has_text="Move").click()
    page.get_by_label("Collection", exact=True).select_option(label="Other (public)")
    page.locator(".details__actions button[value=move]").click()
    expect(page.locator(".undo")).to_contain_text("1 picture moved to Other.")
    assert other.images.get() == image
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".toasts")).to_contain_text("Undone")
    assert page.url.endswith(f"/images/{image.pk}/")
    image.refresh_from_db()
    assert image.collection == mixed

"""Editing pictures and collection settings: nothing moves and nothing is lost."""

import pytest
from playwright.sync_api import expect

from gallery.library.trash import trash_images
from gallery.models import Image
from tests.browser.conftest import PHONE
from tests.factories import make_collection, make_image


@pytest.fixture
def picture(library):
    """Return the newest picture of the library, with a caption of several lines."""
    image = Image.objects.live().newest_first().first()
    Image.objects.filter(pk=image.pk).update(caption="A long caption. " * 40)
    return image


def box(page, name):
    return page.locator(".details__actions").get_by_text(name, exact=True).bounding_box()


def is_in_view(page, locator):
    found, height = locator.bounding_box(), page.viewport_size["height"]
    return found["y"] >= 0 and found["y"] + found["height"] <= height


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_edit_leaves_the_buttons_where_they_are_and_shows_save(picture, olga, new_page, phone):
    page = new_page(person=olga, phone=phone)
    page.set_viewport_size(PHONE if phone else {"width": 1280, "height": 800})
    page.goto(f"/images/{picture.pk}/")
    edit = page.locator("[data-edit]")
    edit.scroll_into_view_if_needed()
    x = {name: box(page, name)["x"] for name in ("Edit", "Download")}
    apart = box(page, "Edit")["y"] - box(page, "Download")["y"]
    before = box(page, "Edit")["y"]
    edit.click()
    expect(page.get_by_label("Title")).to_be_focused()
    assert {name: box(page, name)["x"] for name in x} == x
    assert box(page, "Edit")["y"] - box(page, "Download")["y"] == apart
    if not phone:
        assert box(page, "Edit")["y"] == before
    assert is_in_view(page, page.get_by_label("Title"))
    assert is_in_view(page, page.get_by_role("button", name="Save"))


def test_escape_and_cancel_close_the_form_without_changes(picture, olga, new_page):
    page = new_page(person=olga)
    page.goto(f"/images/{picture.pk}/")
    for close in (
        lambda: page.keyboard.press("Escape"),
        lambda: page.get_by_role("link", name="Cancel").click(),
    ):
        page.locator("[data-edit]").click()
        page.get_by_label("Title").fill("Something else")
        close()
        expect(page.locator("#edit")).to_be_hidden()
        expect(page.locator("[data-edit]")).to_be_focused()
        expect(page.locator("[data-edit]")).to_have_attribute("aria-expanded", "false")
    page.locator("[data-edit]").click()
    expect(page.get_by_label("Title")).to_have_value(picture.title)
    assert f"/images/{picture.pk}/" in page.url


def test_a_picture_in_the_trash_is_restored_from_its_own_page(picture, olga, new_page):
    trash_images(Image.objects.filter(pk=picture.pk), by=olga)
    page = new_page(person=olga)
    page.goto(f"/images/{picture.pk}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("This picture is in the trash")
    page.get_by_role("button", name="Restore").click()
    expect(page.locator(".undo")).to_contain_text("1 picture restored.")
    expect(page.get_by_role("heading", level=1)).to_have_text(picture.title)


def test_a_refused_member_is_explained_beside_the_field(library, olga, new_page):
    page = new_page(person=olga, expect=("422",))
    page.goto("/collections/colours/settings/")
    page.get_by_label("User name").fill("olgaa")
    page.get_by_role("button", name="Add").click()
    field = page.get_by_label("User name")
    expect(field).to_have_value("olgaa")
    expect(field).to_have_attribute("aria-invalid", "true")
    error = page.locator(".members__add .errorlist")
    expect(error).to_contain_text("No user named “olgaa”")
    assert abs(error.bounding_box()["y"] - field.bounding_box()["y"]) < 60
    assert is_in_view(page, error)


@pytest.mark.parametrize("javascript", [True, False])
def test_publishing_shows_how_many_pictures_become_public(library, olga, new_page, javascript):
    private = make_collection(olga, "Diary")
    for _ in range(31):
        make_image(private)
    page = new_page(person=olga, javascript=javascript, expect=("404",))
    page.goto(f"/collections/{private.slug}/settings/")
    page.get_by_label("Public: anyone").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Make Diary public?")
    private.refresh_from_db()
    assert not private.is_public
    page.get_by_role("button", name="Make 31 pictures public").click()
    expect(page.locator(".toasts")).to_contain_text("Saved.")
    private.refresh_from_db()
    assert private.is_public


def test_the_search_box_shows_its_scope(library, olga, new_page):
    page = new_page()
    page.goto("/collections/colours/")
    scope = page.get_by_label("Search in")
    expect(scope).to_have_value("colours")
    page.get_by_role("searchbox").fill("red")
    page.get_by_role("searchbox").press("Enter")
    page.wait_for_url("**/search/?**")
    assert "collection=colours" in page.url
    expect(scope).to_have_value("colours")
    scope.select_option(label="All pictures")
    page.get_by_role("searchbox").press("Enter")
    page.wait_for_url(lambda url: "collection=" not in url)
    assert "q=red" in page.url

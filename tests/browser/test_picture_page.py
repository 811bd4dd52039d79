"""The page of a picture in Chromium: every way to zoom, searching for a part, editing, undo."""

import re

import pytest

from gallery.models import Image, QueryImage
from tests.browser.conftest import add_pictures


@pytest.fixture
def picture(library):
    """Return the newest picture of the library."""
    return Image.objects.live().newest_first().first()


def width_of(page):
    """Return the width of the zoomed picture on the screen."""
    return page.locator(".zoom__area img").evaluate("image => image.getBoundingClientRect().width")


def open_zoom(page, picture):
    page.goto(f"/images/{picture.pk}/")
    page.locator(".stage__bar [data-zoom]").click()
    page.locator(".zoom__area img").wait_for()
    page.wait_for_timeout(300)
    return width_of(page)


def test_keys_and_clicks_and_the_wheel_zoom(new_page, picture):
    page = new_page()
    whole = open_zoom(page, picture)
    page.keyboard.press("+")
    assert width_of(page) == pytest.approx(1.5 * whole, rel=0.02)
    page.keyboard.press("0")
    assert width_of(page) == pytest.approx(whole, rel=0.02)
    page.mouse.click(600, 450)
    assert width_of(page) >= 1.9 * whole
    page.mouse.click(600, 450)
    assert width_of(page) == pytest.approx(whole, rel=0.02)
    page.mouse.wheel(0, -300)
    page.wait_for_timeout(100)
    assert width_of(page) > 1.2 * whole
    page.keyboard.press("Escape")
    assert not page.locator("#zoom-dialog").evaluate("dialog => dialog.open")
    assert page.url.endswith(f"/images/{picture.pk}/")


def zoomed(page):
    """Return the width in pixels of the file that the zoom shows, and its source."""
    return page.locator(".zoom__area img").evaluate("image => [image.naturalWidth, image.src]")


def test_zooming_in_loads_the_original_of_a_large_picture(new_page, library):
    large = add_pictures(library, "red", size=(3200, 2400))[0]
    page = new_page()
    open_zoom(page, large)
    assert zoomed(page)[0] == 1600
    page.mouse.click(640, 400)
    page.wait_for_function("() => document.querySelector('.zoom__area img').naturalWidth === 3200")
    assert zoomed(page)[1].endswith(f"/images/{large.pk}/original")
    assert width_of(page) == pytest.approx(3200, rel=0.01)


@pytest.mark.parametrize("size", [(300, 200), (500, 400), (1000, 700)])
def test_the_zoom_is_never_smaller_than_the_picture_on_the_page(new_page, library, size):
    small = add_pictures(library, "red", size=size)[0]
    page = new_page()
    page.goto(f"/images/{small.pk}/")
    shown = page.locator(".stage__picture > img").evaluate(
        """image => {
            const box = image.getBoundingClientRect();
            const [width, height] = [image.getAttribute("width"), image.getAttribute("height")];
            const held = Math.min(box.width, box.height * width / height);
            const isSmall = getComputedStyle(image).objectFit === "scale-down";
            return isSmall ? Math.min(held, width) : held;
        }"""
    )
    assert open_zoom(page, small) >= shown - 1
    assert "original" not in zoomed(page)[1]


def test_the_point_under_the_pointer_stays_in_place(new_page, picture):
    page = new_page()
    open_zoom(page, picture)
    share = """image => {
        const box = image.getBoundingClientRect();
        return [(640 - box.left) / box.width, (400 - box.top) / box.height];
    }"""
    page.mouse.click(640, 400)
    before = page.locator(".zoom__area img").evaluate(share)
    page.mouse.move(640, 400)
    page.mouse.wheel(0, -150)
    page.wait_for_timeout(100)
    assert page.locator(".zoom__area img").evaluate(share) == pytest.approx(before, abs=0.02)


def drag_a_rectangle(page):
    box = page.locator("[data-part-area]").bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(middle[0] - 60, middle[1] - 60)
    page.mouse.down()
    page.mouse.move(middle[0] + 60, middle[1] + 40, steps=4)
    page.mouse.up()


def by_keys(page):
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Enter")


@pytest.mark.parametrize("how", [drag_a_rectangle, by_keys])
def test_part_of_a_picture_can_be_searched_for(new_page, picture, how):
    page = new_page()
    page.goto(f"/images/{picture.pk}/")
    page.get_by_role("button", name="Search for a part of the picture").click()
    how(page)
    page.wait_for_url(re.compile(r"/search/\?picture="))
    assert QueryImage.objects.count() == 1
    assert page.get_by_text(f"Part of {picture.display_title}").first.is_visible()


def test_escape_cancels_the_rectangle_before_leaving_the_page(new_page, picture):
    page = new_page()
    page.goto(f"/images/{picture.pk}/")
    button = page.get_by_role("button", name="Search for a part of the picture")
    button.click()
    page.keyboard.press("Escape")
    assert page.locator("[data-part-area]").is_hidden()
    assert button.evaluate("button => button === document.activeElement")
    assert page.url.endswith(f"/images/{picture.pk}/")


def test_editing_in_place_confirms_and_keeps_the_focus(new_page, picture, olga):
    page = new_page(person=olga)
    page.goto(f"/images/{picture.pk}/")
    page.locator("[data-edit]").click()
    page.get_by_label("Title").fill("Renamed")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="Renamed").wait_for()
    page.get_by_text("Saved.").wait_for()
    assert page.title().startswith("Renamed · ")
    assert page.evaluate("document.activeElement.textContent.trim()") == "Edit"
    picture.refresh_from_db()
    assert picture.title == "Renamed"


def test_moving_to_the_trash_offers_undo(new_page, picture, olga):
    page = new_page(person=olga)
    page.goto(f"/images/{picture.pk}/")
    page.locator("[data-edit]").click()
    page.get_by_role("button", name="Move to trash").click()
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Undo").wait_for(state="detached")
    picture.refresh_from_db()
    assert picture.deleted_at is None

"""Selecting pictures: counts, ranges, “all”, and preventing a click from opening a picture."""

import pytest

from tests.browser.scripts.conftest import hash_of

BAR = """
<button data-start-selecting>Select</button>
<form data-selection data-total="120" hidden><span data-count></span>
<input type="checkbox" name="all" data-all><button type="button" data-stop-selecting>Done</button>
<button type="submit" data-act>Delete</button></form>
"""
TILE = """<li class="tile"><a class="tile__link" href="#opened-{n}">Picture {n}</a>
<label class="tile__check"><input type="checkbox" id="box{n}"></label></li>"""


@pytest.fixture
def start(script_page):
    """Return start(frame), which opens a page with five pictures; `frame` is their list's
    attributes."""

    def begin(frame="data-selecting"):
        tiles = "".join(TILE.format(n=n) for n in range(5))
        page = script_page(f"{BAR}<ul {frame}>{tiles}</ul>")
        page.run('await import("/js/selection.js");')
        return page

    return begin


def ticked(page):
    return page.evaluate(
        "[...document.querySelectorAll('.tile')].map((t) => +t.querySelector('input').checked)"
    )


def words(page):
    return page.locator("[data-count]").inner_text()


def test_a_click_opens_a_picture_or_selects_it_in_selection_mode(start):
    page = start()
    page.get_by_text("Picture 1").click()
    assert hash_of(page) == "#opened-1"
    page.get_by_text("Select", exact=True).click()
    assert words(page) == "Select pictures"
    page.get_by_text("Picture 2").click()
    assert hash_of(page) == "#opened-1"
    assert ticked(page) == [0, 0, 1, 0, 0]
    assert words(page) == "1 picture selected"


def test_shift_click_selects_every_picture_between(start):
    page = start()
    page.get_by_text("Select", exact=True).click()
    page.get_by_text("Picture 3").click()
    page.get_by_text("Picture 1").click(modifiers=["Shift"])
    assert ticked(page) == [0, 1, 1, 1, 0]
    assert words(page) == "3 pictures selected"


def test_all_shows_the_servers_count_until_one_is_deselected(start):
    page = start()
    page.get_by_text("Select", exact=True).click()
    page.locator("[data-all]").check()
    assert words(page) == "120 pictures selected"
    assert ticked(page) == [1] * 5
    page.locator("#box2").uncheck()
    assert words(page) == "4 pictures selected"
    assert not page.locator("[data-all]").is_checked()


@pytest.mark.parametrize("how", ["picture", "key", "range"])
def test_however_a_picture_is_deselected_all_is_off(start, how):
    page = start()
    page.get_by_text("Select", exact=True).click()
    page.locator("[data-all]").check()
    if how == "picture":
        page.get_by_text("Picture 2").click()
    elif how == "key":
        page.get_by_text("Picture 2").focus()
        page.keyboard.press("x")
    else:
        page.get_by_text("Picture 2").click()
        page.get_by_text("Picture 3").click(modifiers=["Shift"])
    assert not page.locator("[data-all]").is_checked()
    assert words(page) == ("3" if how == "range" else "4") + " pictures selected"


def test_all_good_matches_and_others_selected_besides(start):
    page = start()
    page.evaluate("document.querySelector('[data-all]').dataset.all = '.good'")
    page.evaluate("document.querySelector('.tile').classList.add('good')")
    page.get_by_text("Select", exact=True).click()
    page.locator("[data-all]").check()
    assert ticked(page) == [1, 0, 0, 0, 0]
    page.get_by_text("Picture 4").click()
    assert words(page) == "121 pictures selected"
    page.get_by_text("Picture 4").click()
    assert words(page) == "120 pictures selected"


def test_x_starts_and_selects_and_escape_stops(start):
    page = start()
    page.get_by_text("Picture 2").focus()
    page.keyboard.press("x")
    assert words(page) == "1 picture selected"
    page.keyboard.press("Escape")
    assert ticked(page) == [0] * 5
    assert page.locator("form").is_hidden()


def test_actions_are_disabled_without_a_selection(start):
    page = start()
    page.get_by_text("Select", exact=True).click()
    delete = page.locator("[data-act]")
    assert delete.get_attribute("aria-disabled") == "true"
    page.get_by_text("Picture 2").click()
    assert delete.get_attribute("aria-disabled") == "false"


def test_done_only_clears_the_selection_where_selection_mode_is_permanent(start):
    page = start('class="is-selecting" data-selecting data-always')
    page.get_by_text("Picture 2").click()
    page.get_by_text("Done").click()
    assert ticked(page) == [0] * 5
    assert page.locator("form").is_visible()


def test_pictures_added_while_all_is_on_are_selected_too(start):
    page = start()
    page.get_by_text("Select", exact=True).click()
    page.locator("[data-all]").check()
    page.evaluate(
        """tile => {
        document.querySelector("ul").insertAdjacentHTML("beforeend", tile);
        document.dispatchEvent(new Event("htmx:afterSwap"));
    }""",
        TILE.format(n=5),
    )
    assert ticked(page) == [1] * 6

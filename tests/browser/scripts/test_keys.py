"""Keyboard shortcuts: inactive while people type, and never replacing the browser's own."""

import pytest

from tests.browser.scripts.conftest import hash_of

PAGE = """
<input id="search-words"><dialog id="keys-dialog"><button>Close</button></dialog>
<a data-key-u href="#upload">Upload</a><a data-key-s href="#similar">Similar</a>
<a data-key-escape href="#back">Back</a>
<style>.grid { width: 300px; display: flex; flex-wrap: wrap; padding: 0; margin: 90px 0 0 }
.tile { width: 100px; height: 100px; list-style: none }
.tile__link { display: block; height: 100px }</style>
"""
TILE = """<li class="tile" data-similar="#like-{n}">
<a class="tile__link" href="#{n}" id="t{n}">{n}</a></li>"""
TILES = "".join(TILE.format(n=n) for n in range(6))


@pytest.fixture
def page(script_page):
    """Open a page with a search box, a dialog and two rows of three pictures."""
    opened = script_page(f'{PAGE}<ul class="grid">{TILES}</ul>')
    opened.run('await import("/js/keys.js");')
    return opened


def focused(page):
    return page.evaluate("document.activeElement.id")


def test_slash_goes_to_the_search_box_and_escape_leaves_it(page):
    page.keyboard.press("/")
    assert focused(page) == "search-words"
    page.keyboard.press("u")
    assert page.input_value("#search-words") == "u"
    page.keyboard.press("Escape")
    assert focused(page) == ""


def test_arrow_keys_move_between_pictures(page):
    page.keyboard.press("ArrowRight")
    assert focused(page) == "t0"
    for key, where in (
        ("ArrowRight", "t1"), ("ArrowDown", "t4"), ("ArrowLeft", "t3"), ("ArrowUp", "t0"),
        ("ArrowUp", "t0"), ("ArrowLeft", "t0"),
    ):  # fmt: skip
        page.keyboard.press(key)
        assert focused(page) == where


@pytest.mark.parametrize(
    ("key", "address"), [("u", "upload"), ("s", "similar"), ("Escape", "back")]
)
def test_a_shortcut_opens_the_link_that_the_page_marks_for_it(page, key, address):
    page.keyboard.press(key)
    assert hash_of(page) == f"#{address}"


def test_s_on_a_picture_searches_for_similar_ones(page):
    page.locator("#t2").focus()
    page.keyboard.press("s")
    assert hash_of(page) == "#like-2"


def test_question_mark_opens_the_list_of_shortcuts_and_disables_the_others(page):
    page.keyboard.press("?")
    assert page.locator("#keys-dialog").is_visible()
    page.keyboard.press("u")
    assert hash_of(page) != "#upload"


def test_browser_shortcuts_are_not_intercepted(page):
    page.keyboard.press("Control+u")
    assert hash_of(page) != "#upload"

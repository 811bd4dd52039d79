"""Going back keeps the reader's place: in lists, among similar pictures, after a reload, with a
shared link, and without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

from gallery.models import Image
from tests.browser.conftest import add_copies

PAGE_SIZE = 20
FAR = 70  # a picture on the fourth page


@pytest.fixture
def pictures(library, settings):
    """Return the primary keys of a hundred pictures in browse order, on pages of twenty."""
    settings.SEARCH_PAGE_SIZE = PAGE_SIZE
    add_copies(list(library.images.all()), 94)
    return list(Image.objects.newest_first().values_list("pk", flat=True))


def link_to(page, pk):
    """Return the link of a picture's tile."""
    return page.locator(f".tile__link#image-{pk}")


def scroll_to(page, pk):
    """Scroll down until a picture is loaded and in view."""
    for _ in range(40):
        if link_to(page, pk).count():
            break
        page.mouse.wheel(0, 1500)
        page.wait_for_timeout(150)
    link_to(page, pk).scroll_into_view_if_needed()
    page.wait_for_timeout(400)


def open_picture(page, pk):
    """Open a picture from a list."""
    link_to(page, pk).click()
    page.wait_for_url(f"**/images/{pk}/**")


def expect_place(page, pk):
    """Check that the picture is in view below the header and has a visible focus ring."""
    link = link_to(page, pk)
    expect(link).to_be_focused()
    expect(link).to_be_in_viewport(ratio=0.9)
    covered = page.evaluate(
        """(id) => {
          const box = document.getElementById(id).getBoundingClientRect();
          const at = document.elementFromPoint(box.left + box.width / 2, box.top + 3);
          return !at?.closest(".tile");
        }""",
        f"image-{pk}",
    )
    assert not covered, "the header covers the picture"
    assert link.evaluate("link => getComputedStyle(link).outlineStyle") == "solid"


LISTS = ["/", "/?tag=drawn", "/collections/colours/"]


@pytest.mark.parametrize(
    ("address", "phone"), [*((address, False) for address in LISTS), ("/", True)]
)
def test_escape_and_the_back_link_return_to_the_picture(pictures, new_page, address, phone):
    page = new_page(phone=phone)
    page.goto(address)
    scroll_to(page, pictures[FAR])
    open_picture(page, pictures[FAR])
    page.keyboard.press("Escape")
    page.wait_for_url(lambda url: "/images/" not in url)
    expect_place(page, pictures[FAR])
    assert sum(page.evaluate("window.shifts")) < 0.02
    open_picture(page, pictures[FAR])
    page.locator(".stage__back").click()
    page.wait_for_url(lambda url: "/images/" not in url)
    expect_place(page, pictures[FAR])


@pytest.mark.parametrize(
    ("address", "phone"), [*((address, False) for address in LISTS), ("/", True)]
)
def test_the_browsers_back_button_and_reload_keep_the_place(pictures, new_page, address, phone):
    page = new_page(phone=phone)
    page.goto(address)
    scroll_to(page, pictures[FAR])
    before = link_to(page, pictures[FAR]).bounding_box()["y"]
    open_picture(page, pictures[FAR])
    page.go_back()
    page.wait_for_url(lambda url: "/images/" not in url)
    expect_place(page, pictures[FAR])
    assert abs(link_to(page, pictures[FAR]).bounding_box()["y"] - before) < 2
    page.reload()
    expect_place(page, pictures[FAR])
    assert abs(link_to(page, pictures[FAR]).bounding_box()["y"] - before) < 2


def test_arrows_then_escape_return_to_the_last_picture(pictures, new_page):
    page = new_page()
    page.goto("/")
    scroll_to(page, pictures[FAR])
    open_picture(page, pictures[FAR])
    for step in (1, 2, 3):
        page.keyboard.press("ArrowRight")
        page.wait_for_url(f"**/images/{pictures[FAR + step]}/**")
    page.keyboard.press("Escape")
    page.wait_for_url(lambda url: "/images/" not in url)
    expect_place(page, pictures[FAR + 3])


def test_the_url_follows_the_visible_pictures(pictures, new_page):
    page = new_page()
    page.goto("/")
    assert page.evaluate("location.search + location.hash") == ""
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(400)
    assert page.evaluate("location.search + location.hash") == ""
    scroll_to(page, pictures[FAR])
    found = re.fullmatch(r".*/\?at=(\d+)#image-\1", page.url)
    assert abs(pictures.index(int(found[1])) - FAR) < 15
    entries = page.evaluate("history.length")
    page.evaluate("scrollTo(0, 0)")
    expect(page).to_have_url(re.compile("/$"))
    assert page.evaluate("history.length") == entries
    shared = new_page()  # Someone else opens the URL.
    shared.goto(f"/?at={pictures[FAR]}#image-{pictures[FAR]}")
    expect_place(shared, pictures[FAR])


def test_a_removed_picture_is_replaced_by_the_next_one(pictures, new_page, olga):
    Image.objects.filter(pk=pictures[FAR]).update(deleted_at=Image.objects.first().created_at)
    page = new_page()
    page.goto(f"/?at={pictures[FAR]}#image-{pictures[FAR]}")
    expect_place(page, pictures[FAR + 1])


def test_newer_pictures_load_without_moving_the_list(pictures, new_page):
    page = new_page()
    page.goto(f"/?at={pictures[FAR]}#image-{pictures[FAR]}")
    expect_place(page, pictures[FAR])
    first = page.locator(".tile__link").first
    top = pictures[FAR - PAGE_SIZE // 2]
    assert first.get_attribute("id") == f"image-{top}"
    button = page.get_by_role("link", name="Show newer pictures")
    button.scroll_into_view_if_needed()
    before = link_to(page, top).bounding_box()["y"]
    button.press("Enter")
    expect(link_to(page, pictures[pictures.index(top) - 1])).to_be_focused()
    assert abs(link_to(page, top).bounding_box()["y"] - before) < 2
    for _ in range(2):
        button.scroll_into_view_if_needed()
        button.press("Enter")
        page.wait_for_timeout(300)
    expect(link_to(page, pictures[0])).to_have_count(1)
    expect(button).to_have_count(0)
    shown = page.locator("#grid > .tile").evaluate_all("tiles => tiles.map(t => +t.dataset.id)")
    assert shown == pictures[: len(shown)]


@pytest.mark.parametrize("address", LISTS)
def test_the_back_link_works_without_javascript(pictures, new_page, address):
    page = new_page(javascript=False)
    page.goto(address)
    for _ in range(3):
        page.get_by_role("link", name="Older pictures").click()
    open_picture(page, pictures[FAR])
    page.locator(".stage__back").click()
    expect(link_to(page, pictures[FAR])).to_be_in_viewport(ratio=0.9)
    page.get_by_role("link", name="Show newer pictures").click()
    expect(link_to(page, pictures[FAR - 12])).to_have_count(1)


def test_search_results_keep_the_place_too(pictures, new_page):
    page = new_page()
    page.goto("/search/?q=red")
    link = page.locator("#grid .tile__link").nth(12)
    pk = link.get_attribute("id").removeprefix("image-")
    link.scroll_into_view_if_needed()
    open_picture(page, pk)
    page.keyboard.press("Escape")
    page.wait_for_url("**/search/**")
    expect_place(page, pk)
    open_picture(page, pk)
    page.go_back()
    page.wait_for_url("**/search/**")
    expect_place(page, pk)


def test_going_back_through_similar_pictures_step_by_step(pictures, new_page):
    page = new_page()
    page.goto("/")
    scroll_to(page, pictures[FAR])
    open_picture(page, pictures[FAR])
    way = [str(pictures[FAR])]
    for _ in range(2):
        link = page.locator(".similar__strip .tile__link").nth(1)
        way.append(link.get_attribute("id").removeprefix("image-"))
        link.click()
        page.wait_for_url(f"**/images/{way[-1]}/**")
    for left, back in ((way[2], way[1]), (way[1], way[0])):
        page.keyboard.press("Escape")
        page.wait_for_url(f"**/images/{back}/**")
        link = page.locator(f".similar__strip #image-{left}")
        expect(link).to_be_focused()
        expect(link).to_be_in_viewport()
    page.keyboard.press("Escape")
    page.wait_for_url(lambda url: "/images/" not in url)
    expect_place(page, pictures[FAR])


def test_the_trash_shows_the_next_picture_and_keeps_the_place(pictures, new_page, olga):
    page = new_page(person=olga)
    page.goto("/")
    scroll_to(page, pictures[FAR])
    open_picture(page, pictures[FAR])
    page.locator("[data-edit]").click()
    page.get_by_role("button", name="Move to trash").click()
    page.wait_for_url(f"**/images/{pictures[FAR + 1]}/**")
    expect(page.locator(".undo")).to_contain_text("1 picture moved to the trash.")
    page.keyboard.press("Escape")
    page.wait_for_url(lambda url: "/images/" not in url)
    expect_place(page, pictures[FAR + 1])
    expect(link_to(page, pictures[FAR])).to_have_count(0)


def test_undoing_the_trash_returns_to_the_picture(pictures, new_page, olga):
    page = new_page(person=olga)
    page.goto(f"/images/{pictures[FAR]}/?from=browse")
    page.locator("[data-edit]").click()
    page.get_by_role("button", name="Move to trash").click()
    page.get_by_role("button", name="Undo").click()
    page.wait_for_url(f"**/images/{pictures[FAR]}/?from=browse")
    assert Image.objects.live().filter(pk=pictures[FAR]).exists()


def select(page, *pks):
    """Tick pictures of a list by their tiles."""
    page.keyboard.press("x")
    for pk in pks:
        link_to(page, pk).click()


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_deleting_several_pictures_keeps_the_place(pictures, new_page, olga, phone):
    page = new_page(person=olga, phone=phone)
    page.goto("/collections/colours/")
    scroll_to(page, pictures[FAR + 2])
    loaded = page.locator("#grid > .tile").count()
    select(page, pictures[FAR], pictures[FAR + 1])
    page.evaluate("window.stayed = true")
    page.get_by_role("button", name="Delete").click()
    expect(page.locator(".undo")).to_contain_text("2 pictures moved to the trash.")
    expect(link_to(page, pictures[FAR])).to_have_count(0)
    expect(link_to(page, pictures[FAR + 2])).to_be_focused()
    expect(link_to(page, pictures[FAR + 2])).to_be_in_viewport(ratio=0.5)
    assert page.evaluate("window.stayed"), "the page was loaded again"
    assert page.locator("#grid > .tile").count() >= loaded - 2
    expect(page.locator("#facts")).to_contain_text("98 pictures")
    expect(page.locator("#selection")).to_be_hidden()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".toasts")).to_contain_text("2 pictures restored")
    expect_place(page, pictures[FAR])
    assert Image.objects.live().count() == 100


def test_tagging_and_captioning_swap_the_pictures_in_place(pictures, new_page, olga):
    page = new_page(person=olga)
    page.goto("/collections/colours/")
    scroll_to(page, pictures[FAR])
    page.evaluate("window.stayed = true")
    for action, field, words in (("Tag", "Tags", "far"), ("Caption", "Caption", "Far below")):
        select(page, pictures[FAR])
        page.locator("#selection summary", has_text=action).click()
        page.locator("#selection").get_by_label(re.compile(f"^{field}")).fill(words)
        page.locator("#selection details[open] .button--primary").click()
        expect(page.locator(".undo")).to_be_visible()
        expect(link_to(page, pictures[FAR])).to_be_focused()
        expect(link_to(page, pictures[FAR])).to_be_in_viewport(ratio=0.9)
        page.get_by_role("button", name="Dismiss").click()
    expect(link_to(page, pictures[FAR]).locator("img")).to_have_attribute("alt", "Far below")
    assert page.evaluate("window.stayed")
    assert "far" in Image.objects.get(pk=pictures[FAR]).tags
    select(page, pictures[FAR])  # The new form works like the first one.
    expect(page.locator("[data-count]")).to_have_text("1 picture selected")


def test_a_change_without_javascript_reopens_the_list_in_place(pictures, new_page, olga):
    page = new_page(person=olga, javascript=False)
    page.goto(f"/collections/colours/?select=1&at={pictures[FAR]}#image-{pictures[FAR]}")
    page.locator(f".tile[data-id='{pictures[FAR]}'] .tile__check input").check()
    page.get_by_role("button", name="Delete").click()
    expect(link_to(page, pictures[FAR + 1])).to_be_in_viewport(ratio=0.9)
    expect(page.locator(".undo")).to_be_in_viewport()

"""Uploading from a collection's page, which shows the new pictures in place, and the first upload
of someone without a collection."""

import pytest
from playwright.sync_api import expect

from gallery.embedding.queue import embed_pending
from gallery.models import Collection, Image
from tests.browser.conftest import add_copies
from tests.browser.test_uploads_and_selection import DROP_A_FILE
from tests.factories import make_collection


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_dropped_pictures_appear_in_the_collection(library, olga, new_page, phone):
    page = new_page(person=olga, phone=phone)
    page.goto("/collections/colours/")
    page.evaluate("window.stayed = true")
    page.evaluate(DROP_A_FILE, "pink")
    page.evaluate(DROP_A_FILE, "teal")
    tiles = page.locator("#grid > .tile")
    expect(tiles).to_have_count(8)
    expect(page.locator("#grid > .tile[data-id]")).to_have_count(8)
    expect(page.locator("#grid > .tile[data-waiting]")).to_have_count(2)
    expect(page.locator("#facts")).to_contain_text("8 pictures")
    expect(page.locator("#facts")).to_contain_text("2 not searchable yet")
    newest = list(library.images.newest_first().values_list("pk", flat=True)[:2])
    shown = tiles.evaluate_all("tiles => tiles.slice(0, 2).map((tile) => +tile.dataset.id)")
    assert sorted(shown) == sorted(newest)
    embed_pending()
    expect(page.locator("#grid > .tile[data-waiting]")).to_have_count(0)
    expect(page.locator("#facts")).not_to_contain_text("searchable yet")
    assert page.evaluate("window.stayed")
    page.locator(f".tile__link#image-{newest[0]}").click()
    page.wait_for_url(f"**/images/{newest[0]}/?from=collections%2Fcolours")


def test_a_file_being_sent_has_a_placeholder(library, olga, new_page):
    page = new_page(person=olga)
    waiting = []
    page.route("**/files/", lambda route: waiting.append(route))
    page.goto("/collections/colours/")
    page.evaluate(DROP_A_FILE, "pink")
    placeholder = page.locator("#grid > .tile--arriving")
    expect(placeholder).to_have_count(1)
    expect(placeholder.locator("img")).to_be_visible()
    page.wait_for_timeout(300)
    waiting[0].continue_()
    expect(placeholder).to_have_count(0)
    expect(page.locator("#grid > .tile")).to_have_count(7)


def test_a_refused_file_leaves_no_placeholder(library, olga, new_page, settings):
    settings.MAX_UPLOAD_BYTES = 100
    page = new_page(person=olga)
    page.goto("/collections/colours/")
    page.evaluate(DROP_A_FILE, "pink")
    expect(page.locator(".upload-row__state")).to_contain_text("larger than")
    expect(page.locator("#grid > .tile")).to_have_count(6)


def test_an_empty_collection_fills_in_place(library, olga, new_page):
    make_collection(olga, "Fresh")
    page = new_page(person=olga)
    page.goto("/collections/fresh/")
    expect(page.get_by_role("heading", name="No pictures yet")).to_be_visible()
    expect(page.locator("[data-start-selecting]")).to_be_hidden()
    page.evaluate(DROP_A_FILE, "pink")
    expect(page.locator("#grid > .tile[data-id]")).to_have_count(1)
    expect(page.get_by_role("heading", name="No pictures yet")).to_be_hidden()
    page.locator("[data-start-selecting]").click()
    page.locator("#grid > .tile").click()
    expect(page.locator("[data-count]")).to_have_text("1 picture selected")


def test_new_pictures_do_not_move_the_visible_ones(library, olga, new_page, settings):
    settings.SEARCH_PAGE_SIZE = 20
    add_copies(list(library.images.all()), 60)
    page = new_page(person=olga)
    page.goto("/collections/colours/")
    for _ in range(4):
        page.mouse.wheel(0, 900)
        page.wait_for_timeout(300)
    seen = page.evaluate(
        """() => {
          const link = [...document.querySelectorAll(".tile__link")]
            .find((each) => each.getBoundingClientRect().top > 200);
          return [link.id, link.getBoundingClientRect().top];
        }"""
    )
    page.evaluate(DROP_A_FILE, "pink")
    expect(page.locator("#facts")).to_contain_text("67 pictures")
    assert abs(page.locator(f"#{seen[0]}").bounding_box()["y"] - seen[1]) < 2
    newest = library.images.order_by("-pk")[0].pk
    expect(page.locator(f"#image-{newest}")).to_have_count(0)
    page.evaluate("scrollTo(0, 0)")
    expect(page.locator(f"#image-{newest}")).to_be_visible()


def test_the_first_upload_starts_immediately(library, stranger, new_page):
    page = new_page(person=stranger)
    page.goto("/upload/")
    expect(page.get_by_role("textbox", name="Collection")).to_have_value("My pictures")
    page.evaluate(DROP_A_FILE, "pink")
    expect(page.locator(".upload-row__state")).to_contain_text("Stored")
    expect(page.locator("[data-upload-lede]")).to_contain_text("My pictures")
    mine = Collection.objects.get(owner=stranger)
    assert (mine.name, mine.is_public, mine.images.count()) == ("My pictures", False, 1)
    page.goto("/upload/")
    page.evaluate(DROP_A_FILE, "teal")
    expect(page.locator(".upload-row__state")).to_contain_text("Stored")
    assert mine.images.count() == 2


def test_the_first_collection_can_be_named_before_uploading(library, stranger, new_page):
    page = new_page(person=stranger)
    page.goto("/upload/")
    page.get_by_role("textbox", name="Collection").fill("Garden")
    page.evaluate(DROP_A_FILE, "pink")
    expect(page.locator(".upload-row__state")).to_contain_text("Stored")
    assert Collection.objects.get(owner=stranger).name == "Garden"
    assert Image.objects.filter(collection__name="Garden").count() == 1

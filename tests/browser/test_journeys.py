"""The main user journeys, from the first click to the result, in a real browser."""

import base64
import re

import pytest
from playwright.sync_api import expect

from gallery.models import Embedding, Image, Membership
from tests.browser.conftest import add_pictures
from tests.factories import PASSWORD, make_collection
from tests.images import jpeg, text_file

TITLES = "main .tile .tile__title"


def shown(page):
    """Return the titles of the tiles in order."""
    return page.locator(TITLES).all_text_contents()


def first_is(page, title):
    expect(page.locator(TITLES).first).to_have_text(title)


def test_search_by_words(library, new_page):
    page = new_page()
    page.goto("/")
    page.keyboard.press("/")
    page.keyboard.type("something green")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=something+green")
    first_is(page, "A green picture")


def test_search_by_a_pasted_picture(library, new_page):
    page = new_page()
    page.goto("/")
    paste(page, jpeg((400, 300), "blue", seed=9))
    page.wait_for_url("**/search/?picture=*")
    first_is(page, "A blue picture")
    address = page.url
    other = new_page()  # Someone else opens the shared URL.
    other.goto(address)
    first_is(other, "A blue picture")


def paste(page, content):
    """Paste a picture as browsers do after “copy image”."""
    page.evaluate(
        """(data) => {
          const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
          const carrier = new DataTransfer();
          carrier.items.add(new File([bytes], "pasted.jpg", { type: "image/jpeg" }));
          document.body.dispatchEvent(
            new ClipboardEvent("paste", { clipboardData: carrier, bubbles: true, cancelable: true })
          );
        }""",
        base64.b64encode(content).decode(),
    )


def test_search_by_a_picture_from_the_camera_button(library, new_page, tmp_path):
    file = tmp_path / "query.jpg"
    file.write_bytes(jpeg((400, 300), "purple", seed=9))
    page = new_page()
    page.goto("/")
    page.get_by_role("link", name="Search by picture").click()
    page.get_by_label("Choose a picture to find similar ones").set_input_files(str(file))
    page.wait_for_url("**/search/?picture=*")
    first_is(page, "A purple picture")


def test_more_like_this_from_a_pictures_page(library, new_page):
    page = new_page()
    page.goto("/search/?q=orange")
    page.locator("main .tile__link").first.click()
    page.wait_for_url("**/images/*/**")
    expect(page.get_by_role("heading", level=1)).to_have_text("A orange picture")
    expect(page.locator(".similar__strip img").first).to_be_visible()


@pytest.mark.slow
def test_three_files_are_uploaded_and_become_searchable(library, worker, olga, new_page, tmp_path):
    files = []
    for number, color in enumerate(("white", "cyan")):
        files.append(tmp_path / f"{color}.jpg")
        files[-1].write_bytes(jpeg((500, 400), color, seed=20 + number))
    files.append(tmp_path / "diary.jpg")
    files[-1].write_bytes(text_file())
    page = new_page(person=olga)
    page.goto("/upload/?collection=colours")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose pictures").click()
    chooser.value.set_files([str(file) for file in files])
    rows = page.locator("[data-rows] > li")
    expect(rows).to_have_count(3)
    expect(page.locator("[data-rows]")).to_contain_text("diary.jpg")
    expect(page.locator("[data-rows] .fate--refused")).to_have_count(1)
    expect(page.locator("[data-rows] .fate--searchable")).to_have_count(2, timeout=60_000)
    page.goto("/search/?q=cyan")
    expect(page.locator("main .tile__link").first).to_be_visible()
    newest = Image.objects.newest_first()[:2]
    assert {image.original_name for image in newest} == {"white.jpg", "cyan.jpg"}
    assert Embedding.objects.filter(image__in=[image.pk for image in newest]).count() == 2
    found = page.locator("main .tile").first.get_attribute("data-id")
    assert Image.objects.get(pk=found).original_name == "cyan.jpg"


def test_returning_to_a_batch_shows_its_progress(library, olga, new_page, tmp_path):
    file = tmp_path / "white.jpg"
    file.write_bytes(jpeg((500, 400), "white"))
    page = new_page(person=olga)
    page.goto("/upload/?collection=colours")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose pictures").click()
    chooser.value.set_files([str(file)])
    expect(page.locator("[data-rows] .fate--waiting, [data-rows] .fate--searchable")).to_have_count(
        1
    )
    page.goto("/upload/")
    page.locator(".upload-recent a").first.click()
    expect(page.locator("[data-rows] > li")).to_have_count(1)
    expect(page.locator("[data-rows]")).to_contain_text("white.jpg")


def test_sign_in_and_out(library, olga, new_page):
    page = new_page()
    page.goto("/")
    page.get_by_role("link", name="Sign in").click()
    page.get_by_label(re.compile("name", re.IGNORECASE)).fill("olga")
    page.get_by_label("Password", exact=True).fill("wrong")
    page.locator("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("Wrong user name or password")
    page.get_by_label(re.compile("name", re.IGNORECASE)).fill("olga")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in").click()
    account = page.get_by_label("Account: olga")
    expect(account).to_be_visible()
    account.click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()


def test_a_private_collection_is_invisible_to_another_user(library, olga, stranger, new_page):
    secret = make_collection(olga, "Secret garden")
    picture = add_pictures(secret, "pink")[0]
    owner = new_page(person=olga)
    owner.goto("/search/?q=pink")
    first_is(owner, "A pink picture")
    thumbnail = owner.locator("main .tile img").first.get_attribute("src")
    missing = ["status of 404", "status of 400"]
    other = new_page(person=stranger, expect=missing)
    for address in ("/", "/search/?q=pink", "/collections/"):
        other.goto(address)
        assert "A pink picture" not in other.content()
        assert "Secret garden" not in other.content()
    assert other.goto(picture.get_absolute_url()).status == 404
    assert other.goto("/collections/secret-garden/").status == 404
    assert other.goto(f"/images/{picture.pk}/original").status == 404
    forged = re.sub(r"/pictures/[^/]+/", "/pictures/p7fffffff.AAAAAAAAAAAAAAAAAAAAAA/", thumbnail)
    assert other.goto(forged).status in {403, 404}
    Membership.objects.create(collection=secret, person=stranger)
    other.goto("/search/?q=pink")
    first_is(other, "A pink picture")


def test_the_keyboard_opens_a_picture_and_returns(library, new_page):
    page = new_page()
    page.goto("/")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    focused = page.evaluate("document.activeElement.closest('.tile').dataset.id")
    assert focused == page.locator("main .tile").nth(1).get_attribute("data-id")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/images/{focused}/**")
    page.keyboard.press("Escape")
    page.wait_for_url(lambda url: "/images/" not in url)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_hidden()


def test_the_skip_link_comes_first_and_works(library, new_page):
    page = new_page()
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to content")
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_the_theme_is_remembered(library, new_page):
    page = new_page()
    page.goto("/")
    page.get_by_role("button", name="Switch between light and dark").click()
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_search_and_upload_without_javascript(library, olga, new_page, tmp_path):
    file = tmp_path / "white.jpg"
    file.write_bytes(jpeg((500, 400), "white"))
    page = new_page(person=olga, javascript=False)
    page.goto("/")
    page.get_by_role("searchbox").fill("yellow")
    page.get_by_role("searchbox").press("Enter")
    first_is(page, "A yellow picture")
    page.goto("/search/picture/")
    page.locator("main input[type=file]").set_input_files(str(file))
    page.locator("main").get_by_role("button", name="Search").click()
    expect(page.locator("main .tile").first).to_be_visible()
    page.goto("/upload/?collection=colours")
    page.locator("main input[type=file]").first.set_input_files(str(file))
    page.locator("main").get_by_role("button", name="Upload", exact=True).click()
    expect(page.locator("[data-rows]")).to_contain_text("white.jpg")
    expect(page.locator("[data-rows]")).to_contain_text("Stored")


def test_older_pictures_load_on_scrolling_and_by_link(library, new_page, settings):
    add_pictures(library, *(["grey"] * 70), searchable=False)
    page = new_page()
    page.goto("/")
    tiles = page.locator("main .tile")
    before = tiles.count()
    assert before < 76
    page.mouse.wheel(0, 100_000)
    expect(tiles).to_have_count(76)
    plain = new_page(javascript=False)
    plain.goto("/")
    plain.get_by_role("link", name="Older pictures").click()
    assert plain.locator("main .tile").count() == 76 - before


def test_the_admin_moves_exactly_the_selected_pictures(library, boss, new_page):
    target = make_collection(boss, "Sorted")
    page = new_page(person=boss)
    page.goto("/admin/gallery/image/?q=red")
    page.locator("#result_list input.action-select").first.check()
    page.locator("select[name=action]").select_option(label="Move to another collection…")
    page.get_by_role("button", name="Go").or_(page.get_by_role("button", name="Run")).click()
    page.get_by_label("Move to").select_option(label="Sorted")
    page.get_by_role("button", name="Move 1 picture").click()
    expect(page.locator(".messagelist")).to_contain_text("1 picture moved to Sorted.")
    assert [image.title for image in target.images.all()] == ["A red picture"]

"""The admin in a browser: encoders without a terminal, the site's theme, and tables that fit."""

import pytest
from playwright.sync_api import expect

from gallery import tasks
from gallery.models import Encoder, EncoderRequest

ENCODERS = "/admin/gallery/encoder/"


def card(page, name):
    return page.locator(".encoder").filter(has=page.get_by_role("heading", name=name, exact=True))


def add_by_key(page, key):
    page.goto(ENCODERS)
    page.get_by_label("Or enter the key of another encoder").fill(key)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Add {key}")
    page.get_by_role("button", name="Add encoder").click()


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_an_encoder_is_added_watched_activated_and_removed(library, boss, new_page, phone):
    page = new_page(person=boss, phone=phone)
    add_by_key(page, "tiny:second")
    added = card(page, "tiny:second")
    expect(added).to_contain_text("Waiting for a worker")
    # Do what a worker does after a hint. The page updates by itself.
    tasks.embed_pending.apply(throw=True)
    expect(added).to_contain_text("6 of 6 pictures embedded")
    expect(added).to_contain_text("Ready")
    added.get_by_role("link", name="Use tiny:second for searches").click()
    expect(page.locator("main")).to_contain_text("switch back at any time")
    page.get_by_role("button", name="Use for searches").click()
    expect(page.get_by_role("status").first).to_contain_text("Searches now use tiny:second.")
    expect(card(page, "tiny:second")).to_contain_text("In use")
    card(page, "tiny").get_by_role("link", name="Remove tiny").click()
    page.get_by_role("button", name="Remove encoder").click()
    expect(card(page, "tiny")).to_contain_text("Being removed")
    tasks.remove_encoders.apply(throw=True)
    expect(page.locator(".encoder")).to_have_count(1)
    assert [one.key for one in Encoder.objects.all()] == ["tiny:second"]


def test_a_failed_request_shows_the_reason_and_can_be_dismissed(library, boss, new_page):
    page = new_page(person=boss)
    add_by_key(page, "openclip:no-such-model/at-all")
    expect(card(page, "openclip:no-such-model/at-all")).to_contain_text("Waiting for a worker")
    EncoderRequest.objects.update(failure="There’s no open_clip model no-such-model.")
    expect(page.get_by_role("alert")).to_contain_text("There’s no open_clip model")
    page.get_by_role("button", name="Dismiss").click()
    expect(card(page, "openclip:no-such-model/at-all")).to_have_count(0)


def test_an_invalid_key_stays_in_the_field(library, boss, new_page):
    page = new_page(person=boss)
    page.goto(ENCODERS)
    page.get_by_label("Or enter the key of another encoder").fill("nonsense")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_contain_text("There’s no encoder “nonsense”")
    expect(page.get_by_label("Or enter the key of another encoder")).to_have_value("nonsense")


def test_the_site_and_the_admin_share_the_theme(library, boss, new_page):
    page = new_page(person=boss)
    page.goto("/")
    page.get_by_role("button", name="Switch between light and dark").click()
    page.goto("/admin/gallery/image/")
    colour = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(colour) == "rgb(17, 20, 20)"
    page.get_by_role("button", name="Switch between light and dark").click()
    assert page.evaluate(colour) == "rgb(251, 251, 250)"
    page.get_by_role("link", name="Semblance").first.click()
    assert page.evaluate("document.documentElement.dataset.theme") == "light"


CUT_OFF = """[...document.querySelectorAll("#result_list th, #result_list td, .figure, .activity")]
  .filter((one) => {
    const box = one.getBoundingClientRect();
    const frame = (one.closest(".results, .figures, .overview")).getBoundingClientRect();
    return box.right > frame.right + 1 || box.right > innerWidth;
  }).map((one) => one.outerHTML.slice(0, 100))"""
LISTS = ("", "gallery/image/", "gallery/collection/", "gallery/uploadbatch/",
         "gallery/embeddingjob/", "gallery/user/", "gallery/encoder/")  # fmt: skip


@pytest.mark.parametrize("path", LISTS)
def test_no_column_is_cut_off_at_1280_pixels(library, boss, new_page, path):
    page = new_page(person=boss)
    page.goto(f"/admin/{path}")
    assert page.evaluate(CUT_OFF) == []
    tops = page.evaluate(
        "[...new Set([...document.querySelectorAll('.figure')].map((one) => one.offsetTop))]"
    )
    assert len(tops) == (1 if path == "" else 0), "the figures stand in one row"

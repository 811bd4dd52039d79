"""The importance of a part of a search: chosen and shown on its chip, and kept in the URL."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_every_page import violations


@pytest.mark.parametrize(("phone", "javascript"), [(False, True), (False, False), (True, True)])
def test_a_part_is_made_more_important_with_the_keyboard(library, new_page, phone, javascript):
    page = new_page(phone=phone, javascript=javascript)
    page.goto("/search/?q=red&not=blue")
    chip = page.get_by_role("listitem").filter(has=page.get_by_label("Remove red"))
    summary = chip.get_by_label("Importance of red")
    summary.press("Enter")
    more = chip.get_by_role("link", name="More")
    expect(more).to_be_visible()
    panel = chip.locator(".menu__panel").bounding_box()
    assert panel["x"] >= 0
    assert panel["x"] + panel["width"] <= page.viewport_size["width"]
    more.press("Enter")
    page.wait_for_url("**/search/?q=red&not=blue&more=q")
    expect(chip).to_contain_text("red, more important")
    assert chip.get_by_text("more", exact=True).is_visible()
    chip.get_by_label("Importance of red").press("Enter")
    expect(chip.get_by_role("link", name="More")).to_have_attribute("aria-current", "true")
    if javascript:
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.wait_for_timeout(250)  # until colours have changed
            assert violations(page) == []
    chip.get_by_role("link", name="Normal").click()
    page.wait_for_url("**/search/?q=red&not=blue")


def test_a_long_part_that_is_important_stays_in_its_chip(library, new_page):
    page = new_page(phone=True)
    words = "+".join(["red", *["house"] * 15])
    page.goto(f"/search/?q={words}&not=blue&more=q")
    chip = page.get_by_role("listitem").filter(has=page.get_by_label("Remove red"))
    note = chip.get_by_text("more", exact=True)
    assert note.evaluate("note => note.scrollWidth <= note.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

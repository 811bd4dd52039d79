"""What every page needs: themes, dialogs, menus, forms and error messages."""

import pytest

from tests.browser.scripts.conftest import hash_of

PAGE = """
<button data-theme-switch>Theme</button>
<details class="menu" id="one"><summary>One</summary><a href="#in">In it</a></details>
<details class="menu" id="two"><summary>Two</summary></details>
<a href="#page" data-open-dialog="d">Open</a><dialog id="d"><p>Inside</p></dialog>
<div id="toasts"></div>
<template id="toast-template"><div class="toast"><span></span>
<button data-close-toast>x</button></div></template>
<form method="get" data-autosubmit>
<select name="sort"><option value="">-</option>
<option>date</option></select><input name="q" value=""></form>
"""


@pytest.fixture
def page(script_page):
    """Open a page with one of each."""
    opened = script_page(PAGE)
    opened.run('await import("/js/site.js");')
    return opened


def test_the_switch_changes_and_remembers_the_theme(page):
    page.emulate_media(color_scheme="dark")
    page.get_by_text("Theme").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    page.get_by_text("Theme").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert "theme=dark" in page.evaluate("document.cookie")


def test_one_menu_is_open_at_a_time_and_a_click_outside_closes_it(page):
    page.get_by_text("One").click()
    page.get_by_text("Two").click()
    assert page.locator("details[open]").count() == 1
    page.mouse.click(5, 500)
    assert page.locator("details[open]").count() == 0


def test_escape_closes_a_menu_and_returns_to_its_button(page):
    page.get_by_text("One").click()
    page.get_by_text("In it").focus()
    page.keyboard.press("Escape")
    assert page.locator("details[open]").count() == 0
    assert page.evaluate("document.activeElement.textContent") == "One"


def test_a_link_opens_its_dialog_and_a_click_outside_closes_it(page):
    page.get_by_text("Open").click()
    assert page.get_by_text("Inside").is_visible()
    assert hash_of(page) != "#page"
    page.mouse.click(2, 2)
    assert page.get_by_text("Inside").is_hidden()


def test_a_click_with_a_modifier_key_follows_the_link(page):
    page.run("""
        const link = document.querySelector("[data-open-dialog]");
        const event = new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey: true });
        window.prevented = !link.dispatchEvent(event);
    """)
    assert page.get_by_text("Inside").is_hidden()
    assert not page.evaluate("window.prevented")


def test_a_choice_applies_immediately_and_empty_fields_are_left_out_of_the_url(page):
    page.run("""
        document.querySelector("form").addEventListener("submit", (event) => {
          window.submitted = true;
          event.preventDefault();
        });
    """)
    page.select_option("select", "date")
    assert page.evaluate("window.submitted")
    assert page.locator("input[name=q]").is_disabled()
    page.run('dispatchEvent(new Event("pageshow"));')
    assert page.locator("input[name=q]").is_enabled()


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("Zu%20viele%20Anfragen.", "Zu viele Anfragen."),
        (None, "That didn’t work. Try again in a moment."),
    ],
)
def test_an_error_response_shows_a_message(page, sentence, words):
    page.run(
        """
        const xhr = { getResponseHeader: () => value };
        document.dispatchEvent(new CustomEvent("htmx:responseError", { detail: { xhr } }));
        """,
        sentence,
    )
    assert page.locator(".toast--error span").inner_text() == words
    page.locator("[data-close-toast]").click()
    assert page.locator(".toast").count() == 0


def test_a_network_error_shows_a_message(page):
    page.run('document.dispatchEvent(new Event("htmx:sendError"));')
    assert page.locator(".toast--error span").inner_text() == "The site can’t be reached."

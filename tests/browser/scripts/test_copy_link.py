"""Buttons that copy a link, with and without the clipboard API."""

import pytest

from tests.browser.scripts.conftest import SITE

BODY = """
<button data-copy-link="/images/12/">Copy</button>
<div id="toasts"></div>
<template id="toast-template"><div class="toast"><span></span><button>x</button></div></template>
"""


@pytest.fixture
def page(script_page):
    """Open a page with one button; `copied` lists the text selected for execCommand."""
    opened = script_page(BODY)
    opened.run("""
        await import("/js/copy_link.js");
        window.copied = [];
        document.execCommand = () => {
            window.copied.push(document.activeElement.value);
            return window.canCopy ?? true;
        };
    """)
    return opened


def use_clipboard(page, code):
    page.evaluate(
        f"Object.defineProperty(navigator, 'clipboard', {{ configurable: true, value: {code} }})"
    )


def click(page):
    page.get_by_role("button", name="Copy").click()
    page.locator(".toast").wait_for()
    return page.locator(".toast span").inner_text()


def test_the_absolute_url_is_copied(page):
    use_clipboard(page, "{ writeText: async (text) => { window.written = text; } }")
    assert click(page) == "Link copied"
    assert page.evaluate("window.written") == f"{SITE}/images/12/"
    assert page.evaluate("window.copied") == []


@pytest.mark.parametrize(
    "clipboard", ["undefined", "{ writeText: async () => { throw new Error('denied'); } }"]
)
def test_it_works_without_the_clipboard(page, clipboard):
    use_clipboard(page, clipboard)
    assert click(page) == "Link copied"
    assert page.evaluate("window.copied") == [f"{SITE}/images/12/"]
    assert page.evaluate("document.activeElement.textContent") == "Copy"
    assert page.locator("textarea").count() == 0


def test_an_error_is_shown_when_nothing_could_be_copied(page):
    use_clipboard(page, "undefined")
    page.evaluate("window.canCopy = false")
    assert click(page).startswith("The link couldn’t be copied.")

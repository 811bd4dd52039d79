"""Toasts: success messages disappear, errors stay until they are closed."""

import pytest

TOASTS = """
<div id="toasts"></div>
<template id="toast-template"><div class="toast"><span></span><button>x</button></div></template>
"""


@pytest.fixture
def page(script_page):
    """Open a page with a container for toasts and a clock that the test controls."""
    opened = script_page(TOASTS)
    opened.clock.install()
    return opened


def say(page, *words):
    page.run('(await import("/js/toast.js")).toast(...value);', list(words))


def test_a_success_message_disappears(page):
    say(page, "Saved.")
    assert page.locator(".toast span").inner_text() == "Saved."
    page.clock.run_for(8100)
    assert page.locator(".toast").count() == 0


def test_an_error_message_stays(page):
    say(page, "That didn’t work.", "error")
    page.clock.run_for(60_000)
    assert page.locator(".toast--error").count() == 1


def test_a_focused_message_stays(page):
    say(page, "Saved.")
    page.locator(".toast button").focus()
    page.clock.run_for(20_000)
    assert page.locator(".toast").count() == 1


def test_messages_are_text_and_never_markup(page):
    say(page, "<b>bold</b>")
    assert page.locator(".toast b").count() == 0


def test_a_page_without_a_container_shows_nothing(script_page):
    say(script_page(), "Saved.")


def test_the_same_message_again_replaces_the_first_one(page):
    say(page, "Saved.")
    page.clock.run_for(4000)
    say(page, "Saved.")
    say(page, "Saved.", "error")
    assert page.locator(".toast").all_inner_texts() == ["Saved.x", "Saved.x"]
    page.clock.run_for(7000)  # The second one stays as long as any other.
    assert page.locator(".toast:not(.toast--error)").count() == 1

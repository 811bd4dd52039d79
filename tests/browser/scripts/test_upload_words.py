"""Captions and tags entered on the upload page."""

import pytest

ROW = """
<div id="toasts"></div>
<template id="toast-template"><div class="toast"><span></span></div></template>
<li class="upload-row"><form data-words action="/words/"><input name="caption" value="A cat">
<span data-saved hidden>Saved</span></form></li>
"""


@pytest.fixture
def page(script_page):
    """Open a page with a row of a stored file."""
    opened = script_page(ROW)
    opened.run('Object.assign(window, await import("/js/upload_words.js"));')
    return opened


SAVE = 'await saveWords(document.querySelector("li"));'


def test_saved_fields_are_marked(page):
    page.answers["/words/"] = (200, {})
    page.run(SAVE)
    assert page.locator("[data-saved]").is_visible()
    (sent,) = page.sent
    assert "A cat" in sent.post_data


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((400, {"sentence": "Too long."}), "Too long."),
        ((500, {}), "Your changes couldn’t be saved. Try again in a moment."),
    ],
)
def test_a_failed_save_shows_a_message(page, answer, words):
    page.answers["/words/"] = answer
    page.run(SAVE)
    assert page.locator(".toast--error").inner_text() == words
    assert page.locator("[data-saved]").is_hidden()


def test_offline_edits_are_saved_when_the_network_returns(page):
    page.run("""
        Object.defineProperty(navigator, "onLine", { value: false, configurable: true });
        window.realFetch = window.fetch;
        window.fetch = async () => { throw new TypeError("offline"); };
    """)
    page.run(SAVE)
    assert page.locator(".toast").count() == 0
    page.answers["/words/"] = (200, {})
    page.run('window.fetch = window.realFetch; dispatchEvent(new Event("online"));')
    page.locator("[data-saved]").wait_for(state="visible")


def test_a_row_form_shows_its_result(page):
    page.answers["/words/"] = (200, {"sentence": "Tagged 3 pictures."})
    assert page.run('return sendForm(document.querySelector("form"));') is True
    assert page.locator(".toast").inner_text() == "Tagged 3 pictures."
    page.answers["/words/"] = (500, {})
    assert page.run('return sendForm(document.querySelector("form"));') is False
    assert page.locator(".toast--error").inner_text() == "That didn’t work. Try again in a moment."


def test_tags_are_added_once(page):
    value = page.run("""
        const field = document.querySelector("input");
        field.value = "Cat,  garden ,";
        addTags(field, ["garden", "summer"]);
        return field.value;
    """)
    assert value == "cat, garden, summer"

"""Rows from the server replace the page's own without disturbing anyone who is typing."""

import pytest

OLD = """
<ul><li class="upload-row" id="old"><span class="upload-row__thumb"><img alt="" src="data:,"></span>
<input name="caption"><input name="tags"></li></ul>
<div id="toasts"></div>
<template id="toast-template"><div class="toast"><span></span></div></template>
"""
FRESH = """<li class="upload-row" id="fresh"><span class="upload-row__thumb"></span>
<form data-words action="/words/"><input name="caption"><input name="tags">
<span data-saved hidden></span></form></li>"""
START = """
const { fromHtml, placeRow, keepThumbnail, showThumbnail } = await import("/js/upload_rows.js");
const old = document.getElementById("old");
const [caption, tags] = old.querySelectorAll("input");
const item = { html: value };
"""


@pytest.fixture
def page(script_page):
    """Open a page with a row of a file that was just sent."""
    opened = script_page(OLD)
    opened.answers["/words/"] = (200, {})
    return opened


def test_text_typed_after_sending_is_kept_and_saved(page):
    kept = page.run(
        START
        + """
        caption.value = "A cat"; caption.dataset.sent = "A";
        tags.value = "cat"; tags.dataset.sent = "cat";
        const fresh = placeRow(old, item);
        return [...fresh.querySelectorAll("input")].map((field) => field.value);
        """,
        FRESH,
    )
    assert kept == ["A cat", ""]  # The server's row already contains what was sent.
    assert page.locator("#old").count() == 0
    page.locator("[data-saved]").wait_for(state="attached")
    page.wait_for_function("!document.querySelector('[data-saved]').hidden")
    assert [request.method for request in page.sent] == ["POST"]


def test_the_focus_stays_where_it_was(page):
    place = page.run(
        START
        + """
        caption.value = "A cat"; caption.dataset.focused = "2,5";
        placeRow(old, item);
        const { name, selectionStart, selectionEnd } = document.activeElement;
        return [name, selectionStart, selectionEnd];
        """,
        FRESH,
    )
    assert place == ["caption", 2, 5]
    # It is saved at once: leaving a field that a script filled in fires no change event.
    for _ in range(100):
        if page.sent:
            break
        page.wait_for_timeout(20)
    assert len(page.sent) == 1


def test_the_picture_stays_until_the_stored_copy_has_loaded(page):
    shown = page.run(
        START
        + """
        const fresh = fromHtml(value);
        const stored = new Image();
        Object.defineProperty(stored, "complete", { value: false });
        fresh.querySelector("span").append(stored);
        keepThumbnail(old, fresh);
        const before = [fresh.querySelectorAll("img").length, stored.hidden];
        stored.dispatchEvent(new Event("load"));
        return [...before, fresh.querySelectorAll("img").length, stored.hidden];
        """,
        FRESH,
    )
    assert shown == [2, True, 1, False]


def test_a_local_picture_is_shown_when_its_row_is_near_the_window(page):
    page.run(
        START
        + """
        const canvas = document.createElement("canvas");
        const blob = await new Promise((resolve) => canvas.toBlob(resolve));
        showThumbnail(old, new File([blob], "cat.png", { type: "image/png" }));
        """,
        FRESH,
    )
    page.wait_for_function("document.querySelector('#old img').src.startsWith('blob:')")


def test_a_file_that_is_not_a_picture_keeps_its_icon(page):
    src = page.run(
        START
        + """
        showThumbnail(old, new File(["x"], "a.zip", { type: "application/zip" }));
        await new Promise((resolve) => setTimeout(resolve, 100));
        return old.querySelector("img").src;
        """,
        FRESH,
    )
    assert src == "data:,"

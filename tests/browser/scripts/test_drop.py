"""Pictures that are dropped, pasted or chosen start a search, or an upload on upload pages."""

import pytest

PAGE = """
<script>document.body.dataset.drop = "%s";</script>
<div data-drop-overlay hidden><span data-drop-words></span></div>
<div id="toasts"></div>
<template id="toast-template"><div class="toast"><span></span></div></template>
<dialog id="picture-dialog">
<form data-picture-form method="dialog"><input type="file"></form></dialog>
"""
START = """
window.sent = [];
window.handed = [];
document.querySelector("form").addEventListener("submit", () =>
  sent.push(document.querySelector("input").files[0]?.name));
document.addEventListener("semblance:files", ({ detail }) => handed.push(detail.files.length));
await import("/js/drop.js");
window.fire = (kind, ...names) => {
  const dataTransfer = new DataTransfer();
  for (const name of names) {
    const type = name.endsWith("jpg") ? "image/jpeg" : "";
    dataTransfer.items.add(new File(["x"], name, { type }));
  }
  const options = { bubbles: true, cancelable: true };
  const event = kind === "paste"
    ? new ClipboardEvent(kind, { ...options, clipboardData: dataTransfer })
    : new DragEvent(kind, { ...options, dataTransfer });
  document.body.dispatchEvent(event);
  return event.defaultPrevented;
};
"""


@pytest.fixture
def open_page(script_page):
    """Return open_page(mode), which opens a page that handles drops in this mode."""

    def start(mode):
        page = script_page(PAGE % mode)
        page.run(START)
        return page

    return start


@pytest.mark.parametrize("kind", ["drop", "paste"])
def test_a_picture_becomes_a_search(open_page, kind):
    page = open_page("query")
    assert page.run(f'return fire("{kind}", "notes.txt", "cat.jpg");')
    assert page.run("return sent;") == ["cat.jpg"]


def test_a_heic_without_a_type_counts_as_a_picture(open_page):
    page = open_page("query")
    page.run('fire("drop", "IMG_1.HEIC");')
    assert page.run("return sent;") == ["IMG_1.HEIC"]


def test_a_file_that_is_not_a_picture_shows_an_error(open_page):
    page = open_page("query")
    page.run('fire("drop", "notes.txt");')
    assert page.run("return sent;") == []
    assert page.locator(".toast--error").inner_text().startswith("That isn’t a picture.")


def test_upload_pages_receive_the_files(open_page):
    page = open_page("upload")
    page.run('fire("drop", "a.zip", "cat.jpg");')
    assert page.run("return [sent, handed];") == [[], [2]]


@pytest.mark.parametrize(
    ("mode", "words"), [("query", "Drop to search by this picture"), ("upload", "Drop to upload")]
)
def test_the_page_shows_what_a_drop_will_do(open_page, mode, words):
    page = open_page(mode)
    page.run('fire("dragenter", "cat.jpg"); fire("dragenter", "cat.jpg");')
    assert page.locator("[data-drop-overlay]").inner_text() == words
    page.run('fire("dragleave", "cat.jpg");')
    assert page.locator("[data-drop-overlay]").is_visible()
    page.run('fire("dragleave", "cat.jpg");')
    assert page.locator("[data-drop-overlay]").is_hidden()


def test_a_page_without_a_mode_ignores_drops(open_page):
    page = open_page("off")
    assert not page.run('return fire("drop", "cat.jpg");')
    assert page.run("return [sent, handed];") == [[], []]


def test_dragged_text_is_left_to_the_browser(open_page):
    page = open_page("query")
    assert not page.run('return fire("drop");')


def test_a_picture_chosen_in_the_dialog_is_sent_immediately(open_page):
    page = open_page("query")
    page.run('document.querySelector("dialog").showModal();')
    page.set_input_files("input", {"name": "cat.jpg", "mimeType": "image/jpeg", "buffer": b"x"})
    assert page.run("return sent;") == ["cat.jpg"]
    assert page.locator(".toast").inner_text() == "Searching by picture…"

"""Starting a batch on the server: once for all callers, and again after a failure."""

import pytest

PAGE = """
<section data-upload data-begin-url="/upload/" data-batch-url="%s">
<form data-tag-all></form></section>
<form data-upload-form><input name="csrfmiddlewaretoken" value="token">
<input name="new_collection" value="Trip"><input type="file" name="files"></form>
"""
START = """
const { UploadBatch } = await import("/js/upload_batch.js");
const [work, form] = ["[data-upload]", "[data-upload-form]"].map((s) => document.querySelector(s));
const batch = new UploadBatch(work, form);
const asked = (...some) => Promise.allSettled(some).then((all) =>
  all.map(({ value, reason }) => reason?.message ?? value));
"""


@pytest.fixture
def page(script_page):
    """Open a page that has no batch yet."""
    return script_page(PAGE % "")


def test_concurrent_callers_create_one_batch(page):
    page.answers["/upload/"] = (200, {"url": "/upload/1/"})
    result = page.run(
        START
        + """
        const answers = await asked(batch.begin(), batch.begin());
        answers.push(await batch.begin());
        const { action } = work.querySelector("form");
        return [answers, batch.url, batch.isStarted, new URL(action).pathname];
        """
    )
    assert result == [[True, True, True], "/upload/1/", True, "/upload/1/caption/"]
    (sent,) = page.sent
    assert "Trip" in sent.post_data
    assert 'name="files"' not in sent.post_data


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ((400, {"sentence": "Name the collection."}), "Name the collection."),
        ((500, {}), "The upload couldn’t start. Reload the page and try again."),
    ],
)
def test_a_failure_is_reported_once_and_can_be_retried(page, answer, sentence):
    page.answers["/upload/"] = answer
    answers = page.run(START + "return asked(batch.begin(), batch.begin());")
    assert answers == [sentence, False]
    page.answers["/upload/"] = (200, {"url": "/upload/1/"})
    assert page.run(START + "return batch.begin();") is True


def test_a_network_error_keeps_the_files(page):
    page.route("**/upload/", lambda route: route.abort())
    (sentence,) = page.run(START + "return asked(batch.begin());")
    assert sentence.startswith("The site can’t be reached. Your files are kept here")


def test_the_page_of_a_batch_sends_no_request(script_page):
    page = script_page(PAGE % "/upload/7/")
    assert page.run(START + "return [await batch.begin(), batch.token];") == [True, "token"]
    assert page.sent == []

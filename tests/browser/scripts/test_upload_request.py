"""Sending a file: limits, the meaning of each response, and the request's fields."""

import pytest

LIMITS = {
    "maxBytes": "10", "maxArchiveBytes": "100",
    "maxWords": "10 bytes", "maxArchiveWords": "100 bytes",
}  # fmt: skip


@pytest.fixture
def request_page(script_page):
    """Open a page with the module's functions."""
    page = script_page()
    page.run('Object.assign(window, await import("/js/upload_request.js"));')
    return page


@pytest.mark.parametrize(
    ("name", "size", "sentence"),
    [
        ("a.jpg", 10, ""),
        ("a.jpg", 11, "This picture is larger than 10 bytes, the limit on this site."),
        ("a.ZIP", 100, ""),
        ("a.zip", 101, "This zip file is larger than 100 bytes, the limit on this site."),
    ],
)
def test_files_over_the_limit_are_refused_before_they_are_sent(request_page, name, size, sentence):
    said = request_page.run(
        "return tooLarge({ size: value.size }, value.name, value.limits);",
        {"size": size, "name": name, "limits": LIMITS},
    )
    assert said == sentence


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        ({"status": 200, "text": '{"items": [1]}'}, {"outcome": "stored", "body": {"items": [1]}}),
        (
            {"status": 200, "text": '{"items": []}'},
            {"outcome": "refused", "sentence": "This file contains no pictures."},
        ),
        ({"status": 413, "text": '{"sentence": "No."}'}, {"outcome": "refused", "sentence": "No."}),
        ({"status": 429, "retryAfter": "7"}, {"outcome": "busy", "pauseMs": 7000}),
        ({"status": 429, "retryAfter": None}, {"outcome": "busy", "pauseMs": 5000}),
        (
            {"status": 502, "text": "<html>"},
            {"outcome": "unreachable", "sentence": "Not sent. The site can’t be reached."},
        ),
        (
            {"status": 200, "text": "<html>"},
            {
                "outcome": "unsent",
                "sentence": "Not sent. Sign in again in another tab, then retry.",
            },
        ),
    ],
)
def test_each_response_maps_to_one_outcome(request_page, answer, result):
    assert request_page.run("return resultOf(value);", answer) == result


def test_a_file_is_posted_with_its_name_and_fields(request_page):
    request_page.answers["/upload/1/files/"] = (200, {"items": [{"id": 1}]})
    result = request_page.run("""
        return postFile("/upload/1/files/", {
          file: new File(["bytes"], "cat.jpg"), name: "holiday/cat.jpg",
          fields: [["csrfmiddlewaretoken", "token"], ["caption", "A cat"]],
          onSent() {},
        });
    """)
    assert result == {"outcome": "stored", "body": {"items": [{"id": 1}]}}
    (sent,) = request_page.sent
    assert sent.headers["accept"] == "application/json"
    body = sent.post_data
    for part in ('name="caption"', "A cat", "holiday/cat.jpg", 'filename="cat.jpg"', "token"):
        assert part in body


def test_a_broken_connection_counts_as_unreachable(request_page):
    request_page.route("**/broken/", lambda route: route.abort())
    outcome = request_page.run("""
        const file = new File(["bytes"], "cat.jpg");
        const what = { file, name: "cat.jpg", fields: [], onSent() {} };
        return (await postFile("/broken/", what)).outcome;
    """)
    assert outcome == "unreachable"

"""The line above the list of files."""

import pytest

SUMMARY = """
<section data-upload>
  <div data-sending hidden><p data-sending-words></p><button data-retry-unsent hidden></button>
  <progress max="1" data-sending-bar></progress></div>
  <div data-summary></div><p data-live></p>
</section>
"""


@pytest.mark.parametrize(
    ("progress", "words"),
    [
        ({"total": 1, "left": 1, "unsent": 0}, "Sending 1 file"),
        ({"total": 1200, "left": 200, "unsent": 3}, "Sending files: 1,000 of 1,200"),
        ({"total": 1, "left": 0, "unsent": 1}, "1 of 1 file wasn’t sent"),
        ({"total": 12, "left": 0, "unsent": 2}, "2 of 12 files weren’t sent"),
        ({"total": 1, "left": 0, "unsent": 0}, "1 file sent"),
        ({"total": 12, "left": 0, "unsent": 0}, "All 12 files sent"),
    ],
)
def test_progress_is_one_sentence(script_page, progress, words):
    said = script_page().run(
        'return (await import("/js/upload_summary.js")).sendingWords(value);', progress
    )
    assert said == words


@pytest.fixture
def summary(script_page):
    """Return summary(progress, held, after_ms), which renders once and returns what the page then
    shows."""
    page = script_page(SUMMARY)
    page.clock.install()
    page.run("""
        const { UploadSummary } = await import("/js/upload_summary.js");
        window.summary = new UploadSummary(document.querySelector("[data-upload]"));
    """)

    def draw(progress, held="", after_ms=700):
        state = {"progress": {"unsent": 0, "left": 0, "share": 1, **progress}, "held": held}
        page.evaluate("state => window.summary.schedule(() => state)", state)
        page.clock.run_for(after_ms)
        return page.evaluate("""() => ({
            words: document.querySelector("[data-sending-words]").textContent,
            live: document.querySelector("[data-live]").textContent,
            isOpen: !document.querySelector("[data-sending]").hidden,
            hasBar: !document.querySelector("progress").hidden,
            canRetry: !document.querySelector("button").hidden,
        })""")

    draw.page = page
    return draw


def test_nothing_is_shown_before_there_is_a_file(summary):
    assert not summary({"total": 0})["isOpen"]


def test_progress_is_announced_occasionally_and_at_the_end(summary):
    assert summary({"total": 50, "left": 49, "share": 0})["live"] == "Sending files: 1 of 50"
    assert summary({"total": 50, "left": 40, "share": 0.2})["live"] == "Sending files: 1 of 50"
    summary.page.clock.run_for(10_000)
    assert summary({"total": 50, "left": 30, "share": 0.4})["live"] == "Sending files: 20 of 50"
    assert summary({"total": 50})["live"] == "All 50 files sent"


def test_unsent_files_can_be_retried_after_the_rest(summary):
    assert not summary({"total": 5, "left": 1, "unsent": 2})["canRetry"]
    assert summary({"total": 5, "left": 0, "unsent": 2})["canRetry"]


def test_held_files_are_announced_once_all_are_collected(summary):
    first = summary({"total": 3, "left": 3}, held="unnamed", after_ms=200)
    assert first["words"].startswith("3 files are ready. Name the collection")
    assert first["live"] == ""
    assert not first["hasBar"]
    assert not first["canRetry"]
    later = summary({"total": 9, "left": 9}, held="unnamed")
    assert later["live"].startswith("9 files are ready.")


def test_an_upload_that_could_not_start_can_be_retried(summary):
    held = summary({"total": 1, "left": 1}, held="failed")
    assert held["words"] == "1 file is waiting. The upload couldn’t start."
    assert held["canRetry"]

"""Polling for stored files: only while something is pending, and less often without changes."""

import pytest

NEWS = """
const { UploadNews, MAX_POLLED_ROWS } = await import("/js/upload_news.js");
// Timers wait in a list instead of running: next() runs the oldest and returns its pause.
window.timers = [];
window.setTimeout = (act, ms) => window.timers.push({ act, ms });
window.next = async () => {
  const timer = window.timers.shift();
  if (!timer) return null;
  await timer.act();
  return timer.ms;
};
window.state = { address: "/upload/1/", isWanted: true, asked: 0, limit: 0 };
window.news = new UploadNews({
  address: () => state.address,
  isWanted: () => state.isWanted,
  items: (limit) => { state.limit = limit; return [7, 8]; },
  show: (body) => { state.asked += 1; state.isWanted = body.pending; return body.news; },
});
"""
ADDRESS = "/upload/1/status/?item=7&item=8"


@pytest.fixture
def page(script_page):
    """Open a page with UploadNews and timers that the test controls."""
    opened = script_page()
    opened.run(NEWS)
    return opened


def test_it_polls_until_nothing_is_pending(page):
    page.answers[ADDRESS] = (200, {"items": [], "pending": True, "news": True})
    page.run("news.schedule(); news.schedule();")
    assert page.run("return next();") == 1500
    page.answers[ADDRESS] = (200, {"items": [], "pending": False})
    assert page.run("return next();") == 1500
    assert page.run("return next();") is None
    assert page.run("return [state.asked, state.limit];") == [2, 200]


def test_polling_slows_down_without_changes_and_speeds_up_after_one(page):
    page.answers[ADDRESS] = (200, {"items": [], "pending": True, "news": False})
    page.run("news.schedule();")
    pauses = [page.run("return next();") for _ in range(16)]
    assert pauses[0] == 1500
    assert pauses == sorted(pauses)
    assert pauses[-1] == 8000
    page.run("news.hurry(); await next();")
    assert page.run("return next();") < 2000


def test_an_error_delays_the_next_poll(page):
    page.answers[ADDRESS] = (503, {})
    page.run("news.schedule(); await next();")
    page.answers[ADDRESS] = (200, {"items": [], "pending": False, "news": True})
    assert page.run("return next();") == 8000
    assert page.run("return state.asked;") == 1


def test_a_hidden_page_polls_rarely(page):
    page.answers[ADDRESS] = (200, {"items": [], "pending": True, "news": True})
    page.run('Object.defineProperty(document, "hidden", { value: true });')
    page.run("news.schedule(); await next();")
    assert page.run("return next();") == 8000


def test_nothing_is_polled_without_a_batch_or_pending_files(page):
    page.run('state.address = ""; news.schedule();')
    page.run('state.address = "/upload/1/"; state.isWanted = false; news.schedule();')
    assert page.run("return timers.length;") == 0

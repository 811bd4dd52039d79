"""The upload queue: order, concurrency, and the handling of each outcome."""

import pytest

# queue(results): a queue in which attempts at file k return results[k] one after the other, and a
# log.
START = """
const { UploadQueue, AT_ONCE, MAX_ATTEMPTS } = await import("/js/upload_queue.js");
const log = [], rests = [];
let atOnce = 0, maxAtOnce = 0;
function queue(results) {
  const listener = {
    onStart: (job) => log.push(`start ${job.name}`),
    onSettled: (job, result) => log.push(`${result.outcome} ${job.name}`),
    onPause: (job) => log.push(`pause ${job.name}`),
    onProgress: () => {},
  };
  const send = async (job) => {
    maxAtOnce = Math.max(maxAtOnce, ++atOnce);
    await new Promise((resolve) => setTimeout(resolve, 5));
    atOnce -= 1;
    const mine = results[job.name] ?? [];
    return mine.length ? mine.shift() : { outcome: "stored", body: {} };
  };
  return new UploadQueue({ send, listener, sleep: async (ms) => rests.push(ms) });
}
const files = (...names) => names.map((name) => ({ name, file: new File(["12345"], name) }));
const settled = async (q) => {
  while (q.isBusy || q.active) await new Promise((resolve) => setTimeout(resolve, 5));
};
"""


@pytest.fixture
def run(script_page):
    """Return run(code), which runs code after START."""
    page = script_page()
    return lambda code: page.run(START + code)


def test_files_start_in_order_with_limited_concurrency(run):
    result = run("""
        const q = queue({});
        q.add(files("a", "b", "c", "d", "e"));
        q.pump();
        const first = [...log];
        await settled(q);
        return { first, maxAtOnce, limit: AT_ONCE, states: q.jobs.map((job) => job.state) };
    """)
    assert result["limit"] == 3
    assert result["first"] == ["start a", "start b", "start c"]
    assert result["maxAtOnce"] == 3
    assert result["states"] == ["stored"] * 5


def test_a_network_error_is_retried_with_growing_pauses_and_then_given_up(run):
    result = run("""
        const q = queue({ a: Array(9).fill({ outcome: "unreachable", sentence: "Not sent." }) });
        q.add(files("a"));
        q.pump();
        await settled(q);
        return { log, rests, unsent: q.unsent.length, limit: MAX_ATTEMPTS };
    """)
    assert result["limit"] == 6
    assert result["log"] == ["start a", *["pause a"] * 5, "unsent a"]
    assert result["rests"] == [1000, 2000, 4000, 8000, 16000]
    assert result["unsent"] == 1


def test_a_busy_server_is_retried_after_the_time_it_names_without_giving_up(run):
    result = run("""
        const q = queue({ a: Array(9).fill({ outcome: "busy", pauseMs: 7000 }) });
        q.add(files("a"));
        q.pump();
        await settled(q);
        return { log, rests };
    """)
    assert result["log"] == ["start a", "stored a"]
    assert result["rests"] == [7000] * 9


def test_a_refused_file_is_not_retried(run):
    log = run("""
        const q = queue({ a: [{ outcome: "refused", sentence: "No." }] });
        q.add(files("a", "b"));
        q.pump();
        await settled(q);
        return log;
    """)
    assert log == ["start a", "start b", "refused a", "stored b"]


def test_a_retried_file_goes_before_waiting_ones(run):
    result = run("""
        const q = queue({ a: [{ outcome: "unsent", sentence: "Sign in." }] });
        q.add(files("a"));
        q.pump();
        await settled(q);
        q.add(files("b", "c", "d", "e"));
        q.retry(q.unsent);
        await settled(q);
        return { log, attempts: q.jobs[0].attempts, states: q.jobs.map((job) => job.state) };
    """)
    assert result["log"][:3] == ["start a", "unsent a", "start a"]
    assert result["states"] == ["stored"] * 5


def test_a_file_waits_while_the_browser_is_offline(run):
    result = run("""
        Object.defineProperty(navigator, "onLine", { value: false, configurable: true });
        const q = queue({ a: [{ outcome: "unreachable" }] });
        q.add(files("a"));
        q.pump();
        await new Promise((resolve) => setTimeout(resolve, 60));
        const before = [...log];
        delete navigator.onLine;
        dispatchEvent(new Event("online"));
        await settled(q);
        return { before, log };
    """)
    assert result["before"] == ["start a", "pause a"]
    assert result["log"][-1] == "stored a"


def test_progress_counts_files_and_bytes(run):
    progress = run("""
        const q = queue({});
        q.add(files("a", "b", "c", "d"));
        const [a, b, c, d] = q.jobs;
        Object.assign(a, { state: "stored" });
        Object.assign(b, { state: "sending", loaded: 2 });
        Object.assign(c, { state: "unsent" });
        return q.progress();
    """)
    assert progress == {"total": 4, "left": 2, "unsent": 1, "share": pytest.approx(12 / 20)}


def test_an_empty_queue_has_no_progress(run):
    assert run("return queue({}).progress();")["share"] == 0


def test_an_empty_file_counts_as_one_byte(run):
    assert (
        run("""
        const { sizeOf } = await import("/js/upload_queue.js");
        return sizeOf({ file: new File([], "a") });
    """)
        == 1
    )

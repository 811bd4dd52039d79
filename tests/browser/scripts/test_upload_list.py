"""The list of files on the upload page."""

import pytest

PAGE = """
<section data-upload><ul data-rows></ul><p data-more-rows hidden></p>
<template data-row-template><li class="upload-row" data-progress="sending"><bdi></bdi>
<span class="upload-row__thumb"></span>
<div class="upload-row__state"><span data-words-state>Waiting</span>
<progress max="1" hidden></progress></div>
<div class="upload-row__words"><input name="caption"><input name="tags"></div></li></template>
<template data-refused-template><p class="refused"><span></span></p></template>
<template data-again-template><p class="again"><span></span><button data-again>Retry</button></p>
</template></section>
"""
START = """
const { UploadList, ROWS_AHEAD } = await import("/js/upload_list.js");
const retried = [];
const work = document.querySelector("[data-upload]");
const list = new UploadList(work, { onRetry: (job) => retried.push(job.name) });
const jobsOf = (...names) => names.map((name) => ({ name, file: new File(["12345"], name) }));
const rows = () => [...document.querySelectorAll(".upload-row")];
const words = (job) => job.row.querySelector("[data-words-state]").textContent;
const stored = (id, progress = "waiting") => ({
  id,
  progress,
  html: `<li class="upload-row" id="item-${id}" data-item="${id}" data-progress="${progress}">
    <div class="upload-row__state">${progress}</div></li>`,
});
"""


@pytest.fixture
def run(script_page):
    """Return run(code), which runs code with a list."""
    page = script_page(PAGE)
    return lambda code: page.run(START + code)


def test_rows_are_created_ahead_but_not_all_at_once(run):
    made = run("""
        const jobs = jobsOf(...Array.from({ length: 1500 }, (_, n) => `${n}.txt`));
        list.extend(jobs, 0);
        const more = document.querySelector("[data-more-rows]");
        const first = [rows().length, more.textContent, more.hidden];
        list.extend(jobs, 1500);
        return [ROWS_AHEAD, ...first, rows().length, more.hidden];
    """)
    sentence = "1,300 more files will appear when their turn comes."
    assert made == [200, 200, sentence, False, 1500, True]


def test_a_row_has_a_name_labels_and_the_shared_tags(run):
    row = run("""
        list.tagsForAll.push("summer");
        const [job] = jobsOf("trip/<b>cat</b>.jpg");
        list.extend([job], 0);
        const fields = [...job.row.querySelectorAll("input")];
        return [job.row.querySelector("bdi").textContent, list.fieldsOf(job),
          ...fields.map((field) => field.getAttribute("aria-label"))];
    """)
    name = "trip/<b>cat</b>.jpg"
    fields = [["caption", ""], ["tags", "summer"]]
    assert row == [name, fields, f"Caption of {name}", f"Tags of {name}"]


def test_each_step_of_sending_is_shown(run):
    steps = run("""
        const [job, zip] = jobsOf("cat.jpg", "all.zip");
        list.extend([job, zip], 0);
        const bar = job.row.querySelector("progress");
        const steps = [];
        const share = () => bar.hasAttribute("value") && bar.value;
        const note = () => steps.push([words(job), bar.hidden, share()]);
        note();
        list.showSending(job, 2); note();
        list.showPause(job); note();
        list.showSending(job, Infinity); note();
        list.showSending(zip, Infinity);
        return [steps, words(zip)];
    """)
    assert steps == [
        [
            ["Waiting", True, False],
            ["Sending", False, 0.4],
            ["No connection. Retrying soon…", True, 0],
            ["Sent. Processing…", False, False],
        ],
        "Sent. Unpacking…",
    ]


def test_a_refused_file_shows_the_reason_and_has_no_fields(run):
    row = run("""
        const [job] = jobsOf("cat.jpg");
        list.extend([job], 0);
        list.showRefused(job, "Too <large>.");
        return [job.row.dataset.progress, job.row.querySelector(".refused").textContent,
          job.row.querySelectorAll("input").length];
    """)
    assert row == ["refused", "Too <large>.", 0]


def test_an_unsent_file_can_be_retried(run):
    row = run("""
        const [job] = jobsOf("cat.jpg");
        list.extend([job], 0);
        list.showUnsent(job, "Not sent.");
        job.row.querySelector("button").click();
        const state = job.row.dataset.progress;
        list.showWaiting(job);
        return [retried, state, job.row.dataset.progress, words(job)];
    """)
    assert row == [["cat.jpg"], "unsent", "sending", "Waiting"]


def test_a_zip_becomes_a_row_for_each_picture_in_it(run):
    ids = run("""
        const jobs = jobsOf("all.zip", "after.jpg");
        list.extend(jobs, 0);
        list.showStored(jobs[0], [stored(1), stored(2), stored(3)]);
        return rows().map((row) => row.id || row.querySelector("bdi").textContent);
    """)
    assert ids == ["item-1", "item-2", "item-3", "after.jpg"]


def test_only_changed_rows_are_updated(run):
    result = run("""
        const jobs = jobsOf("all.zip");
        list.extend(jobs, 0);
        list.showStored(jobs[0], [stored(1), stored(2), stored(3, "failed")]);
        const asked = [list.pendingItems(10), list.pendingItems(1)];
        const changes = [list.update([stored(1), stored(2)])];
        changes.push(list.update([stored(1, "searchable"), stored(9)]));
        list.expectRetried();
        const again = list.pendingItems(10);
        changes.push(list.update([stored(3)]));
        return [asked, changes, again, document.querySelector("#item-1 div").textContent];
    """)
    assert result == [
        [["1", "2"], ["1"]],
        [False, True, True],
        ["2", "3"],
        "searchable",
    ]

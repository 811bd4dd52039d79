"""The progress of an upload in the title of the tab."""


def titles(page, *states):
    return page.run(
        """
        const { showInTitle } = await import("/js/upload_title.js");
        document.title = "Upload – Semblance";
        return value.map((state) => { showInTitle(state); return document.title; });
        """,
        list(states),
    )


def test_the_title_counts_files_and_is_restored_at_the_end(script_page):
    assert titles(
        script_page(),
        {"total": 12, "left": 12},
        {"total": 12, "left": 9},
        {"total": 1200, "left": 100},
        {"total": 12, "left": 0},
        {"total": 12, "left": 0},
    ) == [
        "(0 of 12) Upload – Semblance",
        "(3 of 12) Upload – Semblance",
        "(1,100 of 1,200) Upload – Semblance",
        "Upload – Semblance",
        "Upload – Semblance",
    ]


def test_a_second_upload_starts_counting_again(script_page):
    lots = titles(
        script_page(), {"total": 1, "left": 1}, {"total": 1, "left": 0}, {"total": 2, "left": 1}
    )
    assert lots[-1] == "(1 of 2) Upload – Semblance"

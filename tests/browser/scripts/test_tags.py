"""Tag completion in comma-separated fields."""

import pytest

BODY = """
<form><input data-tags="/tags/" name="tags" aria-label="Tags" value="summer, "><button>Save</button>
</form><input id="other" aria-label="Other">
"""


@pytest.fixture
def page(script_page):
    """Open a page with a field for which the server has two completions. Forms are not sent."""
    opened = script_page(BODY)
    opened.answers["/tags/?q=ga"] = (200, {"tags": ["garden", "gate", "summer"]})
    opened.answers["/tags/?q=gi"] = (200, {"tags": []})
    opened.run("""
        await import("/js/tags.js");
        window.changes = [];
        document.addEventListener("change", (event) => window.changes.push(event.target.value));
        document.addEventListener("submit", (event) => {
            event.preventDefault();
            window.submitted = true;
        });
        document.addEventListener("keydown", (event) => { window.lastKey = event.key; });
    """)
    field = opened.get_by_role("textbox", name="Tags")
    field.focus()
    opened.keyboard.press("End")
    opened.field = opened.locator("[data-tags]")
    return opened


def options(page):
    page.get_by_role("listbox", name="Tags").wait_for()
    return page.get_by_role("option").all_inner_texts()


def test_the_tag_at_the_cursor_is_completed_with_the_keyboard(page):
    page.keyboard.type("ga")
    assert options(page) == ["garden", "gate"]
    assert page.field.get_attribute("aria-expanded") == "true"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    chosen = page.field.get_attribute("aria-activedescendant")
    assert page.locator(f"#{chosen}").inner_text() == "gate"
    assert page.locator(f"#{chosen}").get_attribute("aria-selected") == "true"
    page.keyboard.press("Enter")
    assert page.field.input_value() == "summer, gate, "
    assert page.get_by_role("listbox").count() == 0
    assert page.field.get_attribute("aria-expanded") == "false"
    assert not page.evaluate("window.submitted ?? false")


def test_choosing_a_completion_fires_a_change_event_on_blur(page):
    page.keyboard.type("ga")
    options(page)
    page.get_by_role("option", name="garden").click()
    assert page.evaluate("document.activeElement.name") == "tags"
    page.locator("#other").focus()
    assert page.evaluate("window.changes") == ["summer, garden, "]


def test_escape_closes_the_list_and_nothing_else(page):
    page.keyboard.type("ga")
    options(page)
    page.evaluate("window.lastKey = ''")
    page.keyboard.press("Escape")
    assert page.get_by_role("listbox").count() == 0
    assert page.evaluate("window.lastKey") == ""
    assert page.field.input_value() == "summer, ga"


def test_enter_sends_the_form_if_no_option_is_active(page):
    page.keyboard.type("ga")
    options(page)
    page.keyboard.press("Enter")
    assert page.evaluate("window.submitted")


def test_no_list_opens_without_completions(page):
    page.keyboard.type("gi")
    page.wait_for_timeout(400)
    assert page.get_by_role("listbox").count() == 0


@pytest.mark.parametrize(
    ("value", "cursor", "result"),
    [
        ("ga", 2, ["garden, ", 8]),
        ("summer, ga", 10, ["summer, garden, ", 16]),
        ("ga, summer", 2, ["garden, summer", 8]),
        ("a,ga,b", 4, ["a, garden, b", 11]),
    ],
)
def test_the_tag_at_the_cursor_is_replaced(script_page, value, cursor, result):
    code = """
        const { completed } = await import("/js/tags.js");
        const next = completed(value[0], value[1], "garden");
        return [next.value, next.cursor];
    """
    assert script_page().run(code, [value, cursor]) == result

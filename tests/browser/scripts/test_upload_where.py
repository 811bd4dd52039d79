"""The fields that choose the destination, and the messages while files wait for one."""

import pytest

FORM = """
<p data-upload-lede>Drop pictures here.</p>
<div data-where>
<form>
  <select data-upload-collection><option value="">New collection</option>
  <option value="3">Holidays</option></select>
  <div data-new><input name="new_collection"></div>
  <div data-new><select name="visibility"><option>private</option></select></div>
</form>
</div>
"""
START = """
const where = await import("/js/upload_where.js");
const form = document.querySelector("form");
const select = form.querySelector("select"), name = form.querySelector("input");
"""


@pytest.fixture
def run(script_page):
    """Return run(code), which runs code with the form."""
    page = script_page(FORM + "<button data-choose>Choose</button>")
    return lambda code: page.run(START + code)


def test_new_collection_fields_apply_only_without_an_existing_one(run):
    hidden, disabled, shown = run("""
        select.value = "3"; where.showWhere(form);
        const [hidden, disabled] = [name.parentElement.hidden, name.disabled];
        select.value = ""; where.showWhere(form);
        return [hidden, disabled, !name.parentElement.hidden && !name.disabled];
    """)
    assert (hidden, disabled, shown) == (True, True, True)


def test_a_name_is_required_unless_a_collection_is_chosen(run):
    missing = run("""
        const missing = [where.isNameMissing(form)];
        name.value = "  "; missing.push(where.isNameMissing(form));
        name.value = "Trip"; missing.push(where.isNameMissing(form));
        name.value = ""; select.value = "3"; where.showWhere(form);
        missing.push(where.isNameMissing(form));
        return missing;
    """)
    assert missing == [True, True, False, False]


def test_a_page_with_a_fixed_collection_needs_no_name(script_page):
    assert not script_page("<form></form>").run("""
        const { isNameMissing, showWhere, askForName } = await import("/js/upload_where.js");
        const form = document.querySelector("form");
        showWhere(form); askForName(form);
        return isNameMissing(form);
    """)


def test_the_chosen_collection_replaces_the_fields(run):
    result = run("""
        form.append(document.querySelector("[data-choose]"));
        name.value = " Trip "; name.focus();
        where.settleWhere(form, document.querySelector("[data-where]"));
        return document.querySelector("[data-upload-lede]").textContent;
    """)
    assert result == "Uploading to Trip. Drop pictures here."


@pytest.mark.parametrize(
    ("count", "unnamed", "words"),
    [
        (1, True, "1 file is ready. Name the collection to send it."),
        (1200, True, "1,200 files are ready. Name the collection to send them."),
        (1, False, "1 file is waiting. The upload couldn’t start."),
        (2, False, "2 files are waiting. The upload couldn’t start."),
    ],
)
def test_messages_while_files_wait(run, count, unnamed, words):
    assert run(f"return where.waitingWords({count}, {str(unnamed).lower()});") == words

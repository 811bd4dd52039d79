"""After a bulk change, the keyboard focus moves to the first affected picture that is still
there."""

import pytest


def tile(pk, *, checked=False):
    """Return the markup of a selectable tile."""
    box = f'<input type="checkbox" {"checked" if checked else ""}>'
    return (
        f'<li class="tile" data-id="{pk}"><a class="tile__link" href="#{pk}">{pk}</a>'
        f'<span class="tile__check">{box}</span></li>'
    )


CHANGE = """
await import("/js/swap.js");
const form = document.querySelector("form");
form.dispatchEvent(new CustomEvent("htmx:beforeRequest", { bubbles: true, detail: { elt: form } }));
for (const id of value) document.querySelector(`.tile[data-id="${id}"]`).remove();
document.dispatchEvent(new Event("semblance:changed"));
return document.activeElement.closest(".tile")?.dataset.id ?? "";
"""


@pytest.mark.parametrize(
    ("ticked", "gone", "focused"),
    [
        ([2, 3], [], "2"),
        ([2, 3], [2], "3"),
        ([2, 3], [2, 3], "4"),
        ([4], [4], "3"),
        ([1, 2, 3, 4], [1, 2, 3, 4], ""),
    ],
)
def test_where_the_keyboard_focus_moves(script_page, ticked, gone, focused):
    tiles = "".join(tile(pk, checked=pk in ticked) for pk in (1, 2, 3, 4))
    page = script_page(f"<form data-selection></form><ul>{tiles}</ul>")
    assert page.run(CHANGE, gone) == focused


def test_other_forms_change_nothing(script_page):
    page = script_page(f"<form></form><ul>{tile(1, checked=True)}</ul>")
    assert page.run(CHANGE, []) == ""

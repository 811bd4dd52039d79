"""Errors of domain functions appear beside the field they are about."""

import pytest

from gallery.exceptions import LibraryProblem, NotAllowed
from gallery.forms import CollectionForm, CoverForm, add_problem
from gallery.models import Image


@pytest.mark.parametrize(
    ("reason", "fields"),
    [
        ("name_missing", (["name"], [])),
        ("description_too_long", (["description"], [])),
        ("visibility_unknown", (["visibility"], [])),
        ("cover_elsewhere", ([], ["cover"])),
        ("collection_gone", (["__all__"], [])),
    ],
)
def test_an_error_appears_beside_the_field_that_its_reason_names(reason, fields):
    form = CollectionForm({"name": "Cats", "visibility": "private"})
    cover_form = CoverForm({}, images=Image.objects.none())
    assert form.is_valid() and cover_form.is_valid()
    add_problem(LibraryProblem("Not so.", reason=reason), to=[form, cover_form])
    assert (list(form.errors), list(cover_form.errors)) == fields


def test_a_refusal_of_the_whole_form_is_shown_above_it():
    form = CollectionForm({"name": "Cats", "visibility": "private"})
    assert form.is_valid()
    add_problem(NotAllowed("Sign in to make a collection."), to=[form])
    assert form.non_field_errors() == ["Sign in to make a collection."]

import pytest
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from gallery.models import User
from gallery.models.people import person_id, sees_everything
from tests.factories import PASSWORD, make_person


def test_names_are_found_and_sign_in_in_any_case(db):
    bob = make_person("Bob")
    for name in ("Bob", "bob", " BOB "):
        assert User.objects.named(name) == bob
    assert authenticate(username="bOB", password=PASSWORD) == bob
    assert User.objects.named("bo") is None
    assert User.objects.named("") is None


def test_a_name_is_taken_in_every_case(db):
    make_person("Bob")
    with pytest.raises(IntegrityError):
        make_person("bob")


def test_a_form_says_that_a_name_is_taken(db):
    make_person("Bob")
    other = make_person("carol")
    other.username = "BOB"
    with pytest.raises(ValidationError) as problem:
        other.full_clean()
    assert problem.value.message_dict == {
        "username": ["A person with that user name already exists."]
    }


def test_existing_names_that_differ_only_by_case_keep_working(db):
    old = make_person("bob")
    new = make_person("Bob", shares_name=True)
    assert (User.objects.named("bob"), User.objects.named("Bob")) == (old, new)
    assert User.objects.named("BOB") is None
    for person in (old, new):
        person.full_clean()
    with pytest.raises(IntegrityError):
        make_person("BOB")


def test_only_active_people_count(db):
    person = make_person("carol", is_superuser=True)
    assert (person_id(person), sees_everything(person)) == (person.pk, True)
    person.is_active = False
    assert (person_id(person), sees_everything(person)) == (None, False)
    assert person_id(None) is None

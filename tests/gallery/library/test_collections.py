import pytest

from gallery.exceptions import LibraryProblem, NotAllowed
from gallery.library.collections import (
    create_collection,
    delete_collection,
    update_collection,
)
from gallery.models import Collection, Visibility
from tests.factories import make_collection, make_image


def test_a_collection_gets_an_address_of_its_own(owner):
    first = create_collection(owner, name="  My   cats ")
    second = create_collection(owner, name="My cats")
    assert (first.name, first.slug, second.slug) == ("My cats", "my-cats", "my-cats-2")
    assert first.visibility == Visibility.PRIVATE


@pytest.mark.parametrize("name", ["new", "新しい写真", "!!!"])
def test_addresses_never_clash_with_pages_and_are_never_empty(owner, name):
    collection = create_collection(owner, name=name)
    assert collection.slug not in {"", "new"}
    assert collection.name == name


@pytest.mark.parametrize(("name", "reason"), [(" ", "name_missing"), ("x" * 121, "name_too_long")])
def test_bad_names_are_refused_in_a_sentence(owner, name, reason):
    with pytest.raises(LibraryProblem) as problem:
        create_collection(owner, name=name)
    assert problem.value.reason == reason
    assert not Collection.objects.exists()


def test_nobody_in_particular_makes_no_collection(db):
    with pytest.raises(NotAllowed):
        create_collection(None, name="Cats")


def test_the_cover_is_a_live_picture_of_the_collection(owner):
    collection, other = make_collection(owner), make_collection(owner)
    foreign = make_image(other)
    settings = {"name": "New", "description": "", "visibility": "public"}
    with pytest.raises(LibraryProblem, match="cover"):
        update_collection(collection, **settings, cover=foreign)
    mine = make_image(collection)
    update_collection(collection, **settings, cover=mine)
    collection.refresh_from_db()
    assert (collection.cover, collection.name, collection.is_public) == (mine, "New", True)


def test_only_an_empty_collection_is_deleted(owner):
    collection = make_collection(owner)
    image = make_image(collection)
    with pytest.raises(LibraryProblem) as problem:
        delete_collection(collection)
    assert problem.value.reason == "not_empty"
    image.deleted_at = image.created_at
    image.save()
    with pytest.raises(LibraryProblem) as problem:
        delete_collection(collection)
    assert problem.value.reason == "trash_not_empty"
    image.delete()
    delete_collection(collection)
    assert not Collection.objects.exists()


def test_words_of_a_collection_hold_nothing_that_no_database_takes(owner):
    made = create_collection(owner, name="My\x00 \ud800cats", description="one\x00\r\ntwo")
    made.refresh_from_db()
    assert (made.name, made.slug, made.description) == ("My cats", "my-cats", "one \ntwo")
    update_collection(made, name="a\x00b", description="\x00", visibility="private", cover=None)
    made.refresh_from_db()
    assert (made.name, made.description) == ("a b", "")


def test_a_collection_deleted_meanwhile_stays_deleted(owner):
    collection = make_collection(owner)
    Collection.objects.filter(pk=collection.pk).delete()
    update_collection(collection, name="x", description="", visibility="private", cover=None)
    with pytest.raises(LibraryProblem) as problem:
        delete_collection(collection)
    assert problem.value.reason == "collection_gone"
    assert not Collection.objects.exists()

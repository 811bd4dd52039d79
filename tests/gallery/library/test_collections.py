import pytest
from django.db import IntegrityError
from django.utils import timezone

from gallery.exceptions import LibraryProblem, NotAllowed
from gallery.library.collections import (
    create_collection,
    default_collection_name,
    delete_collection,
    free_name,
    my_pictures_of,
    update_collection,
)
from gallery.models import Collection, Visibility
from tests.factories import make_collection, make_image


def test_a_collection_gets_its_own_address(owner, stranger):
    first = create_collection(owner, by=owner, name="  My   cats ")
    second = create_collection(stranger, by=stranger, name="My cats")
    assert (first.name, first.slug, second.slug) == ("My cats", "my-cats", "my-cats-2")
    assert first.visibility == Visibility.PRIVATE


@pytest.mark.parametrize("name", ["new", "新しい写真", "!!!"])
def test_addresses_never_clash_with_pages_and_are_never_empty(owner, name):
    collection = create_collection(owner, by=owner, name=name)
    assert collection.slug not in {"", "new"}
    assert collection.name == name


@pytest.mark.parametrize(("name", "reason"), [(" ", "name_missing"), ("x" * 121, "name_too_long")])
def test_bad_names_are_refused_in_a_sentence(owner, name, reason):
    with pytest.raises(LibraryProblem) as problem:
        create_collection(owner, by=owner, name=name)
    assert problem.value.reason == reason
    assert not Collection.objects.exists()


def test_the_cover_is_a_live_picture_of_the_collection(owner):
    collection, other = make_collection(owner), make_collection(owner)
    foreign = make_image(other)
    settings = {"name": "New", "description": "", "visibility": "public"}
    with pytest.raises(LibraryProblem, match="cover"):
        update_collection(collection, by=owner, **settings, cover=foreign)
    mine = make_image(collection)
    trashed = make_image(collection, deleted_at=timezone.now())
    with pytest.raises(LibraryProblem) as problem:
        update_collection(collection, by=owner, **settings, cover=trashed)
    assert problem.value.reason == "cover_elsewhere"
    update_collection(collection, by=owner, **settings, cover=mine)
    collection.refresh_from_db()
    assert (collection.cover, collection.name, collection.is_public) == (mine, "New", True)


def test_only_an_empty_collection_is_deleted(owner):
    collection = make_collection(owner)
    image = make_image(collection)
    with pytest.raises(LibraryProblem) as problem:
        delete_collection(collection, by=owner)
    assert problem.value.reason == "not_empty"
    image.deleted_at = image.created_at
    image.save()
    with pytest.raises(LibraryProblem) as problem:
        delete_collection(collection, by=owner)
    assert problem.value.reason == "trash_not_empty"
    image.delete()
    delete_collection(collection, by=owner)
    assert not Collection.objects.exists()


def test_words_of_a_collection_hold_nothing_that_no_database_takes(owner):
    made = create_collection(
        owner, by=owner, name="My\x00 \ud800cats", description="one\x00\r\ntwo"
    )
    made.refresh_from_db()
    assert (made.name, made.slug, made.description) == ("My cats", "my-cats", "one \ntwo")
    update_collection(
        made, by=owner, name="a\x00b", description="\x00", visibility="private", cover=None
    )
    made.refresh_from_db()
    assert (made.name, made.description) == ("a b", "")


def test_a_collection_deleted_meanwhile_stays_deleted(owner):
    collection = make_collection(owner)
    Collection.objects.filter(pk=collection.pk).delete()
    update_collection(
        collection, by=owner, name="x", description="", visibility="private", cover=None
    )
    with pytest.raises(LibraryProblem) as problem:
        delete_collection(collection, by=owner)
    assert problem.value.reason == "collection_gone"
    assert not Collection.objects.exists()


def test_an_owner_cannot_have_two_collections_with_the_same_name(owner, stranger):
    holiday = make_collection(owner, "Holiday")
    winter = make_collection(owner, "Winter")
    settings = {"description": "", "visibility": "private", "cover": None}
    with pytest.raises(LibraryProblem) as problem:
        create_collection(owner, by=owner, name=" holiday ")
    assert (problem.value.reason, "“Holiday”" in problem.value.sentence) == ("name_taken", True)
    with pytest.raises(LibraryProblem) as problem:
        update_collection(winter, by=owner, name="HOLIDAY", **settings)
    assert problem.value.reason == "name_taken"
    update_collection(holiday, by=owner, name="HOLIDAY", **settings)
    assert create_collection(stranger, by=stranger, name="Holiday").slug == "holiday-2"
    with pytest.raises(IntegrityError):
        Collection.objects.create(owner=owner, name="winter", slug="another")


def test_a_free_name_is_numbered_and_fits(owner):
    make_collection(owner, "Holiday")
    make_collection(owner, "holiday (2)")
    assert free_name("Holiday", owner_id=owner.pk) == "Holiday (3)"
    assert free_name("Winter", owner_id=owner.pk) == "Winter"
    make_collection(owner, "x" * 120, slug="x")
    numbered = free_name("x" * 120, owner_id=owner.pk)
    assert (len(numbered), numbered[-4:]) == (120, " (2)")


def test_first_uploads_have_one_private_collection(owner, stranger):
    made = my_pictures_of(owner, by=owner)
    assert (made.name, made.owner, made.is_public) == (default_collection_name(), owner, False)
    assert my_pictures_of(owner, by=owner) == made
    assert my_pictures_of(stranger, by=stranger) != made
    with pytest.raises(NotAllowed):
        my_pictures_of(owner, by=stranger)


def test_first_uploads_never_go_where_others_see_them(owner):
    made = my_pictures_of(owner, by=owner)
    Collection.objects.filter(pk=made.pk).update(visibility=Visibility.PUBLIC)
    with pytest.raises(LibraryProblem, match="already a collection"):
        my_pictures_of(owner, by=owner)

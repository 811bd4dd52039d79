"""Handing a collection over."""

import pytest
from django.utils import timezone

from gallery.exceptions import LibraryProblem
from gallery.library.ownership import hand_over_collection, hand_over_everything
from gallery.models import Collection, Image, Membership, Role, UploadBatch
from tests.factories import make_collection, make_image


def test_the_new_owner_needs_no_membership_and_others_keep_theirs(owner, stranger, administrator):
    collection = make_collection(owner)
    Membership.objects.create(collection=collection, person=stranger, role=Role.VIEWER)
    Membership.objects.create(collection=collection, person=administrator, role=Role.MANAGER)
    hand_over_collection(collection, to=stranger, by=owner)
    collection.refresh_from_db()
    assert collection.owner == stranger
    assert [one.person for one in collection.memberships.all()] == [administrator]
    assert list(Collection.objects.managed_by(stranger)) == [collection]
    assert not Collection.objects.visible_to(owner).exists()


def everything(person):
    return (
        person.collections.count(),
        person.images.count(),
        person.upload_batches.count(),
        person.memberships.count(),
    )


def test_everything_of_a_person_goes_to_another(owner, stranger, administrator):
    holiday, foreign = make_collection(owner, "Holiday"), make_collection(administrator)
    make_collection(stranger, "holiday", slug="theirs")
    Membership.objects.create(collection=holiday, person=stranger, role=Role.VIEWER)
    Membership.objects.create(collection=foreign, person=owner, role=Role.CONTRIBUTOR)
    images = [
        make_image(holiday),
        make_image(holiday, deleted_at=timezone.now()),
        make_image(foreign, owner=owner),
    ]
    UploadBatch.objects.create(owner=owner, collection=foreign)
    done = hand_over_everything(owner, to=stranger, by=administrator)
    assert (done.pictures, done.collections, done.renamed) == (3, 1, ("Holiday (2)",))
    assert set(stranger.images.all()) == set(images)
    assert set(stranger.collections.values_list("name", flat=True)) == {"holiday", "Holiday (2)"}
    assert list(stranger.memberships.values_list("collection", "role")) == [
        (foreign.pk, Role.CONTRIBUTOR)
    ]
    assert Image.objects.visible_to(stranger).count() == 2
    assert everything(owner)[:3] == (0, 0, 0)
    owner.delete()
    assert Image.objects.count() == 3


def test_a_higher_role_of_the_recipient_stays_and_a_lower_one_rises(owner, stranger, administrator):
    for held, kept in (("viewer", "manager"), ("manager", "viewer")):
        collection = make_collection(administrator)
        make_image(collection, owner=owner)
        Membership.objects.create(collection=collection, person=owner, role=held)
        Membership.objects.create(collection=collection, person=stranger, role=kept)
        hand_over_everything(owner, to=stranger, by=administrator)
        assert collection.memberships.get(person=stranger).role == "manager"


def test_roles_where_no_picture_is_handed_over_are_not_passed_on(owner, stranger, administrator):
    Membership.objects.create(collection=make_collection(administrator), person=owner)
    hand_over_everything(owner, to=stranger, by=administrator)
    assert not stranger.memberships.exists()


def test_pictures_in_the_recipients_own_collection_add_no_membership(
    owner, stranger, administrator
):
    collection = make_collection(stranger)
    Membership.objects.create(collection=collection, person=owner, role=Role.CONTRIBUTOR)
    make_image(collection, owner=owner)
    hand_over_everything(owner, to=stranger, by=administrator)
    assert not stranger.memberships.exists()


def test_nothing_goes_to_a_disabled_account_or_to_oneself(owner, stranger, administrator):
    collection = make_collection(owner)
    stranger.is_active = False
    stranger.save()
    for run, reason in (
        (lambda: hand_over_everything(owner, to=stranger, by=administrator), "person_inactive"),
        (lambda: hand_over_collection(collection, to=stranger, by=owner), "person_inactive"),
        (lambda: hand_over_everything(owner, to=owner, by=administrator), "same_person"),
    ):
        with pytest.raises(LibraryProblem) as problem:
            run()
        assert problem.value.reason == reason
    assert owner.collections.get() == collection


def test_a_failure_halfway_changes_nothing(owner, stranger, administrator, monkeypatch):
    make_image(make_collection(owner))

    def fail(*_args, **_kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr("gallery.library.ownership._pass_on_roles", fail)
    with pytest.raises(KeyboardInterrupt):
        hand_over_everything(owner, to=stranger, by=administrator)
    assert everything(owner)[:2] == (1, 1)

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction

from gallery.exceptions import LibraryProblem, NotAllowed
from gallery.library.picking import lock_pictures
from gallery.models import Image, Membership, Role
from tests.factories import make_collection, make_image


def test_only_editable_pictures_are_picked(owner, stranger):
    collection = make_collection(owner, visibility="public")
    image = make_image(collection)
    with transaction.atomic():
        assert lock_pictures(Image.objects.all(), by=owner) == [image]
        for person in (stranger, None):
            with pytest.raises(NotAllowed):
                lock_pictures(Image.objects.all(), by=person)
        assert lock_pictures(Image.objects.none(), by=stranger) == []
    Membership.objects.create(collection=collection, person=stranger, role=Role.VIEWER)
    with transaction.atomic(), pytest.raises(NotAllowed):
        lock_pictures(Image.objects.all(), by=stranger)


def test_another_number_than_the_one_shown_changes_nothing(owner):
    make_image(make_collection(owner))
    with transaction.atomic(), pytest.raises(LibraryProblem) as problem:
        lock_pictures(Image.objects.all(), by=owner, expected=2)
    assert problem.value.reason == "selection_changed"


@pytest.mark.parametrize("order", ["pk", "-pk", "original_name"])
def test_pictures_are_locked_in_the_order_of_their_keys(owner, order):
    """In whatever order a page lists them: two changes of the same pictures never wait for each
    other."""
    collection = make_collection(owner)
    made = [make_image(collection, original_name=name) for name in ("c", "a", "b")]
    with transaction.atomic():
        assert lock_pictures(Image.objects.order_by(order), by=owner) == made


def test_visitors_and_disabled_accounts_are_refused_even_without_pictures(owner):
    owner.is_active = False
    for nobody in (None, AnonymousUser(), owner):
        with transaction.atomic(), pytest.raises(NotAllowed, match="Sign in"):
            lock_pictures(Image.objects.none(), by=nobody)

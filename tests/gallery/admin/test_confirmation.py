"""A confirmed action affects exactly the pictures that its page showed."""

import pytest

from gallery.admin.confirmation import ConfirmForm, Selection
from gallery.models import Image
from tests.factories import make_collection, make_image


@pytest.fixture
def images(owner):
    collection = make_collection(owner)
    return [make_image(collection) for _ in range(3)]


def selected(rf, queryset, **data):
    return Selection.of(queryset, request=rf.post("/", data))


def test_a_selection_is_the_pictures_of_the_list_in_a_fixed_order(rf, images):
    keys = tuple(image.pk for image in images)
    selection = selected(rf, Image.objects.order_by("-pk"))
    assert selection.ids == keys
    assert not selection.everything
    assert selection.posted_ids == keys
    assert set(selection.images()) == set(images)


def test_selecting_all_matches_sends_a_flag_and_one_key(rf, images):
    selection = selected(rf, Image.objects.all(), select_across="1")
    assert selection.everything
    assert selection.posted_ids == (images[0].pk,)
    assert set(selection.images()) == set(images)


def test_a_confirmed_selection_is_the_one_shown(rf, images):
    shown = selected(rf, Image.objects.all())
    form = ConfirmForm({"fingerprint": shown.fingerprint}, selection=shown)
    assert form.is_valid()


@pytest.mark.parametrize("change", ["one more", "one less", "another"])
def test_a_selection_that_has_changed_is_refused(rf, images, change):
    shown = selected(rf, Image.objects.filter(pk__in=[images[0].pk, images[1].pk]))
    now = {
        "one more": images,
        "one less": images[:1],
        "another": [images[0], images[2]],
    }[change]
    later = selected(rf, Image.objects.filter(pk__in=[image.pk for image in now]))
    form = ConfirmForm({"fingerprint": shown.fingerprint}, selection=later)
    assert not form.is_valid()
    assert "The selection changed" in form.errors["fingerprint"][0]

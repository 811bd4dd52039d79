import numpy as np
import pytest
from django.core.files.base import ContentFile

from gallery.exceptions import LibraryProblem, NotAllowed
from gallery.library.copying import copy_images
from gallery.library.trash import purge_images, trash_images
from gallery.library.undo import undo_change
from gallery.models import Embedding, EmbeddingJob, Image, Membership, Role, VectorKind
from gallery.models.image import originals_storage
from tests.factories import TINY_DIMENSION, make_active_encoder, make_collection, make_image


@pytest.fixture
def encoder(db):
    """The encoder in use."""
    return make_active_encoder()


@pytest.fixture
def target(owner):
    """An empty collection of the owner."""
    return make_collection(owner, "Target")


def unit(place):
    vector = np.zeros(TINY_DIMENSION, dtype=np.float32)
    vector[place] = 1
    return vector


def of(*images):
    return Image.objects.filter(pk__in=[image.pk for image in images])


def test_a_copy_is_a_row_of_its_own_with_the_same_file_words_and_vectors(owner, target, encoder):
    image = make_image(
        make_collection(owner), vector=unit(3), title="A boat", caption="At sea", tags=["sea"]
    )
    Embedding.objects.create(image=image, encoder=encoder, kind=VectorKind.TILE, vector=unit(4))
    done = copy_images(of(image), to=target, by=owner, expected=1)
    copy = target.images.get()
    assert (done.kind, done.ids, done.skipped, done.target) == ("copy", (copy.pk,), 0, target.pk)
    for name in ("sha256", "original", "title", "caption", "tags", "width", "original_name"):
        assert getattr(copy, name) == getattr(image, name), name
    kinds = copy.embeddings.values_list("kind", "encoder_id", "ordinal").order_by("kind")
    assert list(kinds) == [("picture", encoder.pk, 0), ("tile", encoder.pk, 0)]
    assert not copy.jobs.exists()
    image.refresh_from_db()
    assert image.collection_id != target.pk


def test_a_copy_of_a_picture_without_a_vector_waits_to_be_embedded(owner, target, encoder):
    copy_images(of(make_image(make_collection(owner))), to=target, by=owner)
    assert EmbeddingJob.objects.get().image == target.images.get()


def test_what_is_in_the_target_already_is_skipped(owner, target, encoder):
    collection = make_collection(owner)
    one, two = make_image(collection), make_image(collection)
    make_image(target, sha256=two.sha256)
    inside = make_image(target)
    done = copy_images(of(one, two, inside), to=target, by=owner, expected=3)
    assert (len(done.ids), done.skipped) == (1, 2)
    assert target.images.count() == 3


def test_copies_stand_in_the_order_of_their_originals(owner, target, encoder):
    collection = make_collection(owner)
    images = [make_image(collection) for _ in range(3)]
    copy_images(of(*images), to=target, by=owner)
    order = [image.sha256 for image in target.images.newest_first()]
    assert order == [image.sha256 for image in reversed(images)]


def test_whoever_sees_a_picture_may_copy_it_and_owns_the_copy(owner, stranger, encoder):
    public = make_image(make_collection(owner, visibility="public"))
    hidden = make_image(make_collection(owner))
    mine = make_collection(stranger)
    copy_images(of(public, hidden), to=mine, by=stranger)
    copy = mine.images.get()
    assert (copy.sha256, copy.owner) == (public.sha256, stranger)


def test_only_those_who_may_add_to_the_target_copy_into_it(owner, stranger, target, encoder):
    image = make_image(make_collection(owner, visibility="public"))
    Membership.objects.create(collection=target, person=stranger, role=Role.VIEWER)
    with pytest.raises(NotAllowed):
        copy_images(of(image), to=target, by=stranger)
    assert not target.images.exists()


def test_another_number_than_the_one_shown_copies_nothing(owner, target, encoder):
    with pytest.raises(LibraryProblem) as problem:
        copy_images(of(make_image(make_collection(owner))), to=target, by=owner, expected=2)
    assert problem.value.reason == "selection_changed"
    assert not target.images.exists()


def test_undo_deletes_the_copies_and_leaves_the_file(
    owner, target, encoder, django_capture_on_commit_callbacks
):
    image = make_image(make_collection(owner))
    image.original.save("boat.jpg", ContentFile(b"a boat"))
    done = copy_images(of(image), to=target, by=owner)
    with django_capture_on_commit_callbacks(execute=True):
        assert undo_change(done, by=owner) == 1
    assert list(Image.objects.all()) == [image]
    assert originals_storage().exists(image.original.name)


def test_undo_leaves_a_copy_that_was_moved_on_or_deleted(owner, target, encoder):
    collection = make_collection(owner)
    one, two = make_image(collection), make_image(collection)
    done = copy_images(of(one, two), to=target, by=owner)
    first, second = target.images.order_by("pk")
    Image.objects.filter(pk=first.pk).update(collection=make_collection(owner))
    trash_images(of(second), by=owner)
    with pytest.raises(LibraryProblem):
        undo_change(done, by=owner)
    assert Image.objects.filter(pk__in=done.ids).count() == 2


def test_the_file_stays_while_the_copy_is_there(
    owner, target, encoder, django_capture_on_commit_callbacks
):
    image = make_image(make_collection(owner))
    image.original.save("boat.jpg", ContentFile(b"a boat"))
    copy_images(of(image), to=target, by=owner)
    trash_images(of(image), by=owner)
    with django_capture_on_commit_callbacks(execute=True):
        purge_images(of(image), by=owner)
    assert originals_storage().exists(target.images.get().original.name)


def test_undo_deletes_the_file_with_the_last_row_that_names_it(
    owner, target, encoder, django_capture_on_commit_callbacks
):
    image = make_image(make_collection(owner))
    image.original.save("boat.jpg", ContentFile(b"a boat"))
    change = copy_images(of(image), to=target, by=owner)
    trash_images(of(image), by=owner)
    with django_capture_on_commit_callbacks(execute=True):
        purge_images(of(image), by=owner)
    assert originals_storage().exists(image.original.name)
    with django_capture_on_commit_callbacks(execute=True):
        assert undo_change(change, by=owner) == 1
    assert not originals_storage().exists(image.original.name)

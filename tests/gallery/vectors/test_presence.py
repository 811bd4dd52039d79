"""Which pictures have a vector: of which encoder, of which kind, and how many."""

import pytest
from django.utils import timezone

from gallery.models import Encoder, EncoderState, Image, VectorKind
from gallery.vectors import (
    Coverage,
    NewVector,
    has_active_vector,
    has_vector,
    live_picture_count,
    measure_coverage,
    upsert_vectors,
)
from tests.factories import TINY_DIMENSION, make_image
from tests.gallery.vectors.conftest import random_vectors

VECTOR = random_vectors(1)[0]


def give(image, *, encoder, kind=VectorKind.PICTURE, ordinals=(0,)):
    """Gives a picture vectors."""
    news = [NewVector(image.pk, VECTOR, ordinal) for ordinal in ordinals]
    upsert_vectors(news, encoder=encoder, kind=kind)


@pytest.fixture
def other(db):
    return Encoder.objects.create(
        key="other", dimension=TINY_DIMENSION, state=EncoderState.BUILDING
    )


@pytest.fixture
def library(public, encoder, other):
    """By name: what a picture has vectors of."""
    images = {name: make_image(public) for name in ("picture", "caption", "tiles", "other", "none")}
    give(images["picture"], encoder=encoder)
    give(images["caption"], encoder=encoder, kind=VectorKind.CAPTION)
    give(images["tiles"], encoder=encoder, kind=VectorKind.TILE, ordinals=(0, 1, 2))
    give(images["other"], encoder=other)
    return images


def names(library, images):
    keys = {image.pk for image in images}
    return {name for name, image in library.items() if image.pk in keys}


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (VectorKind.PICTURE, "picture"),
        (VectorKind.CAPTION, "caption"),
        (VectorKind.TILE, "tiles"),
    ],
)
def test_a_vector_counts_for_its_encoder_and_kind(library, encoder, kind, name):
    assert names(library, Image.objects.filter(has_vector(encoder.pk, kind=kind))) == {name}
    assert names(library, Image.objects.filter(has_active_vector(kind=kind))) == {name}
    counts = measure_coverage(Image.objects.all(), encoder=encoder, kind=kind)
    assert counts == Coverage(pictures=5, searchable=1)


def test_the_querysets_of_pictures_agree(library, encoder, other):
    assert names(library, Image.objects.searchable()) == {"picture"}
    assert names(library, Image.objects.searchable_with(encoder.pk)) == {"picture"}
    assert names(library, Image.objects.searchable_with(other.pk)) == {"other"}
    missing = names(library, Image.objects.missing_vector_for(encoder.pk))
    assert missing == {"caption", "tiles", "other", "none"}


def test_other_rows_have_a_path_to_their_picture(library, encoder, public):
    public.cover = library["picture"]
    public.save()
    collections = type(public).objects
    assert collections.filter(has_vector(encoder.pk, image="cover_id")).get() == public
    public.cover = library["none"]
    public.save()
    assert not collections.filter(has_vector(encoder.pk, image="cover_id")).exists()


def test_counts_are_of_the_pictures_asked_about(library, encoder):
    images = Image.objects.filter(pk=library["picture"].pk)
    assert measure_coverage(images, encoder=encoder) == Coverage(pictures=1, searchable=1)
    assert measure_coverage(images.newest_first(), encoder=encoder).searchable == 1
    assert measure_coverage(Image.objects.none(), encoder=encoder) == Coverage(0, 0)


def test_without_an_encoder_nothing_is_searchable(library, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = measure_coverage(Image.objects.all(), encoder=None)
    assert (found.pictures, found.searchable, found.waiting) == (5, 0, 5)


@pytest.mark.parametrize(
    ("coverage", "fraction", "percent"),
    [
        (Coverage(0, 0), 1.0, 100),
        (Coverage(4, 1), 0.25, 25),
        (Coverage(1000, 999), 0.999, 99),
        (Coverage(3, 3), 1.0, 100),
    ],
)
def test_only_all_pictures_are_a_hundred_percent(coverage, fraction, percent):
    assert (coverage.fraction, coverage.percent) == (fraction, percent)


def test_counting_takes_one_query(library, encoder, django_assert_num_queries):
    with django_assert_num_queries(1):
        measure_coverage(Image.objects.all(), encoder=encoder)


def test_encoders_carry_their_number_of_live_pictures(library, encoder, other):
    def counts():
        rows = Encoder.objects.annotate(n=live_picture_count())
        return dict(rows.values_list("key", "n"))

    give(library["none"], encoder=encoder)
    assert counts() == {"tiny": 2, "other": 1}
    Image.objects.filter(pk=library["none"].pk).update(deleted_at=timezone.now())
    assert counts() == {"tiny": 1, "other": 1}
    tiles = Encoder.objects.annotate(n=live_picture_count(kind=VectorKind.TILE))
    assert dict(tiles.values_list("key", "n")) == {"tiny": 1, "other": 0}

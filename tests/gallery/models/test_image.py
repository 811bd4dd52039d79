"""The texts of a picture, and the constraints that keep the table consistent."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.postgres.search import SearchQuery
from django.db import IntegrityError, transaction
from django.utils import timezone

from gallery.models import Embedding, Encoder, Image
from gallery.models.image import rendition_name
from tests.factories import make_collection, make_image


@pytest.fixture
def collection(owner):
    return make_collection(owner)


def test_the_same_bytes_are_unique_in_a_collection_except_in_the_trash(collection):
    first = make_image(collection, sha256="a" * 64)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_image(collection, sha256="a" * 64)
    first.deleted_at = timezone.now()
    first.save()
    make_image(collection, sha256="a" * 64)
    assert Image.objects.live().count() == 1
    assert Image.objects.trashed().count() == 1


def test_same_bytes_in_two_collections(collection, owner):
    make_image(collection, sha256="b" * 64)
    make_image(make_collection(owner), sha256="b" * 64)
    assert Image.objects.filter(sha256="b" * 64).count() == 2


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"title": "Sleeping cats"}, "cat"),
        ({"caption": "She is running home"}, "run"),
        ({"tags": ["lighthouse", "sea"]}, "lighthouse"),
        ({"original_name": "old_bridge-at.night.jpeg"}, "bridge night"),
    ],
)
def test_the_search_document_covers_every_field(collection, fields, words):
    image = make_image(collection, **fields)
    make_image(collection, title="Something else")
    found = Image.objects.filter(search_document=SearchQuery(words, config="english"))
    assert list(found) == [image]


def test_search_document_follows_an_edit(collection):
    image = make_image(collection, title="Before")
    Image.objects.filter(pk=image.pk).update(title="Afterwards")
    assert Image.objects.filter(
        search_document=SearchQuery("afterwards", config="english")
    ).exists()
    assert not Image.objects.filter(
        search_document=SearchQuery("before", config="english")
    ).exists()


def test_titles_and_alt_texts(collection):
    image = make_image(
        collection, original_name="red_boat.jpg", taken_at=datetime(2024, 5, 12, tzinfo=UTC)
    )
    assert image.display_title == image.alt_text == "Red boat"
    image.original_name = "e3b0c44298fc1c149afbf4c8996fb924.jpg"
    assert image.display_title == "Untitled picture, 12 May 2024"
    image.caption = "x" * 100
    assert len(image.display_title) == 80
    assert image.alt_text == image.caption
    image.title = "A title"
    assert str(image) == "A title"


def test_rendition_name_spreads_over_folders():
    assert rendition_name("abcd" + "0" * 60, width=320) == f"ab/cd/abcd{'0' * 60}/320.webp"


def test_searchable_and_missing_are_complements(collection, encoder):
    with_vector = make_image(collection, vector=[1.0] + [0.0] * 63)
    without = make_image(collection)
    trashed = make_image(collection, deleted_at=timezone.now())
    assert list(Image.objects.searchable_with(encoder.pk)) == [with_vector]
    assert list(Image.objects.missing_vector_for(encoder.pk)) == [without]
    assert trashed not in Image.objects.missing_vector_for(encoder.pk)


def test_only_one_encoder_is_active(encoder):
    with pytest.raises(IntegrityError), transaction.atomic():
        Encoder.objects.create(key="other", dimension=3, state="active")


def test_vectors_of_any_dimension_share_the_table(collection, encoder):
    other = Encoder.objects.create(key="other", dimension=3)
    image = make_image(collection, vector=[1.0] + [0.0] * 63)
    Embedding.objects.create(image=image, encoder=other, vector=[0.0, 0.6, 0.8])
    assert image.embeddings.count() == 2


def test_newest_first_is_by_moment_and_of_one_moment_by_key(owner):
    """The pictures of one upload share their moment; the last one stored comes first."""
    collection = make_collection(owner)
    moment = collection.created_at
    first, second = (make_image(collection, created_at=moment) for _ in range(2))
    older = make_image(collection, created_at=moment - timedelta(seconds=1))
    assert list(Image.objects.newest_first()) == [second, first, older]

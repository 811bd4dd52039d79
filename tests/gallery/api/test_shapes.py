"""Rows as the API returns them: absolute URLs, and no internal data."""

import numpy as np
import pytest
from django.utils import timezone

from gallery.api.shapes import batch_shape, collection_shape, image_shapes, search_answer
from gallery.browsing import BatchRows
from gallery.models import Collection, Fate, UploadBatch, Visibility
from gallery.search import Filters, SearchQuery, run_search
from tests.factories import TINY_DIMENSION, make_collection, make_image

SITE = "http://testserver"


@pytest.fixture
def collection(owner, encoder):
    return make_collection(owner, "Cats", visibility=Visibility.PUBLIC)


@pytest.fixture
def asked(rf, owner):
    request = rf.get("/api/v1/")
    request.user = owner
    return request


def test_pictures_say_whether_they_are_searchable_in_a_fixed_number_of_queries(
    asked, collection, django_assert_num_queries
):
    vector = np.eye(1, TINY_DIMENSION, dtype=np.float32)[0]
    images = [make_image(collection, vector=vector), make_image(collection), make_image(collection)]
    with django_assert_num_queries(2):
        shapes = image_shapes(asked, images)
    assert [shape.is_searchable for shape in shapes] == [True, False, False]


def test_urls_are_absolute_and_thumbnails_have_a_width(asked, collection):
    (shape,) = image_shapes(asked, [make_image(collection, title="Tom")])
    addresses = [shape.url, shape.original_url, *(each.url for each in shape.thumbnails)]
    assert all(address.startswith(f"{SITE}/") for address in addresses)
    assert shape.thumbnails
    assert all(each.width > 0 for each in shape.thumbnails)
    assert (shape.title, shape.collection) == ("Tom", "cats")


def test_without_an_encoder_nothing_is_searchable(asked, owner):
    (shape,) = image_shapes(asked, [make_image(make_collection(owner))])
    assert shape.is_searchable is False


def test_results_of_filters_alone_have_no_strength(asked, collection):
    make_image(collection, tags=["cat"])
    page = run_search(SearchQuery(filters=Filters(tags=("cat",))), viewer=None)
    answer = search_answer(asked, page)
    assert [(result.strength, result.score) for result in answer.results] == [(None, 0.0)]
    assert (answer.page.total, answer.page.has_next, answer.page.page) == (1, False, 1)


def test_a_file_of_a_batch_names_its_picture_unless_that_is_in_the_trash(asked, owner, collection):
    batch = UploadBatch.objects.create(owner=owner, collection=collection)
    image = make_image(collection)
    batch.items.create(name="a.jpg", fate=Fate.STORED, image=image)
    batch.items.create(name="b.txt", fate=Fate.REFUSED, reason="not_a_picture", sentence="No.")

    def items():
        shape = batch_shape(asked, batch, rows=list(BatchRows(batch)))
        assert shape.url == f"{SITE}{batch.get_absolute_url()}"
        return sorted((item.file, item.image, item.reason) for item in shape.items)

    assert items() == [("a.jpg", image.pk, ""), ("b.txt", None, "not_a_picture")]
    image.deleted_at = timezone.now()
    image.save()
    assert items()[0] == ("a.jpg", None, "")


@pytest.mark.parametrize("visibility", [Visibility.PUBLIC, Visibility.PRIVATE])
def test_a_collection_has_its_owner_and_visibility(asked, owner, visibility):
    made: Collection = make_collection(owner, "Dogs", visibility=visibility)
    made.picture_count = 3
    shape = collection_shape(asked, made)
    assert (shape.owner, shape.picture_count) == ("olga", 3)
    assert shape.visibility == ("public" if visibility == Visibility.PUBLIC else "private")
    assert shape.url == f"{SITE}{made.get_absolute_url()}"

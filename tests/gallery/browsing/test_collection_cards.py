"""Cards of collections: covers and counts, in two queries for any number of them."""

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gallery.browsing import covers_of, newly_public_count, with_counts
from gallery.models import Collection, Visibility
from tests.factories import make_collection, make_image


def test_covers_show_the_chosen_one_first_and_never_a_removed_one(owner):
    collection, elsewhere = make_collection(owner), make_collection(owner)
    images = [make_image(collection) for _ in range(5)]
    collection.cover = images[0]
    collection.save()
    chosen = covers_of([collection])[collection.pk]
    assert chosen == [images[0], images[4], images[3]]
    images[0].collection = elsewhere
    images[0].save()
    assert covers_of([collection])[collection.pk] == [images[4], images[3], images[2]]


def test_counts_and_covers_cost_two_queries_for_any_number_of_collections(owner):
    for size in (0, 1, 4):
        collection = make_collection(owner)
        for _ in range(size):
            make_image(collection)
    make_image(collection, deleted_at=collection.created_at)
    with CaptureQueriesContext(connection) as queries:
        collections = list(with_counts(Collection.objects.order_by("pk")))
        covers = covers_of(collections)
    assert [one.picture_count for one in collections] == [0, 1, 4]
    assert [len(covers[one.pk]) for one in collections] == [0, 1, 3]
    assert len(queries) == 2


def test_what_publishing_makes_visible_is_counted_from_the_stored_collection(owner):
    collection = make_collection(owner)
    make_image(collection)
    make_image(collection, deleted_at=timezone.now())
    collection.visibility = Visibility.PUBLIC
    assert newly_public_count(collection, visibility="public") == 1
    assert newly_public_count(collection, visibility="private") == 0
    collection.save()
    assert newly_public_count(collection, visibility="public") == 0

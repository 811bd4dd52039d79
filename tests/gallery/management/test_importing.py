"""The import command's owner, destination and report."""

import pytest

from gallery.exceptions import ImportProblem, Refused
from gallery.ingest.bulk import IngestOutcome
from gallery.ingest.intake import Duplicate, Stored
from gallery.management.importing import ImportReport, find_destination
from gallery.models import Collection, Membership, Role, Visibility
from tests.factories import make_collection, make_image, make_person


@pytest.fixture
def report(owner, encoder):
    return ImportReport(collection=make_collection(owner, "Cats"), seconds=1.2345)


def add(report, *results):
    for number, result in enumerate(results):
        report.add(IngestOutcome(name=f"{number}.jpg", size_bytes=1, result=result))


def test_a_report_counts_each_file_once(report):
    image = make_image(report.collection)
    add(report, Stored(image), Duplicate(image), Refused("It is no picture."))
    assert report.as_json() == {
        "imported": 1,
        "duplicate": 1,
        "refused": [{"file": "2.jpg", "reason": "It is no picture."}],
        "collection": "cats",
        "searchable": 0,
        "seconds": 1.23,
    }
    assert report.in_words().splitlines() == [
        "It is no picture.",
        "1 imported, 1 duplicate, 1 refused, in 1.2 s.",
        "0 pictures of “Cats” are searchable: /collections/cats/",
    ]


def test_an_import_failed_when_every_file_was_refused_and_not_when_there_was_none(report):
    assert not report.refused_everything
    add(report, Refused("No."))
    assert report.refused_everything
    add(report, Duplicate(make_image(report.collection)))
    assert not report.refused_everything


@pytest.mark.parametrize(
    ("name", "reason"),
    [(None, "no_owner"), ("nobody", "unknown_owner"), ("gone", "inactive_owner")],
)
def test_an_owner_who_cannot_be_is_refused_and_no_collection_is_made(db, name, reason):
    make_person("gone", is_active=False)
    with pytest.raises(ImportProblem) as problem:
        find_destination("Cats", owner_name=name, public=False)
    assert problem.value.reason == reason
    assert not Collection.objects.exists()


@pytest.mark.parametrize(
    ("public", "visibility"), [(True, Visibility.PUBLIC), (False, Visibility.PRIVATE)]
)
def test_a_new_collection_belongs_to_the_administrator_unless_somebody_is_named(
    administrator, owner, public, visibility
):
    first = find_destination("Cats", owner_name=None, public=public)
    assert (first.owner, first.collection.owner) == (administrator, administrator)
    assert first.collection.visibility == visibility
    assert find_destination("Cats", owner_name="OLGA", public=public).collection.owner == owner


def test_ones_own_collection_comes_before_one_that_is_open_to_one(owner, stranger):
    shared = make_collection(stranger, "Cats", slug="cats-shared")
    Membership.objects.create(collection=shared, person=owner, role=Role.CONTRIBUTOR)
    assert find_destination("Cats", owner_name="olga", public=False).collection == shared
    own = make_collection(owner, "Cats", slug="cats-own")
    assert find_destination("Cats", owner_name="olga", public=False).collection == own
    found = find_destination("cats-shared", owner_name="olga", public=False)
    assert found.collection == shared


def test_a_collection_that_is_only_visible_is_not_added_to(owner, stranger):
    seen = make_collection(stranger, "Cats", slug="cats", visibility=Visibility.PUBLIC)
    found = find_destination("Cats", owner_name="olga", public=False).collection
    assert found != seen
    assert found.owner == owner

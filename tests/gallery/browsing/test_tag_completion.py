"""Completing tags by their first letters: the most used first, only what the viewer may see."""

from datetime import UTC, datetime

from gallery.browsing import complete_tag, tag_completion
from gallery.models import Membership, Role
from tests.factories import make_collection, make_image

NOON = datetime(2024, 5, 12, 12, tzinfo=UTC)


def test_the_most_used_tags_come_first(public):
    make_image(public, tags=["garden", "gate"])
    make_image(public, tags=["gate", "night"])
    make_image(public, tags=["big garden"])
    assert complete_tag("ga", viewer=None) == ["gate", "garden"]
    assert complete_tag(" #GAR", viewer=None) == ["garden"]
    assert complete_tag("g%", viewer=None) == []


def test_an_empty_prefix_has_no_completions(public):
    make_image(public, tags=["garden"])
    assert complete_tag("", viewer=None) == []
    assert complete_tag(" , ", viewer=None) == []


def test_tags_of_hidden_pictures_are_never_offered(public, owner, stranger):
    private = make_collection(owner, "Secret")
    make_image(private, tags=["merger"])
    make_image(public, tags=["meadow"])
    make_image(public, tags=["repaired"], deleted_at=NOON)
    assert complete_tag("me", viewer=None) == ["meadow"]
    assert complete_tag("me", viewer=stranger) == ["meadow"]
    assert complete_tag("me", viewer=owner) == ["meadow", "merger"]
    Membership.objects.create(collection=private, person=stranger, role=Role.VIEWER)
    assert complete_tag("me", viewer=stranger) == ["meadow", "merger"]


def test_there_are_at_most_ten_and_one_query(public, django_assert_num_queries):
    make_image(public, tags=[f"t{number:02}" for number in range(14)])
    with django_assert_num_queries(1):
        found = complete_tag("t", viewer=None)
    assert found == [f"t{number:02}" for number in range(10)]


def test_only_the_newest_tagged_pictures_are_read(public, monkeypatch):
    monkeypatch.setattr(tag_completion, "MAX_SCANNED", 2)
    for tags in (["told"], ["tnew"], ["tnewer"], [], []):
        make_image(public, tags=tags)
    assert complete_tag("t", viewer=None) == ["tnew", "tnewer"]

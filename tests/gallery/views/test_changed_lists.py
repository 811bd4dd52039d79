"""A list after a change: what it contains now, what is updated, and when nothing is left."""

import pytest
from django.contrib.auth.models import AnonymousUser

from gallery.models import Visibility
from gallery.views.changed_lists import parts_of_list
from gallery.views.trail import trail_from
from tests.factories import make_collection, make_image
from tests.gallery.search.conftest import make_background, make_coloured


@pytest.fixture
def cats(owner, encoder):
    """A public collection of olga's."""
    return make_collection(owner, "Cats", visibility=Visibility.PUBLIC)


@pytest.fixture
def secret(owner, encoder):
    """A private collection of olga's."""
    return make_collection(owner, "Secret")


@pytest.fixture
def parts(rf):
    """parts(person, trail): what that person's list shows now."""

    def of(person, text):
        request = rf.post("/selection/")
        request.user, request.session, request.htmx = person, {}, True
        return parts_of_list(request, trail_from(text))

    return of


def test_browse_has_what_matches_its_filters_and_the_person_sees(
    parts, owner, stranger, cats, secret
):
    shown, hidden = make_image(cats, tags=["cat"]), make_image(secret, tags=["cat"])
    make_image(cats, tags=["dog"])
    assert set(parts(owner, "browse?tag=cat").images) == {shown, hidden}
    seen = parts(stranger, "browse?tag=cat")
    assert set(seen.images) == {shown}
    assert seen.context["coverage"].pictures == 1
    assert seen.context["selection"].total == 1
    assert seen.hits == {}


def test_a_collection_has_its_own_pictures_only(parts, owner, cats, secret):
    inside = make_image(cats)
    make_image(secret)
    found = parts(owner, "collections/cats")
    assert set(found.images) == {inside}
    assert found.context["selection"].total == 1


@pytest.mark.parametrize(
    ("text", "template"),
    [
        ("browse", "gallery/_browse_facts.html"),
        ("collections/cats", "collections/_facts.html"),
        ("search?q=red", "gallery/_status.html"),
    ],
)
def test_the_counts_and_the_bar_are_shown_again(parts, owner, cats, text, template):
    make_coloured(cats, red=1)
    assert parts(owner, text).context["parts"] == [template, "gallery/_selection.html"]


@pytest.mark.parametrize("text", ["browse?tag=cat", "collections/cats", "search?q=red"])
def test_an_emptied_list_is_none(parts, owner, cats, text):
    image = make_coloured(cats, red=1, fields={"tags": ["cat"]})
    assert parts(owner, text) is not None
    image.deleted_at = image.created_at
    image.save()
    assert parts(owner, text) is None


@pytest.mark.parametrize("text", ["collections/secret", "collections/gone"])
def test_a_collection_that_the_person_cannot_see_is_none(parts, stranger, secret, text):
    make_image(secret)
    assert parts(stranger, text) is None
    assert parts(AnonymousUser(), text) is None


def test_results_keep_how_they_match(parts, owner, cats):
    make_background(cats)
    red = make_coloured(cats, red=1, fields={"title": "Red thing"})
    found = parts(owner, "search?q=red")
    assert found.hits[red.pk].rank == 1
    assert found.hits[red.pk].matched == ("looks", "words")
    assert found.context["good"][0].image == red
    assert found.context["selection"].is_search


def test_results_that_are_no_longer_found_are_in_no_hits(parts, owner, stranger, cats, secret):
    seen, hidden = make_coloured(cats, red=1), make_coloured(secret, red=1)
    assert set(parts(stranger, "search?q=red").hits) == {seen.pk}
    assert set(parts(owner, "search?q=red").hits) == {seen.pk, hidden.pk}


def test_a_search_that_cannot_be_made_anymore_is_none(parts, owner, cats):
    asked = make_coloured(cats, red=1)
    make_coloured(cats, red=1, grey=0.1)
    assert parts(owner, f"search?like={asked.pk}") is not None
    asked.delete()
    assert parts(owner, f"search?like={asked.pk}") is None

"""Selecting: who is offered the bar, what “all” counts, and which pictures are only to look at."""

import pytest
from django.contrib.auth.models import AnonymousUser

from gallery.models import Image, Membership, Role, Visibility
from gallery.search import SearchQuery, run_search
from gallery.views.selecting import (
    Selectable,
    SelectionBar,
    results_bar,
    selectable,
    selection_bar,
    targets_for,
)
from gallery.views.trail import trail_from
from tests.factories import make_collection, make_image
from tests.gallery.search.conftest import make_background, make_coloured


@pytest.fixture
def public(owner, encoder):
    """A public collection of olga's with two pictures."""
    collection = make_collection(owner, "Public", visibility=Visibility.PUBLIC)
    make_image(collection, title="Cat")
    make_image(collection, title="Cat")
    return collection


@pytest.fixture
def own(stranger):
    """The stranger's own collection, with one picture."""
    collection = make_collection(stranger, "Own")
    make_image(collection)
    return collection


@pytest.fixture
def ask(rf):
    """A request of this person: ask(person) or ask(person, "?select=1")."""

    def request(person, query=""):
        made = rf.get(f"/{query}")
        made.user = person
        return made

    return request


def bar_of(request, text="browse"):
    """The bar of a list of all that the person sees there."""
    trail = trail_from(text)
    images = Image.objects.visible_to(request.user)
    if trail.slug:
        images = images.filter(collection__slug=trail.slug)
    return selection_bar(request, trail=trail, images=images, total=images.count())


def results(request, words="red", size=None):
    """Return a page of results as this person sees it."""
    return run_search(SearchQuery(words=words), viewer=request.user, page_size=size)


def bar_of_results(request):
    """Return the bar of results that match by their title."""
    return results_bar(request, page=results(request, "cat"))


def test_visitors_cannot_select(ask, public):
    request = ask(AnonymousUser())
    assert selectable(request) is None
    assert bar_of(request) is None
    assert bar_of(request, "collections/public") is None
    assert results_bar(request, page=results(request)) is None


def test_a_list_of_others_and_own_pictures_counts_those_only_to_look_at(ask, stranger, public, own):
    bar = bar_of(ask(stranger))
    assert (bar.total, bar.read_only) == (3, 2)
    assert bar.can_edit
    assert bar.selectable.editable == {own.pk}


def test_a_collection_is_editable_as_a_whole_or_not_at_all(ask, stranger, public, own):
    theirs = bar_of(ask(stranger), "collections/public")
    assert (theirs.total, theirs.read_only, theirs.can_edit) == (2, 2, False)
    mine = bar_of(ask(stranger), "collections/own")
    assert (mine.total, mine.read_only, mine.can_edit) == (1, 0, True)


@pytest.mark.parametrize(
    ("role", "read_only"), [(Role.VIEWER, 2), (Role.CONTRIBUTOR, 0), (Role.MANAGER, 0)]
)
def test_the_role_decides_for_members(ask, stranger, public, role, read_only):
    Membership.objects.create(collection=public, person=stranger, role=role)
    assert bar_of(ask(stranger), "collections/public").read_only == read_only
    assert bar_of(ask(stranger)).read_only == read_only


def test_an_administrator_edits_everything(ask, administrator, public, own):
    assert bar_of(ask(administrator)).read_only == 0
    assert bar_of(ask(administrator), "collections/own").read_only == 0


def test_an_empty_list_has_nothing_to_edit(ask, stranger, db):
    assert not bar_of(ask(stranger)).can_edit


def test_results_can_be_edited_by_who_may_edit_any_picture(ask, owner, stranger, public):
    bar = bar_of_results(ask(owner))
    assert (bar.total, bar.read_only, bar.is_search, bar.can_edit) == (2, 0, True, True)
    bar = bar_of_results(ask(stranger))
    assert (bar.total, bar.read_only, bar.can_edit) == (2, 2, False)


def test_good_matches_beyond_the_first_list_are_counted_too(ask, owner, public, monkeypatch):
    make_background(public, 20)
    for seed in range(9):
        make_coloured(public, seed=seed, red=1)
    monkeypatch.setattr("gallery.search.ranking.MAX_RESULTS", 25)
    monkeypatch.setattr("gallery.search.ranking.HEAD_RESULTS", 6)
    page = results(ask(owner), size=5)
    assert page.more_good
    bar = results_bar(ask(owner), page=page)
    assert (bar.total, bar.has_more) == (9, False)
    monkeypatch.setattr("gallery.search.ranking.MAX_RESULTS", 8)
    bar = results_bar(ask(owner), page=results(ask(owner), size=5))
    assert (bar.total, bar.has_more) == (8, True)


def test_pictures_go_to_every_collection_but_the_one_they_are_in(ask, stranger, public, own):
    other = make_collection(stranger, "Another")
    assert bar_of(ask(stranger), "collections/own").targets == [other]
    assert bar_of(ask(stranger)).targets == [other, own]


def test_targets_are_those_open_to_the_person_by_name(owner, stranger, public, own):
    opened, only_seen = make_collection(owner, "Albums"), make_collection(owner, "Seen")
    Membership.objects.create(collection=opened, person=stranger, role=Role.CONTRIBUTOR)
    Membership.objects.create(collection=only_seen, person=stranger, role=Role.VIEWER)
    assert list(targets_for(stranger)) == [opened, own]
    assert not targets_for(AnonymousUser()).exists()


@pytest.mark.parametrize(
    ("text", "stop", "start"),
    [
        ("browse", "/", "/?select=1"),
        ("browse?tag=cat", "/?tag=cat", "/?tag=cat&select=1"),
        ("collections/own?year=2024", "/collections/own/?year=2024", None),
        ("search?q=cat", "/search/?q=cat", "/search/?q=cat&select=1"),
    ],
)
def test_selecting_starts_and_stops_on_the_same_list(text, stop, start):
    bar = SelectionBar(trail=trail_from(text), selectable=Selectable(()), total=0)
    assert bar.stop_url == stop
    assert bar.start_url == (start or f"{stop}&select=1")
    assert bar.is_filtered == ("?" in text)


def test_the_address_turns_selecting_on(ask, owner, public):
    assert not bar_of(ask(owner)).is_on
    assert bar_of(ask(owner, "?select=1")).is_on
    assert not bar_of_results(ask(owner)).is_on
    assert bar_of_results(ask(owner, "?select=1")).is_on

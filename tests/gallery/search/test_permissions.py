"""People learn nothing about pictures they may not see: hit, count, score, like, similar."""

import pytest
from django.contrib.auth.models import AnonymousUser

from gallery.exceptions import InvalidQuery
from gallery.models import Membership, Role
from gallery.search import Filters, SearchQuery, engine, run_search, similar_images
from tests.factories import make_image, make_person
from tests.gallery.search.conftest import ids, make_background, make_coloured

PUBLIC_COUNT = 20


@pytest.fixture
def secret(public, private):
    """The only red picture of the site, private, with a caption; the rest is public."""
    make_background(public, PUBLIC_COUNT)
    return make_coloured(private, red=1, fields={"caption": "gondola", "tags": ["boat"]})


def viewer_named(name, *, owner, private):
    """One row of the permission matrix."""
    if name == "nobody":
        return None
    if name == "anonymous":
        return AnonymousUser()
    if name == "owner":
        return owner
    if name == "admin":
        return make_person("root", is_staff=True, is_superuser=True)
    person = make_person(name, is_active=name != "inactive admin")
    if name == "inactive admin":
        person.is_superuser = True
        person.save()
    if name in Role.values:
        Membership.objects.create(collection=private, person=person, role=name)
    return person


MATRIX = [
    ("nobody", False),
    ("anonymous", False),
    ("passer-by", False),
    ("inactive admin", False),
    ("owner", True),
    ("admin", True),
    *[(role, True) for role in Role.values],
]


@pytest.fixture(params=MATRIX, ids=[name for name, _ in MATRIX])
def matrix(request, owner, private):
    """A viewer, and whether they may see what is private."""
    name, may_see = request.param
    return viewer_named(name, owner=owner, private=private), may_see


def test_hits_and_counts(matrix, secret):
    viewer, may_see = matrix
    for query in (
        SearchQuery(words="red"),
        SearchQuery(words="gondola"),
        SearchQuery(words="grey", excluded_words=("blue",)),
    ):
        page = run_search(query, viewer=viewer)
        assert (secret.pk in ids(page)) is may_see
        assert page.searched == page.total == PUBLIC_COUNT + may_see


@pytest.mark.parametrize(
    "filters", [Filters(tags=("boat",)), Filters(collections=("private",))], ids=["tag", "slug"]
)
def test_filters_alone(matrix, secret, filters):
    viewer, may_see = matrix
    page = run_search(SearchQuery(filters=filters), viewer=viewer)
    assert ids(page) == ([secret.pk] if may_see else [])
    assert page.total == page.searched == int(may_see)


def test_waiting_pictures_are_counted_for_those_who_may_see_them(matrix, secret, private):
    viewer, may_see = matrix
    make_image(private)
    assert run_search(SearchQuery(words="red"), viewer=viewer).waiting == int(may_see)


@pytest.mark.parametrize("sign", ["like", "unlike"])
def test_searching_with_it(matrix, secret, sign):
    viewer, may_see = matrix
    query = SearchQuery(words="grey", **{sign: (secret.pk,)})
    if may_see:
        assert run_search(query, viewer=viewer).hits
        return
    with pytest.raises(InvalidQuery) as hidden:
        run_search(query, viewer=viewer)
    with pytest.raises(InvalidQuery) as unknown:
        run_search(SearchQuery(words="grey", **{sign: (secret.pk + 1000,)}), viewer=viewer)
    assert hidden.value.reason == unknown.value.reason
    assert hidden.value.sentence.replace(str(secret.pk), "N") == (
        unknown.value.sentence.replace(str(secret.pk + 1000), "N")
    )


def test_similar_to_it(matrix, secret):
    viewer, may_see = matrix
    assert bool(similar_images(secret, viewer=viewer)) is may_see


def test_it_is_similar_to_others_for_those_who_may_see_it(matrix, secret, public):
    viewer, may_see = matrix
    asked = make_coloured(public, red=1, pink=0.2)
    found = [hit.image.pk for hit in similar_images(asked, viewer=viewer, limit=50)]
    assert (secret.pk in found) is may_see


def test_hidden_pictures_do_not_move_the_limits_of_strength(public, private, stranger, owner):
    make_background(public, PUBLIC_COUNT)
    make_coloured(public, red=1)
    before = run_search(SearchQuery(words="red"), viewer=stranger)
    for seed in range(60):
        make_coloured(private, seed=seed, red=1)
    after = run_search(SearchQuery(words="red"), viewer=stranger)
    assert [(h.image.pk, h.score, h.strength) for h in before.hits] == [
        (h.image.pk, h.score, h.strength) for h in after.hits
    ]
    assert after.good == before.good == 1
    assert run_search(SearchQuery(words="red"), viewer=owner).good > 1


def test_hidden_copies_do_not_replace_visible_ones(public, private, stranger):
    make_background(public, PUBLIC_COUNT)
    shown = make_coloured(public, red=1, fields={"sha256": "a" * 64})
    make_coloured(private, red=1, fields={"sha256": "a" * 64})
    page = run_search(SearchQuery(words="red"), viewer=stranger)
    assert page.hits[0].image == shown
    assert page.total == PUBLIC_COUNT + 1


def test_what_becomes_private_is_gone_at_once(public, stranger):
    make_background(public, PUBLIC_COUNT)
    red = make_coloured(public, red=1)
    query = SearchQuery(words="red")
    assert red.pk in ids(run_search(query, viewer=stranger))
    public.visibility = "private"
    public.save()
    page = run_search(query, viewer=stranger)
    assert (page.hits, page.total, page.searched) == ((), 0, 0)


def test_a_picture_hidden_while_the_search_runs_is_not_among_the_hits(
    public, private, stranger, monkeypatch
):
    """The rows are read under the viewer's permissions once more, after the ranking."""
    make_background(public, PUBLIC_COUNT)
    red = make_coloured(public, red=1)
    rank = engine.rank_images

    def rank_then_hide(*args, **kwargs):
        ranking = rank(*args, **kwargs)
        red.collection = private
        red.save()
        return ranking

    monkeypatch.setattr(engine, "rank_images", rank_then_hide)
    page = run_search(SearchQuery(words="red"), viewer=stranger)
    assert page.hits
    assert red.pk not in ids(page)

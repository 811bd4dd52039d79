"""Counts and backgrounds are of what one viewer may see, remembered only where that is safe."""

import pytest
from django.core.cache import cache
from django.utils import timezone

from gallery.models import Encoder, Image
from gallery.search import scope as scope_module
from gallery.search.query import Filters
from gallery.search.scope import Scope
from gallery.vectors import Coverage
from tests.factories import make_image
from tests.gallery.search.conftest import colour_vector, make_background, make_coloured

RED = colour_vector(red=1)


@pytest.fixture
def large(monkeypatch):
    """Makes a handful of pictures count as a large library."""
    monkeypatch.setattr(scope_module, "COUNT_ALWAYS_BELOW", 5)
    monkeypatch.setattr(scope_module, "BACKGROUND_SIZE", 20)
    cache.clear()
    yield
    cache.clear()


def scope_of(viewer=None, **filters):
    """A fresh scope."""
    return Scope.of(viewer, filters=Filters(**filters))


def test_counts(public, encoder):
    make_background(public, 3)
    make_image(public)
    make_coloured(public, red=1, fields={"deleted_at": timezone.now()})
    assert scope_of().counts == Coverage(pictures=4, searchable=3)
    assert scope_of(tags=("none",)).counts == Coverage(pictures=0, searchable=0)


def test_a_vector_of_another_encoder_does_not_count(public):
    other = Encoder.objects.create(key="other", dimension=64)
    image = make_coloured(public, red=1)
    make_image(public, vector=RED, encoder=other)
    image.embeddings.create(encoder=other, vector=RED)
    assert scope_of().counts == Coverage(pictures=2, searchable=1)


def test_small_libraries_are_counted_afresh(public):
    make_background(public, 3)
    assert scope_of().counts.searchable == 3
    make_coloured(public, red=1)
    assert scope_of().counts.searchable == 4


def test_large_ones_are_remembered_for_each_view_apart(public, private, owner, large):
    make_background(public, 8)
    make_coloured(private, red=1)
    assert scope_of().counts.searchable == 8
    assert scope_of(owner).counts.searchable == 9
    make_coloured(public, red=1)
    assert scope_of().counts.searchable == 8
    assert scope_of(orientation="landscape").counts.searchable == 9


def test_is_small_goes_by_the_setting(public, settings):
    make_background(public, 4)
    settings.SEARCH_EXACT_BELOW = 5
    assert scope_of().is_small
    settings.SEARCH_EXACT_BELOW = 4
    assert not scope_of().is_small


def test_the_background_is_not_narrowed_by_filters(public):
    make_background(public, 20)
    make_coloured(public, red=1, fields={"tags": ["red"]})
    assert scope_of(tags=("red",)).background(RED).size == 21


def test_a_remembered_background_forgets_what_is_hidden_since(public, large):
    make_background(public, 30)
    before = scope_of().background(RED)
    assert before.size == 20
    Image.objects.update(deleted_at=timezone.now())
    assert scope_of().background(RED).size == 0


def test_a_remembered_background_gives_the_same_answer(public, large):
    make_background(public, 30)
    assert scope_of().background(RED) == scope_of().background(RED)


def test_a_remembered_background_is_that_of_one_encoder(public, encoder, large):
    make_background(public, 30)
    assert scope_of().background(RED).size == 20
    other = Encoder.objects.create(key="tiny:other", dimension=64)
    for image in Image.objects.order_by("-pk")[:3]:
        image.embeddings.create(encoder=other, vector=RED)
    theirs = Scope(other, scope_of().collections, Filters())
    # Three of the other encoder's pictures, not those of the twenty that happen to be among them.
    assert theirs.background(RED).size == 3


def test_words_are_judged_by_ordinary_queries_too(public, encoder, monkeypatch):
    colours = ("green", "blue", "pink", "cyan", "red", "brown", "white", "grey")
    monkeypatch.setattr(scope_module, "ORDINARY_QUERIES", colours)
    for seed in range(30):
        make_coloured(public, seed=seed, red=1)
    scope = scope_of()
    assert scope.cutoffs(RED, kind="mixed", best=1.0).judge(0.95) == "weak"
    assert scope.cutoffs(RED, kind="words", best=1.0).judge(0.95) == "strong"


@pytest.fixture
def measured(monkeypatch):
    """How many pictures each reference was measured on, as it happens."""
    cache.clear()
    counts = []
    for name in ("words_reference", "pictures_reference"):
        real = getattr(scope_module, name)

        def measure(pictures, *, real=real, **texts):
            counts.append(len(pictures))
            return real(pictures, **texts)

        monkeypatch.setattr(scope_module, name, measure)
    return counts


def test_a_reference_is_measured_once_for_the_same_pictures(public, measured):
    make_background(public, 30)
    for _ in range(2):
        scope_of().cutoffs(RED, kind="words", best=1.0)
    assert measured == [30]
    scope_of().cutoffs(RED, kind="pictures", best=1.0)
    assert measured == [30, 30]
    make_coloured(public, red=1)
    scope_of().cutoffs(RED, kind="words", best=1.0)
    assert measured == [30, 30, 31]


def test_a_reference_is_not_affected_by_hidden_pictures(public, private, owner, measured):
    make_background(public, 30)
    for seed in range(9):
        make_coloured(private, seed=seed, red=1)
    scope_of(owner).cutoffs(RED, kind="words", best=1.0)
    scope_of().cutoffs(RED, kind="words", best=1.0)
    assert measured == [39, 30]


def test_pictures_are_judged_without_the_encoder(public, monkeypatch):
    make_background(public, 30)
    cache.clear()
    monkeypatch.setattr(scope_module, "load_encoder", lambda key: pytest.fail("loaded"))
    scope_module._ordinary_vectors.cache_clear()
    assert scope_of().cutoffs(RED, kind="pictures", best=1.0).fair < 1

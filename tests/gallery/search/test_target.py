"""From a query to the vector that is looked for: what is in it, and what refuses it."""

import numpy as np
import pytest
from django.utils import timezone

from gallery.exceptions import InvalidQuery, NotSearchableYet
from gallery.search.query import Filters, SearchQuery
from gallery.search.scope import Scope
from gallery.search.target import build_target, find_stored, spoken
from tests.factories import make_image
from tests.gallery.search.conftest import colour_vector, make_background, make_coloured


@pytest.fixture
def target(public):
    """Builds the target of a query for somebody who is not signed in."""

    def build(**fields):
        scope = Scope.of(None, filters=Filters())
        return build_target(SearchQuery(**fields), scope=scope)

    return build


def cosine(found, vector):
    return float(found.vector @ vector)


def test_words_alone_are_their_own_vector(target):
    found = target(words="red")
    assert (found.kind, found.unwanted, found.excluded_contents) == ("words", (), frozenset())
    assert cosine(found, colour_vector(red=1)) == pytest.approx(1, abs=1e-3)


def test_a_stored_picture_is_its_own_vector_and_no_result(public, target):
    image = make_coloured(public, red=1, blue=1)
    found = target(like=(image.pk,))
    assert found.kind == "pictures"
    assert found.excluded_contents == {image.sha256}
    assert cosine(found, colour_vector(red=1, blue=1)) == pytest.approx(1, abs=1e-3)


def test_ten_pictures_weigh_what_one_would(public, target):
    make_background(public)
    reds = [make_coloured(public, red=1).pk for _ in range(5)]
    one, many = (target(words="blue", like=tuple(pks)) for pks in (reds[:1], reds))
    assert one.kind == many.kind == "mixed"
    np.testing.assert_allclose(one.vector, many.vector, atol=1e-3)


@pytest.mark.parametrize(("weight", "colour"), [(1.0, "blue"), (0.0, "red")])
def test_a_weight_at_an_end_leaves_one_of_the_two(public, target, weight, colour):
    make_background(public)
    red = make_coloured(public, red=1)
    found = target(words="blue", like=(red.pk,), words_weight=weight)
    assert cosine(found, colour_vector(**{colour: 1})) == pytest.approx(1, abs=1e-3)


def test_unwanted_things_turn_the_target_away_and_are_listed_with_what_they_are(public, target):
    make_background(public)
    green = make_coloured(public, green=1)
    found = target(words="red blue", excluded_words=("blue",), unlike=(green.pk,))
    assert [(each.kind, each.value) for each in found.unwanted] == [
        ("words", "blue"), ("image", str(green.pk)),
    ]  # fmt: skip
    assert cosine(found, colour_vector(red=1)) > cosine(found, colour_vector(blue=1))
    assert cosine(found, colour_vector(green=1)) < 0
    assert found.excluded_contents == {green.sha256}


def test_what_is_more_important_draws_the_target(public, target):
    make_background(public)
    red = make_coloured(public, red=1)
    towards = [
        cosine(target(words="blue", like=(red.pk,), **weights), colour_vector(blue=1))
        for weights in ({"less": ("q",)}, {}, {"more": ("q",)})
    ]
    assert towards == sorted(set(towards))
    same = target(words="blue", like=(red.pk,), more=("q", f"like.{red.pk}"))
    assert cosine(same, colour_vector(blue=1)) == pytest.approx(towards[1], abs=1e-3)


def test_within_a_kind_importance_makes_a_weighted_mean(public, target):
    red, blue = (make_coloured(public, **{colour: 1}) for colour in ("red", "blue"))
    found = target(like=(red.pk, blue.pk), more=(f"like.{red.pk}",))
    assert cosine(found, colour_vector(red=2, blue=1)) == pytest.approx(1, abs=1e-3)


def test_an_unwanted_part_is_taken_away_as_much_as_it_is_important(public, target):
    make_background(public)
    from_blue = [
        cosine(target(words="red", excluded_words=("blue",), **weights), colour_vector(blue=1))
        for weights in ({"more": ("not.blue",)}, {}, {"less": ("not.blue",)})
    ]
    assert from_blue == sorted(set(from_blue))
    found = target(words="red", excluded_words=("blue", "green"), less=("not.blue",))
    assert [each.only_steers for each in found.unwanted] == [True, False]


@pytest.mark.parametrize("field", ["like", "unlike"])
def test_a_hidden_a_trashed_and_an_unknown_picture_get_the_same_answer(
    public, private, target, field
):
    hidden = make_coloured(private, red=1).pk
    trashed = make_coloured(public, red=1, fields={"deleted_at": timezone.now()}).pk
    sentences = set()
    for pk in (hidden, trashed, 10**9):
        with pytest.raises(InvalidQuery) as problem:
            target(words="red", **{field: (pk,)})
        assert problem.value.reason == "query_picture_unknown"
        sentences.add(problem.value.sentence.replace(str(pk), "N"))
    assert len(sentences) == 1


def test_a_picture_without_a_vector_is_not_searchable_yet(public, target):
    waiting = make_image(public)
    with pytest.raises(NotSearchableYet, match=str(waiting.pk)):
        target(like=(waiting.pk,))


def test_only_visible_pictures_with_vectors_are_found(public, private):
    seen = make_coloured(public, red=1)
    others = [make_coloured(private, red=1), make_image(public)]
    scope = Scope.of(None, filters=Filters())
    found = find_stored([seen.pk, *(other.pk for other in others)], scope=scope)
    assert set(found) == {seen.pk}
    assert found[seen.pk].sha256 == seen.sha256


@pytest.mark.parametrize(
    ("words", "said"), [('"red  cat" dog', "red cat dog"), ('""', '""'), ("red", "red")]
)
def test_quotation_marks_are_not_spoken(words, said):
    assert spoken(words) == said

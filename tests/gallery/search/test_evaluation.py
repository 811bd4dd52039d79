"""Recall is measured honestly: ties, shared captions, copies, and no help from the text."""

import numpy as np
import pytest

from gallery.models import Visibility
from gallery.search.console import console_viewer
from gallery.search.evaluation import (
    Evaluation,
    _place,
    ask_questions,
    places_by_search,
    places_by_vectors,
)
from gallery.search.query import Filters
from gallery.search.scope import Scope
from tests.factories import make_collection, make_image
from tests.gallery.search.conftest import make_background, make_coloured


def whole_scope():
    """Everything."""
    return Scope.of(console_viewer(), filters=Filters())


def evaluate():
    """Places by the captions, in their order."""
    questions, _ = ask_questions(whole_scope())
    return {q.caption: place for q, place in zip(
        questions, places_by_vectors(questions, scope=whole_scope()), strict=True)}  # fmt: skip


def captioned(collection, caption, **amounts):
    """A searchable picture with a caption."""
    return make_coloured(collection, fields={"caption": caption}, **amounts)


def test_places_are_those_among_all_pictures(public):
    captioned(public, "red", red=1)
    captioned(public, "blue", red=1, blue=0.5)
    make_coloured(public, blue=1)
    make_background(public, 5)
    assert evaluate() == {"red": 1, "blue": 2}


def test_a_caption_does_not_find_itself_by_its_words(public):
    captioned(public, "red", grey=1)
    make_coloured(public, red=1)
    assert evaluate() == {"red": 2}
    questions, _ = ask_questions(whole_scope())
    assert list(places_by_search(questions, filters=Filters())) == [1]


def test_a_shared_caption_is_one_question_with_several_answers(public):
    captioned(public, "Red", red=1, blue=1)
    captioned(public, "red ", red=1)
    questions, count = ask_questions(whole_scope())
    assert count == 2
    assert len(questions) == 1
    assert evaluate() == {"Red": 1}


def test_ties_go_against_us():
    scores = np.array([0.5, 0.5, 0.5, 0.2], dtype=np.float32)
    assert _place(scores, right=[0]) == 3
    assert _place(scores, right=[0, 1]) == 2
    assert _place(scores, right=[3]) == 4
    assert _place(scores, right=[3, 0]) == 3


def test_copies_in_other_collections_are_one_picture(public, owner):
    other = make_collection(owner, "Other", visibility=Visibility.PUBLIC)
    for collection in (public, other):
        make_coloured(collection, red=1, fields={"caption": "red", "sha256": "a" * 64})
    assert evaluate() == {"red": 1}


def test_captions_from_elsewhere(public):
    make_coloured(public, red=1, fields={"original_name": "a.jpg", "caption": "not asked"})
    make_coloured(public, blue=1, fields={"original_name": "b.jpg"})
    asked = {"a.jpg": "red", "c.jpg": "nothing"}
    questions, count = ask_questions(whole_scope(), caption_of=lambda name: asked.get(name, ""))
    assert [question.caption for question in questions] == ["red"]
    assert count == 1


def test_pictures_without_a_vector_are_not_asked_for(public):
    make_image(public, caption="red")
    assert ask_questions(whole_scope()) == ([], 0)


def test_figures():
    result = Evaluation(encoder="tiny", pictures=50, captioned=5, places=(1, 1, 3, 8, None))
    assert result.questions == 5
    assert result.recall_at(1) == pytest.approx(0.4)
    assert result.recall_at(5) == pytest.approx(0.6)
    assert result.recall_at(10) == pytest.approx(0.8)
    assert result.median_place == 3


def test_figures_of_nothing():
    result = Evaluation(encoder="tiny", pictures=0, captioned=0, places=())
    assert result.recall_at(1) == 0
    assert result.median_place is None

"""Titles, tags, captions and file names, as people type them."""

import pytest

from gallery.models import Image
from gallery.search import fulltext
from gallery.search.fulltext import holds_words, readable, text_matches
from tests.factories import make_image


def found(words, limit=100):
    """Primary keys of the matches, best first."""
    return [match.image_id for match in matches(words, limit)]


def matches(words, limit=100):
    """The matches themselves."""
    return text_matches(words, images=Image.objects.all(), limit=limit)


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "Gondolas at dawn"},
        {"tags": ["venice", "gondola"]},
        {"caption": "Two gondolas wait."},
        {"original_name": "2019-05_gondola-03.jpeg"},
    ],
    ids=["title", "tag", "caption", "name"],
)
def test_every_field_is_read(public, fields):
    make_image(public, title="Something else")
    wanted = make_image(public, **fields)
    assert found("gondola") == [wanted.pk]


def test_titles_weigh_more_than_names(public):
    named = make_image(public, original_name="gondola.jpg")
    titled = make_image(public, title="Gondola")
    assert found("gondola") == [titled.pk, named.pk]


def test_all_words_must_be_there(public):
    make_image(public, caption="red door")
    both = make_image(public, caption="a red boat")
    assert found("a red boat") == [both.pk]


@pytest.mark.parametrize("words", ["the", "a of the", "", "   ", "...", "_-_"])
def test_words_that_say_nothing_find_nothing(public, words):
    make_image(public, caption="the end of a day")
    assert found(words) == []


@pytest.mark.parametrize("typed", ["t-shirt", "t shirt", '"t-shirt"'])
def test_joined_words_are_read_alike(public, typed):
    captioned = make_image(public, caption="A blue t-shirt")
    named = make_image(public, original_name="t-shirt.png")
    assert set(found(typed)) == {captioned.pk, named.pk}


def test_extensions_do_not_matter():
    assert readable("IMG_0042.JPG").split() == ["IMG", "0042"]
    assert readable("my.holiday.tiff").split() == ["my", "holiday"]


def test_the_number_of_matches_is_bounded(public):
    for _ in range(4):
        make_image(public, caption="stone")
    assert len(found("stone", limit=2)) == 2


def test_only_the_newest_are_ranked_when_there_are_too_many(public, monkeypatch):
    monkeypatch.setattr(fulltext, "MAX_RANKED", 2)
    make_image(public, title="stone stone")
    newer = [make_image(public, caption="stone").pk for _ in range(2)]
    assert sorted(found("stone")) == newer


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "Gondola  Race"},
        {"tags": ["venice", "gondola race"]},
        {"caption": "gondola race"},
        {"original_name": "Gondola_race.JPG"},
    ],
    ids=["title", "tag", "caption", "name"],
)
@pytest.mark.parametrize("typed", ["gondola race", '"Gondola race"', "gondola-race"])
def test_a_name_that_is_just_these_words_is_exact(public, fields, typed):
    exact = make_image(public, **fields)
    make_image(public, title="A gondola race", tags=["gondola", "race"])
    assert [match.image_id for match in matches(typed) if match.is_exact] == [exact.pk]
    assert len(matches(typed)) == 2


def test_the_condition_of_holding_words(public):
    make_image(public, caption="a red boat")
    peopled = make_image(public, caption="a red boat with people")
    assert list(Image.objects.filter(holds_words("people"))) == [peopled]
    assert not Image.objects.filter(holds_words("the")).exists()
    assert not Image.objects.filter(holds_words("blue people")).exists()


def test_held_words_may_stand_apart_and_in_any_order(public):
    image = make_image(public, caption="a red boat with people")
    assert list(Image.objects.filter(holds_words("people boat"))) == [image]
    # Quotation marks and minus signs mean nothing in words that are left out.
    assert list(Image.objects.filter(holds_words('"people boat"'))) == [image]


def test_no_visible_collection_is_no_error(db):
    assert text_matches("cat", images=Image.objects.none(), limit=5) == []

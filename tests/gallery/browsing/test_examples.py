"""Example queries: words that find something that the viewer may see."""

from datetime import UTC, datetime, timedelta

from gallery.browsing import example_queries
from gallery.ingest.sample_library import SAMPLES
from tests.factories import TINY_DIMENSION, make_collection, make_image

NOON = datetime(2024, 5, 12, 12, tzinfo=UTC)
VECTOR = [1.0] + [0.0] * (TINY_DIMENSION - 1)


def test_examples_come_from_pictures_that_the_viewer_may_see(public, owner, stranger, encoder):
    private = make_collection(owner, "Secret")
    make_image(public, tags=["cat"], caption="grey cat", vector=VECTOR)
    make_image(private, tags=["plan"], caption="secret plan", vector=VECTOR)
    make_image(public, tags=["gone"], deleted_at=NOON, caption="gone", vector=VECTOR)
    assert example_queries(stranger) == ["grey cat", "cat"]
    assert sorted(example_queries(owner)) == ["cat", "grey cat", "plan", "secret plan"]


def test_examples_are_the_subjects_of_searchable_captions(public, encoder):
    for caption in (
        "a red boat",
        "A red boat.",
        "A cup of coffee on a red saucer, on a wooden table.",
        "A sentence that nobody would type into a search box",
        "In the garden",
        "Sitting in the sun",
        "A, b",
        "Harbour.",
    ):
        make_image(public, caption=caption, title="DSC_0012", vector=VECTOR)
    make_image(public, caption="still waiting")
    assert sorted(example_queries(None)) == ["Harbour", "a cup of coffee", "a red boat"]


def test_examples_of_the_sample_library_match_its_pictures(public, encoder):
    for sample in reversed(SAMPLES):
        make_image(public, caption=sample.caption, title=sample.title, vector=VECTOR)
    assert example_queries(None) == [
        "an astronaut",
        "a tabby cat",
        "a cup of coffee",
        "a rocket",
        "a red motorcycle",
        "a tall Chinese temple",
    ]


def test_tags_are_used_if_there_are_few_captions(public, encoder):
    make_image(public, caption="Harbour", tags=["boat", "harbour"], vector=VECTOR)
    make_image(public, tags=["boat", "sea", "a tag much longer than one would type"], vector=VECTOR)
    found = example_queries(None)
    assert found[0] == "Harbour"
    assert sorted(found[1:]) == ["boat", "sea"]
    assert len(example_queries(None, limit=2)) == 2
    assert example_queries(None, limit=1) == ["Harbour"]


def test_examples_are_spread_over_the_newest_pictures(public, encoder):
    for number in range(30):
        make_image(
            public, caption=f"thing {number}", vector=VECTOR, created_at=NOON + timedelta(number)
        )
    assert example_queries(None, limit=3) == ["thing 29", "thing 19", "thing 9"]

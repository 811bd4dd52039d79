"""Every refusal is one plain sentence that names the file."""

import string

import pytest

from gallery.ingest import refusals

FACTS = {"limit": "1 MB", "kind": "text", "width": "1", "height": "2", "detail": "gone"}


@pytest.mark.parametrize("reason", sorted(refusals._SENTENCES))
def test_every_refusal_is_one_sentence_that_names_the_file(reason):
    wanted = {
        field for _, field, _, _ in string.Formatter().parse(str(refusals._SENTENCES[reason]))
    }
    facts = {key: value for key, value in FACTS.items() if key in wanted}
    refused = refusals.refusal(reason, "beach.jpg", **facts)
    assert refused.reason == reason
    assert len(reason) <= 40
    assert refused.sentence.startswith("“beach.jpg” ")
    assert refused.sentence.endswith(".")
    assert ". " not in refused.sentence
    assert "\n" not in refused.sentence


def test_a_long_name_is_shortened_inside_the_sentence():
    refused = refusals.refusal("empty", "y" * 255 + ".jpg")
    assert len(refused.sentence) < 100


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 bytes"), (100, "100 bytes"), (104857600, "100 MB"), (1610612736, "1.5 GB"),
     (1 << 44, "16,384 GB")],
)  # fmt: skip
def test_sizes_are_formatted_for_people(size, words):
    assert refusals.size_in_words(size) == words

"""`manage.py evaluate_search`: recall on the library's own captions."""

import json

import pytest
from django.core.management import CommandError, call_command

from gallery.models import Visibility
from tests.factories import make_collection
from tests.gallery.search.conftest import make_background, make_coloured


@pytest.fixture
def library(owner, encoder):
    """Create two captioned pictures, one of which does not match its caption, among grey ones."""
    public = make_collection(owner, "Public", visibility=Visibility.PUBLIC)
    make_background(public, 15)
    make_coloured(public, red=1, fields={"caption": "red", "original_name": "red.jpg"})
    make_coloured(public, yellow=1, fields={"caption": "blue", "original_name": "blue.jpg"})
    return public


def run_json(capsys, *arguments):
    """Return the parsed output of the command."""
    call_command("evaluate_search", "--json", *arguments)
    return json.loads(capsys.readouterr().out)


def test_json(library, capsys):
    answer = run_json(capsys)
    assert answer.pop("seconds") >= 0
    # Which grey pictures are nearer to blue than yellow is random, so only a range is checked.
    assert 1 <= answer.pop("median_rank") <= 17
    assert answer.pop("recall_at_10") >= 0.5
    assert answer.pop("recall_at_5") >= 0.5
    assert answer == {
        "encoder": "tiny",
        "collection": None,
        "method": "vectors",
        "pictures": 17,
        "captioned": 2,
        "queries": 2,
        "recall_at_1": 0.5,
    }


def test_fused_search_uses_the_captions(library, capsys):
    answer = run_json(capsys, "--fused", "--collection", "public")
    assert answer["method"] == "fused"
    assert answer["recall_at_1"] == 1.0
    assert answer["median_rank"] == 1


def test_captions_from_a_file(library, capsys, tmp_path):
    captions = tmp_path / "captions.csv"
    captions.write_text("file,caption\nblue.jpg,yellow\n")
    answer = run_json(capsys, "--captions", str(captions))
    assert (answer["queries"], answer["recall_at_1"]) == (1, 1.0)


def test_the_table(library, capsys):
    call_command("evaluate_search", "--collection", "public")
    text = capsys.readouterr().out
    assert "R@1 " in text
    assert "median rank" in text
    assert "2 different captions of 2 pictures, searched among 17." in text


def test_an_unknown_collection_is_one_sentence(library):
    with pytest.raises(CommandError, match="no collection"):
        call_command("evaluate_search", "--collection", "nowhere")


def test_no_captions_is_one_sentence(owner, encoder):
    with pytest.raises(CommandError, match="caption"):
        call_command("evaluate_search")

"""`manage.py search`: a table for people, stable JSON for programs."""

import json

import pytest
from django.core.management import CommandError, call_command
from PIL import Image as PillowImage

from gallery.models import QueryImage, Visibility
from tests import images
from tests.factories import make_collection
from tests.gallery.search.conftest import make_background, make_coloured


@pytest.fixture
def library(owner, encoder):
    """Create a public and a private collection; the only red picture is private."""
    public = make_collection(owner, "Public", visibility=Visibility.PUBLIC)
    make_background(public, 15)
    private = make_collection(owner, "Private")
    fields = {"original_name": "red.jpg", "title": "Door", "caption": "A door"}
    return make_coloured(private, red=1, fields=fields)


def run(capsys, *arguments):
    """Return the output of the command."""
    call_command("search", *arguments)
    return capsys.readouterr().out


def run_json(capsys, *arguments):
    """Return the parsed output of the command."""
    return json.loads(run(capsys, *arguments, "--json"))


def test_the_json_has_the_documented_fields(library, capsys):
    answer = run_json(capsys, "red")
    assert {"query", "encoder", "results"} <= set(answer)
    assert (answer["good"], answer["less_likely"], answer["more_good"]) == (1, 15, False)
    assert answer["left_out"] == []
    assert (answer["query"], answer["encoder"]) == ("red", "tiny")
    first = answer["results"][0]
    assert first.pop("score") > 0.5
    assert first == {
        "id": library.pk,
        "file": "red.jpg",
        "collection": "private",
        "title": "Door",
        "caption": "A door",
        "strength": "strong",
        "url": f"/images/{library.pk}/",
    }


def test_the_table_names_files_and_ends_with_the_count(library, capsys):
    lines = run(capsys, "red", "--limit", "3").splitlines()
    assert len(lines) == 5
    assert lines[-2] == "1 good match, 15 less likely."
    assert "red.jpg" in lines[0]
    assert "+++" in lines[0]
    assert lines[-1].startswith("16 pictures searched in ")


def test_what_was_left_out_is_counted(library, capsys):
    answer = run_json(capsys, "grey", "--not", "red")
    assert answer["left_out"] == [{"kind": "words", "value": "red", "count": 1}]
    assert library.pk not in [result["id"] for result in answer["results"]]
    assert "1 left out because of “red”." in run(capsys, "grey", "--not", "red")


def test_limit_and_collection(library, capsys):
    answer = run_json(capsys, "red", "--limit", "2", "--collection", "public")
    assert len(answer["results"]) == 2
    assert {result["collection"] for result in answer["results"]} == {"public"}


def test_by_a_file(library, capsys, tmp_path):
    file = tmp_path / "query.jpg"
    file.write_bytes(images.encode(PillowImage.new("RGB", (64, 64), "red"), "JPEG"))
    answer = run_json(capsys, "--image", str(file))
    assert answer["results"][0]["id"] == library.pk
    assert not QueryImage.objects.exists()


def test_like_and_not(library, capsys):
    answer = run_json(capsys, "--like", str(library.pk), "--not", "blue")
    assert answer["results"]
    assert library.pk not in [result["id"] for result in answer["results"]]


def test_parts_are_more_or_less_important(library, capsys):
    kept = run_json(capsys, "grey", "--not", "red", "--less", "not.red")
    assert library.pk in [result["id"] for result in kept["results"]]
    scores = [
        run_json(capsys, "red", "--not", "blue", *weight)["results"][0]["score"]
        for weight in ((), ("--more", "not.blue"))
    ]
    assert scores[0] > scores[1]


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--not", "red"),
        ("red", "--collection", "nowhere"),
        ("red", "--image", "no-such-file.jpg"),
        ("--like", "999999"),
        ("red", "--limit", "0"),
        ("red", "--weight", "2"),
        ("red", "--more", "like.1"),
        ("red", "--less", "picture"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(library, arguments):
    with pytest.raises(CommandError) as caught:
        call_command("search", *arguments)
    assert str(caught.value).endswith(".")

"""manage.py encoders: what an admin types to change the model."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command

from gallery.embedding.catalog import DEFAULT_KEY
from gallery.models import Embedding, Encoder


@pytest.fixture(autouse=True)
def second_encoder(settings, fresh_registry, monkeypatch):
    settings.ENCODER_ADAPTERS = {**settings.ENCODER_ADAPTERS, "second": "tests.tiny_encoder:load"}
    # No broker here: a hint would only be dropped.
    monkeypatch.setattr("gallery.management.commands.encoders.hint_workers", lambda: None)


def run(*words):
    out = io.StringIO()
    call_command("encoders", *words, stdout=out)
    return out.getvalue()


def test_the_list_shows_coverage_and_what_else_there_is(queued):
    queued("red", "blue")
    text = run("list")
    assert "active  tiny  0 of 2 pictures (0.0%), 0 failed" in text
    assert DEFAULT_KEY in text
    assert "605 MB to download" in text


def test_the_list_as_json(queued):
    queued("red")
    answer = json.loads(run("list", "--json"))
    assert answer["encoders"][0] == {
        "key": "tiny", "state": "active", "dimension": 64, "coverage": 0.0, "pictures": 1,
        "embedded": 0, "waiting": 1, "failed": 0, "reason": "", "problem": "",
    }  # fmt: skip
    assert {"starter", "default", "best"} <= {offer["role"] for offer in answer["available"]}


def test_the_list_says_why_an_encoder_is_not_used(encoder):
    Encoder.objects.update(failure="There are no weights here.")
    assert "There are no weights here." in run("list")


def test_the_list_before_the_first_start(db):
    assert "The first start chooses one" in run("list")


def test_add_wait_activate_remove(queued, capsys):
    queued("red", "blue")
    assert "second is ready: 2 of 2 pictures" in run("add", "second", "--wait")
    assert "searches now use it" in run("activate", "second")
    assert Encoder.objects.active().key == "second"
    assert "removed" in run("remove", "tiny")
    assert set(Embedding.objects.values_list("encoder__key", flat=True)) == {"second"}


def test_waiting_ends_although_a_picture_keeps_failing(queued, store):
    from django.core.files.storage import storages

    images = queued("red", "blue")
    storages["originals"].delete(images[0].original.name)
    row = json.loads(run("add", "second", "--wait", "--json"))
    assert (row["embedded"], row["waiting"], row["state"]) == (1, 1, "building")


def test_without_waiting_the_queue_is_left_to_the_workers(queued):
    queued("red")
    row = json.loads(run("add", "second", "--json"))
    assert (row["waiting"], row["state"]) == (1, "building")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("add", "abacus:beads"), "keys start with"),
        (("activate", "second"), "hasn’t been added"),
        (("remove", "tiny"), "activate another"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(encoder, words, says):
    with pytest.raises(CommandError, match=says):
        run(*words)


def test_force_is_the_only_way_past_missing_pictures(queued):
    queued("red")
    run("add", "second")
    with pytest.raises(CommandError, match="0 of 1"):
        run("activate", "second")
    assert "searches now use it" in run("activate", "second", "--force")
    assert json.loads(run("remove", "tiny", "--json")) == {"removed": "tiny"}

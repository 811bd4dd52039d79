"""Weights are found on disk, downloaded from the hub, or reported as missing in one sentence."""

from __future__ import annotations

import pytest

from gallery.embedding.weights import fetch_weights, hub_answers, hub_offline, weights_on_disk
from gallery.exceptions import EncoderUnavailable


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MODEL_DIR = str(tmp_path)


def test_a_refused_connection_is_not_a_response(unreachable_hub):
    assert not hub_answers()


def test_any_http_response_is_a_response(answering_hub):
    assert hub_answers()


def test_offline_mode_sends_no_request_and_ends(answering_hub):
    with hub_offline():
        assert not hub_answers()
    assert hub_answers()


def test_missing_weights_without_network_are_one_sentence(unreachable_hub):
    with pytest.raises(EncoderUnavailable, match="connect to the network") as caught:
        fetch_weights({"hf_hub": "nobody/nothing/"}, label="Some model")
    assert "Some model" in caught.value.sentence


def test_weights_that_the_hub_lacks_are_one_sentence(answering_hub):
    with pytest.raises(EncoderUnavailable, match="could not be downloaded"):
        fetch_weights({"hf_hub": "nobody/nothing/"}, label="Some model")
    files = [path.rpartition("/")[2] for path in answering_hub if "/resolve/" in path]
    assert files == ["open_clip_model.safetensors", "open_clip_pytorch_model.bin"]


def test_weights_that_are_not_on_the_hub_say_what_to_do():
    with pytest.raises(EncoderUnavailable, match="download the file yourself"):
        weights_on_disk({"url": "https://example.org/model.pt", "hf_hub": ""})

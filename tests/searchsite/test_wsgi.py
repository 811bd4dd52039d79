"""The web server loads the encoder as it starts, and starts whatever becomes of that."""

import importlib
import logging

import pytest

from gallery.embedding import registry
from gallery.exceptions import EncoderUnavailable
from tests.encoder_cache import forget_encoders, is_loaded


@pytest.fixture
def wsgi(monkeypatch):
    """The module, imported without the thread that it starts."""
    monkeypatch.setattr("threading.Thread.start", lambda self: None)
    return importlib.import_module("searchsite.wsgi")


def test_the_active_encoder_is_loaded_in_advance(db, encoder, wsgi):
    forget_encoders()
    wsgi.warm_encoder()
    assert is_loaded(encoder.key)


def test_a_site_without_an_encoder_starts_just_as_well(db, wsgi, caplog):
    wsgi.warm_encoder()
    assert not caplog.records


def test_an_encoder_that_cannot_be_loaded_is_logged_and_stops_nothing(
    db, encoder, wsgi, monkeypatch, caplog
):
    def fail(key):
        raise EncoderUnavailable(f"No weights for {key}.")

    monkeypatch.setattr(registry, "warm_up", fail)
    with caplog.at_level(logging.ERROR):
        wsgi.warm_encoder()
    assert "could not be loaded in advance" in caplog.text

"""The web server loads the encoder as it starts, and starts even if that fails."""

import importlib
import logging

import pytest

from gallery.embedding import registry
from gallery.exceptions import EncoderUnavailable
from tests.encoder_cache import forget_encoders, is_loaded


@pytest.fixture
def wsgi(monkeypatch):
    """Import the module without the thread that it starts."""
    monkeypatch.setattr("threading.Thread.start", lambda self: None)
    return importlib.import_module("searchsite.wsgi")


def test_the_active_encoder_is_loaded_in_advance(db, encoder, wsgi):
    forget_encoders()
    wsgi.warm_encoder()
    assert is_loaded(encoder.key)


def test_a_site_without_an_encoder_starts(db, wsgi, caplog):
    wsgi.warm_encoder()
    assert not caplog.records


def test_an_encoder_that_cannot_be_loaded_is_logged(db, encoder, wsgi, monkeypatch, caplog):
    def fail(key):
        raise EncoderUnavailable(f"No weights for {key}.")

    monkeypatch.setattr(registry, "warm_up", fail)
    with caplog.at_level(logging.ERROR):
        wsgi.warm_encoder()
    assert "could not be loaded in advance" in caplog.text

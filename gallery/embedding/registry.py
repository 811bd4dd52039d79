"""The only access to encoders: load one by its key, keep it in memory, and choose the first one.

Everything above embedding calls `load_encoder` and `encode_query_text`, and never an adapter.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Hashable
from concurrent.futures import Future
from dataclasses import dataclass
from importlib import import_module
from typing import cast

import numpy as np
from cachetools import LRUCache, cached
from django.conf import settings
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from gallery.embedding.catalog import DEFAULT_HUB_FOLDER, DEFAULT_KEY, STARTER_KEY
from gallery.embedding.protocol import EncoderBackend
from gallery.exceptions import EncoderUnavailable

logger = logging.getLogger(__name__)

# Recently used query vectors kept in memory: 4 KB each, so about 16 MB.
QUERY_CACHE_SIZE = 4096

_registry_lock = threading.Lock()
_encoders: dict[str, EncoderBackend] = {}
_loading: dict[str, threading.Lock] = {}
_background: dict[str, Future[EncoderBackend]] = {}
_query_lock = threading.Lock()
_queries: LRUCache[Hashable, NDArray[np.float32]] = LRUCache(QUERY_CACHE_SIZE)


@dataclass(frozen=True)
class EncoderChoice:
    """The encoder a new site starts with, and why, in words for admins.

    `automatic` choices may fall back to the starter when they cannot be loaded after all.
    """

    key: str
    reason: str
    automatic: bool = True


def load_encoder(key: str) -> EncoderBackend:
    """Return the encoder of a key. It is loaded once per process; other threads wait for it.

    Raise EncoderUnavailable for an unknown key or if its weights are not available.
    """
    found = _encoders.get(key)
    if found is not None:
        return found
    with _registry_lock:
        lock = _loading.setdefault(key, threading.Lock())
    with lock:
        if key not in _encoders:
            _encoders[key] = _load(key)
        return _encoders[key]


def load_in_background(key: str) -> Future[EncoderBackend]:
    """Return a future for the encoder of a key, which a separate thread loads. Call again until it
    is done.

    Its result raises EncoderUnavailable like `load_encoder`; calling again after that is a new
    attempt.
    """
    with _registry_lock:
        future = _background.get(key)
        if future is None:
            future = _background[key] = Future()
            if key in _encoders:
                future.set_result(_encoders[key])
            else:
                # A daemon, so that a download does not prevent a worker from stopping.
                threading.Thread(target=_load_into, args=(key, future), daemon=True).start()
        if future.done():
            del _background[key]
    return future


def _load_into(key: str, future: Future[EncoderBackend]) -> None:
    try:
        future.set_result(load_encoder(key))
    except BaseException as error:  # noqa: BLE001 handed to whoever asks for the result
        future.set_exception(error)


def encode_query_text(key: str, text: str) -> NDArray[np.float32]:
    """Return the unit vector of a query, float32 [d], read-only; remembered by encoder and text.

    Raise EncoderUnavailable.
    """
    return _encode_words(key, " ".join(text.split()))


@cached(_queries, lock=_query_lock)
def _encode_words(key: str, words: str) -> NDArray[np.float32]:
    vector: NDArray[np.float32] = load_encoder(key).encode_texts([words])[0]
    vector.setflags(write=False)
    return vector


def warm_up(key: str) -> None:
    """Load an encoder and run both towers once, so that the first visitor does not wait."""
    from PIL import Image as PillowImage

    encoder = load_encoder(key)
    encoder.encode_texts(["a photograph"])
    side = encoder.spec.image_size
    encoder.encode_images([PillowImage.new("RGB", (side, side), "grey")])


def choose_initial_encoder() -> EncoderChoice:
    """Return what a new site starts with: ENCODER, or for `auto` the best one available now.

    Takes a few seconds at most and raises nothing when there is no network.
    """
    wanted = str(settings.ENCODER).strip() or "auto"
    if wanted != "auto":
        return EncoderChoice(
            wanted, _("The setting ENCODER names %(key)s.") % {"key": wanted}, automatic=False
        )
    from gallery.embedding.weights import HUB_TIMEOUT_S, hub_answers, weights_on_disk

    if weights_on_disk({"hf_hub": DEFAULT_HUB_FOLDER}) is not None:
        return EncoderChoice(DEFAULT_KEY, _("Its weights were already on this machine."))
    if hub_answers():
        return EncoderChoice(
            DEFAULT_KEY, _("The model hub answered, so its weights can be downloaded.")
        )
    return EncoderChoice(
        STARTER_KEY,
        _(
            "The weights of %(key)s are not on this machine and the model "
            "hub did not answer within %(seconds)s seconds. You can add it "
            "later on the Encoders page of the admin, or with manage.py encoders."
        )
        % {"key": DEFAULT_KEY, "seconds": round(HUB_TIMEOUT_S)},
    )


def check_key(key: str) -> None:
    """Raise EncoderUnavailable for a key that no adapter knows. Loads nothing."""
    _adapter(key)


def downloaded_bytes(key: str) -> int:
    """Return how many bytes of an encoder's weights are on this machine; 0 if unknown."""
    module = import_module(_adapter(key).partition(":")[0])
    measure = getattr(module, "bytes_downloaded_of", None)
    return int(measure(key)) if measure is not None else 0


def _adapter(key: str) -> str:
    adapter = settings.ENCODER_ADAPTERS.get(key.partition(":")[0])
    if adapter is None:
        known = ", ".join(sorted(settings.ENCODER_ADAPTERS))
        raise EncoderUnavailable(
            _("There’s no encoder “%(key)s”: keys start with one of %(known)s.")
            % {"key": key, "known": known}
        )
    return str(adapter)


def _load(key: str) -> EncoderBackend:
    module, _colon, function = _adapter(key).partition(":")
    logger.info("Loading the encoder %s", key)
    try:
        return cast(EncoderBackend, getattr(import_module(module), function)(key))
    except EncoderUnavailable:
        raise
    except Exception as error:
        # Adapters may be custom and raise anything. The site continues without this one.
        logger.exception("The encoder %s could not be loaded", key)
        raise EncoderUnavailable(
            _("The encoder %(key)s could not be loaded. The cause: %(error)s")
            % {"key": key, "error": repr(error)}
        ) from error

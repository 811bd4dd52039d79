"""Find an open_clip model's weights: a file, the hub's cache on disk, or the hub itself.

The hub's client retries for almost a minute without a network, so this module first sends one
request with a short timeout and keeps the client offline if there is no response. Used by
openclip.py and registry.py.
"""

from __future__ import annotations

import logging
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from gallery.exceptions import EncoderUnavailable

logger = logging.getLogger(__name__)

# If longer, a start without a network seems broken; if shorter, slow connections count as none.
HUB_TIMEOUT_S = 3.0
# File names under which open_clip models are published, best first.
WEIGHT_FILES = ("open_clip_model.safetensors", "open_clip_pytorch_model.bin")


def hub_answers(*, timeout_s: float = HUB_TIMEOUT_S) -> bool:
    """Return whether the model hub responds. Never takes longer than the limit and never raises."""
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE:
        return False
    answers: list[bool] = []
    # In a thread, because DNS lookups have no timeout of their own.
    thread = threading.Thread(
        target=lambda: answers.append(_responds(constants.ENDPOINT, timeout_s=timeout_s)),
        daemon=True,
    )
    thread.start()
    thread.join(timeout_s)
    return answers == [True]


def _responds(address: str, *, timeout_s: float) -> bool:
    request = urllib.request.Request(address, method="HEAD")  # noqa: S310  (the hub's own address)
    try:
        with urllib.request.urlopen(request, timeout=timeout_s):  # noqa: S310
            return True
    except urllib.error.HTTPError as error:
        # A server responded. Only gateway errors mean that the hub did not.
        return error.code < 500 and error.code != 407
    except (OSError, ValueError):
        return False


@contextmanager
def hub_offline() -> Iterator[None]:
    """Prevent the hub's client and transformers from using the network inside the block."""
    from huggingface_hub import constants

    before = constants.HF_HUB_OFFLINE
    constants.HF_HUB_OFFLINE = True
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE = before


def cache_folder() -> str | None:
    """Return MODEL_DIR, or None for the hub's own cache."""
    return str(settings.MODEL_DIR) if settings.MODEL_DIR else None


def weights_on_disk(config: dict[str, Any]) -> Path | None:
    """Return the file of a pretrained tag if it is on disk. Does not use the network."""
    from huggingface_hub import try_to_load_from_cache

    repository, names = _published(config)
    for name in names:
        found = try_to_load_from_cache(repository, name, cache_dir=cache_folder())
        if isinstance(found, str):
            return Path(found)
    return None


def bytes_in_cache(config: dict[str, Any]) -> int:
    """Return the size of a tag's repository in the hub's cache, including unfinished files."""
    from huggingface_hub import constants
    from huggingface_hub.file_download import repo_folder_name

    repository = str(config.get("hf_hub", "")).rpartition("/")[0]
    if not repository:
        return 0
    folder = Path(cache_folder() or constants.HF_HUB_CACHE)
    blobs = folder / repo_folder_name(repo_id=repository, repo_type="model") / "blobs"
    # A file may be renamed between listing and reading it; the next call counts it.
    return sum(file.stat().st_size for file in blobs.glob("*") if file.is_file())


def fetch_weights(config: dict[str, Any], *, label: str) -> Path:
    """Return the file of a pretrained tag, downloading it if needed.

    Raise EncoderUnavailable within seconds when there is no network.
    """
    found = weights_on_disk(config)
    if found is not None:
        return found
    if not hub_answers():
        raise EncoderUnavailable(_missing(label))
    return _download(config, label=label)


def _download(config: dict[str, Any], *, label: str) -> Path:
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import (
        EntryNotFoundError,
        HfHubHTTPError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
    )

    repository, names = _published(config)
    logger.info("Downloading the weights of %s; this happens once.", label)
    cause: Exception | None = None
    for name in names:
        try:
            return Path(hf_hub_download(repository, name, cache_dir=cache_folder()))
        except (LocalEntryNotFoundError, RepositoryNotFoundError) as error:
            # The network failed or the repository does not exist: other files would fail too.
            cause = error
            break
        except EntryNotFoundError as error:
            cause = error
        except (OSError, HfHubHTTPError) as error:
            cause = error
            break
    raise EncoderUnavailable(_missing(label)) from cause


def _published(config: dict[str, Any]) -> tuple[str, tuple[str, ...]]:
    """Return the repository and the file names to try, safetensors first."""
    repository, _slash, name = str(config.get("hf_hub", "")).rpartition("/")
    if not repository:
        raise EncoderUnavailable(
            _(
                "These weights are not on the model hub: download the file yourself and use "
                "openclip:MODEL//path/to/file."
            )
        )
    if not name:
        return repository, WEIGHT_FILES
    return repository, (str(Path(name).with_suffix(".safetensors")), name)


def _missing(label: str) -> str:
    return _(
        "The weights of %(label)s are not on this machine and could not be "
        "downloaded: connect to the network and try again, or put the file on "
        "disk and use openclip:MODEL//path/to/file."
    ) % {"label": label}

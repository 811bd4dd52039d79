"""Encoders are loaded once per key, and the first choice neither hangs nor raises without a
network."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from gallery.embedding import registry
from gallery.embedding.catalog import DEFAULT_HUB_FOLDER, DEFAULT_KEY
from gallery.exceptions import EncoderUnavailable
from tests.encoder_cache import is_loaded
from tests.tiny_encoder import TinyEncoder

pytestmark = pytest.mark.usefixtures("fresh_registry")
loads = []


def load_slowly(key):
    """A loader for settings.ENCODER_ADAPTERS that counts its calls."""
    time.sleep(0.05)
    loads.append(key)
    return TinyEncoder()


@pytest.fixture
def slow_adapter(settings):
    loads.clear()
    settings.ENCODER_ADAPTERS = {"slow": f"{__name__}:load_slowly"}


def test_many_threads_load_an_encoder_once(slow_adapter):
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(registry.load_encoder("slow:one")))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert loads == ["slow:one"]
    assert len(found) == 6
    assert len({id(encoder) for encoder in found}) == 1
    assert is_loaded("slow:one")


def test_an_unknown_prefix_is_a_sentence_that_lists_the_known_ones():
    with pytest.raises(EncoderUnavailable, match="starter"):
        registry.load_encoder("abacus:beads")


def test_a_query_is_encoded_once_regardless_of_spaces(monkeypatch):
    calls = []
    original = TinyEncoder.encode_texts
    monkeypatch.setattr(
        TinyEncoder,
        "encode_texts",
        lambda self, texts: calls.append(texts) or original(self, texts),
    )
    first = registry.encode_query_text("tiny", "red  car ")
    second = registry.encode_query_text("tiny", "red car")
    assert first is second
    assert calls == [["red car"]]
    assert first.dtype == np.float32
    with pytest.raises(ValueError, match="read-only"):
        first[0] = 1


def test_the_query_cache_keeps_encoders_apart(monkeypatch):
    class Reversed(TinyEncoder):
        def encode_texts(self, texts):
            return super().encode_texts(texts)[:, ::-1].copy()

    encoders = {"tiny": TinyEncoder(), "other": Reversed()}
    monkeypatch.setattr(registry, "load_encoder", encoders.__getitem__)
    one = registry.encode_query_text("tiny", "red")
    other = registry.encode_query_text("other", "red")
    assert list(other) == list(one[::-1])
    assert registry.encode_query_text("tiny", "red") is one


def test_the_query_cache_evicts_the_least_recently_used():
    used, unused = (registry.encode_query_text("tiny", words) for words in ("red", "blue"))
    for number in range(registry.QUERY_CACHE_SIZE - 1):
        assert registry.encode_query_text("tiny", "red") is used
        registry.encode_query_text("tiny", f"green {number}")
    assert registry.encode_query_text("tiny", "red") is used
    assert registry.encode_query_text("tiny", "blue") is not unused


def test_warming_up_runs_both_towers():
    registry.warm_up("tiny")
    assert is_loaded("tiny")


def test_a_configured_encoder_is_used(settings):
    settings.ENCODER = "openclip:ViT-L-14/datacomp_xl_s13b_b90k"
    choice = registry.choose_initial_encoder()
    assert choice.key == settings.ENCODER
    assert not choice.automatic


def test_weights_on_disk_are_used_without_a_network(settings, tmp_path, unreachable_hub):
    settings.ENCODER, settings.MODEL_DIR = "auto", str(tmp_path)
    folder = "models--" + DEFAULT_HUB_FOLDER.strip("/").replace("/", "--")
    snapshot = tmp_path / folder / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    (tmp_path / folder / "refs").mkdir()
    (tmp_path / folder / "refs" / "main").write_text("abc")
    (snapshot / "open_clip_model.safetensors").write_bytes(b"weights")
    assert registry.choose_initial_encoder().key == DEFAULT_KEY


def test_the_starter_is_chosen_if_the_hub_refuses(settings, tmp_path, unreachable_hub):
    settings.ENCODER, settings.MODEL_DIR = "auto", str(tmp_path)
    choice = registry.choose_initial_encoder()
    assert choice.key == "starter"
    assert choice.automatic
    assert "manage.py encoders" in choice.reason


def test_the_default_is_chosen_if_the_hub_responds(settings, tmp_path, answering_hub):
    settings.ENCODER, settings.MODEL_DIR = "auto", str(tmp_path)
    assert registry.choose_initial_encoder().key == DEFAULT_KEY


@pytest.mark.slow
def test_a_silent_hub_takes_seconds_and_causes_no_traceback(tmp_path):
    """A whole process, from the start of the interpreter to the choice."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        code = (
            "import time, django; django.setup(); started = time.monotonic();"
            "from gallery.embedding.registry import choose_initial_encoder;"
            "print(choose_initial_encoder().key, time.monotonic() - started)"
        )
        finished = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            timeout=60,
            env={
                "DJANGO_SETTINGS_MODULE": "searchsite.settings",
                "ENCODER": "auto",
                "VAR_DIR": str(tmp_path / "var"),
                "MODEL_DIR": str(tmp_path / "models"),
                "HF_ENDPOINT": f"http://127.0.0.1:{port}",
                "PATH": "",
            },
        )
    assert finished.returncode == 0, finished.stderr
    key, seconds = finished.stdout.split()
    assert key == "starter"
    # The hub's own client would take almost a minute.
    assert float(seconds) < 20
    assert "Traceback" not in finished.stderr


PACKAGE = sorted(file.stem for file in Path(registry.__file__).parent.glob("[!_]*.py"))


def test_importing_the_package_loads_no_model_library():
    code = (
        "import django, sys; django.setup();"
        + "".join(f"import gallery.embedding.{name};" for name in PACKAGE)
        + "heavy = {'torch', 'torchvision', 'open_clip', 'timm', 'transformers', 'tokenizers',"
        "'safetensors', 'huggingface_hub'} & set(sys.modules); sys.exit(str(heavy) if heavy else 0)"
    )
    finished = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60
    )
    assert finished.returncode == 0, finished.stderr

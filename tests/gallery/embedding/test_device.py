"""The fastest mode that agrees with full precision is chosen, once per machine."""

from __future__ import annotations

import time

import numpy as np
import pytest

from gallery.embedding import device
from gallery.embedding.device import Mode, choose_device, choose_mode, modes_for
from gallery.exceptions import EncoderUnavailable

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def plain_settings(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    settings.EMBEDDING_DEVICE = "cpu"
    settings.EMBEDDING_PRECISION = "auto"
    settings.EMBEDDING_BATCH_SIZE = 0


class Model:
    """A model whose half precision is fast and, optionally, wrong."""

    def __init__(self, *, half_agrees=True, half_runs=True):
        self.half_agrees, self.half_runs = half_agrees, half_runs
        self.trials = 0

    def __call__(self, mode):
        self.trials += 1
        half = mode.precision == "bf16"
        if half and not self.half_runs:
            raise NotImplementedError("no such kernel")
        time.sleep(0.001 if half else 0.02)
        axis = 1 if half and not self.half_agrees else 0
        return np.repeat(np.eye(4, dtype=np.float32)[axis][None], mode.batch_size, axis=0)


def test_half_precision_is_chosen_if_it_is_faster_and_agrees():
    assert choose_mode("model", trial=Model()).precision == "bf16"


@pytest.mark.parametrize("flaw", ["half_agrees", "half_runs"])
def test_half_precision_is_rejected_if_it_is_wrong_or_cannot_run(flaw):
    assert choose_mode("model", trial=Model(**{flaw: False})).precision == "fp32"


def test_the_choice_is_cached_per_model():
    model = Model()
    first = choose_mode("model", trial=model)
    timed = model.trials
    assert choose_mode("model", trial=model) == first
    assert model.trials == timed
    choose_mode("another model", trial=model)
    assert model.trials > timed


def test_timing_stops_when_the_budget_is_spent(monkeypatch):
    monkeypatch.setattr(device, "TIMING_BUDGET_S", 0.0)
    model = Model()
    assert choose_mode("model", trial=model) == modes_for("cpu")[0]
    assert model.trials == 4


def test_explicit_settings_are_used_without_timing(settings):
    settings.EMBEDDING_PRECISION, settings.EMBEDDING_BATCH_SIZE = "bf16", 3
    model = Model()
    assert choose_mode("model", trial=model) == Mode(device="cpu", precision="bf16", batch_size=3)
    assert model.trials == 0


def test_a_missing_device_is_named(settings):
    settings.EMBEDDING_DEVICE = "abacus"
    with pytest.raises(EncoderUnavailable, match="abacus"):
        choose_device()


def test_an_unknown_precision_is_named(settings):
    settings.EMBEDDING_PRECISION = "fp8"
    with pytest.raises(EncoderUnavailable, match="fp8"):
        modes_for("cpu")

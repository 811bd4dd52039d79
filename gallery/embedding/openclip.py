"""The open_clip adapter: any of its models, with a pretrained tag or a checkpoint on disk.

Keys: `openclip:MODEL/TAG` and `openclip:MODEL//absolute/path/to/checkpoint`.
"""

from __future__ import annotations

import copy
import logging
import pickle
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from PIL import Image as PillowImage

from gallery.embedding import preprocessing as px
from gallery.embedding.catalog import find_entry
from gallery.embedding.causal_text import causal_parts, encode_cut
from gallery.embedding.device import Mode, choose_mode, shared_lanes, use_threads
from gallery.embedding.protocol import EncoderSpec, Pixels, Vectors, unit_rows
from gallery.embedding.weights import (
    bytes_in_cache,
    cache_folder,
    fetch_weights,
    hub_answers,
    hub_offline,
)
from gallery.exceptions import EncoderUnavailable

# What torch and open_clip raise for a file without weights, or with another model's.
_UNLOADABLE = (
    RuntimeError, OSError, EOFError, LookupError, ValueError, TypeError, AttributeError,
    AssertionError, pickle.UnpicklingError,
)  # fmt: skip
# Texts in one forward pass on a GPU. A processor takes them one by one, each at its true length:
# padding wastes its time, and bf16 batches of a few texts hit a slow path in its matrix library.
GPU_TEXT_BATCH = 256


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """A parsed key: the architecture, and either a tag or a file."""

    key: str
    model: str
    tag: str = ""
    file: Path | None = None


class OpenClipEncoder:
    """One open_clip model, its two towers on one device."""

    def __init__(self, model: Any, tokenizer: Any, *, spec: EncoderSpec) -> None:
        """`model` is in full precision on the processor, in evaluation mode."""
        use_threads()
        self.spec = spec
        self._tokenizer = tokenizer
        self._geometry = _geometry(model.visual.preprocess_cfg)
        self._normal = model.visual.preprocess_cfg
        self._mode, self._model = self._fastest(model)
        self._causal = causal_parts(self._model)

    @property
    def batch_size(self) -> int:
        """The number of pictures in one forward pass on this device."""
        return self._mode.batch_size

    @property
    def mode(self) -> Mode:
        """The device and precision in use."""
        return self._mode

    def prepare(self, image: PillowImage.Image) -> Pixels:
        """Return uint8 [height, width, 3], as the model's own preprocessing makes it."""
        return px.fit(image, geometry=self._geometry)

    def encode_prepared(self, pixels: Sequence[Pixels]) -> Vectors:
        """Return float32 [n, d] with rows of unit length, for prepared pictures."""
        size = self.batch_size
        batches = [px.stack(pixels[i : i + size]) for i in range(0, len(pixels), size)]
        rows = self._run(self._model, self._mode, batches)
        return np.concatenate([np.zeros((0, self.spec.dimension), dtype=np.float32), *rows])

    def encode_images(self, images: Sequence[PillowImage.Image]) -> Vectors:
        """Return float32 [n, d] with rows of unit length."""
        return self.encode_prepared([self.prepare(image) for image in images])

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        """Return float32 [n, d] with rows of unit length."""
        on_cpu = self._mode.device == "cpu"
        size = 1 if on_cpu else GPU_TEXT_BATCH
        batches = [texts[start : start + size] for start in range(0, len(texts), size)]
        if on_cpu:
            rows = shared_lanes().map(self._forward_texts, batches)
        else:
            rows = [self._forward_texts(batch) for batch in batches]
        return np.concatenate([np.zeros((0, self.spec.dimension), dtype=np.float32), *rows])

    def _forward_texts(self, texts: Sequence[str]) -> Vectors:
        import torch

        with torch.inference_mode():
            tokens = self._tokenizer(list(texts)).to(self._mode.device)
            if self._causal is None:
                features = self._model.encode_text(tokens)
            else:
                features = encode_cut(self._causal, tokens)
        return unit_rows(features.float().cpu().numpy())

    def _run(self, model: Any, mode: Mode, batches: Sequence[Pixels]) -> list[Vectors]:
        """Run one batch per core on a processor, and one batch after another elsewhere."""
        if mode.device != "cpu":
            return [self._forward_images(model, mode, batch) for batch in batches]
        return shared_lanes().map(lambda batch: self._forward_images(model, mode, batch), batches)

    def _forward_images(self, model: Any, mode: Mode, batch: Pixels) -> Vectors:
        import torch

        dtype = torch.bfloat16 if mode.precision == "bf16" else torch.float32
        with torch.inference_mode():
            images = torch.from_numpy(batch).to(mode.device).permute(0, 3, 1, 2).float() / 255.0
            mean = torch.tensor(self._normal["mean"], device=mode.device).view(1, 3, 1, 1)
            deviation = torch.tensor(self._normal["std"], device=mode.device).view(1, 3, 1, 1)
            features = model.encode_image(((images - mean) / deviation).to(dtype))
        return unit_rows(features.float().cpu().numpy())

    def _fastest(self, model: Any) -> tuple[Mode, Any]:
        """Time the image tower in every mode (once per machine) and keep one copy of the model."""
        import torch

        copies: dict[tuple[str, str], Any] = {}

        def model_for(mode: Mode) -> Any:
            kind = (mode.device, mode.precision)
            if kind not in copies:
                copies[kind] = _moved(model, mode)
            return copies[kind]

        def trial(mode: Mode) -> Vectors:
            cards = px.sample_card(
                mode.batch_size, height=self._geometry.height, width=self._geometry.width
            )
            batches = [cards] * (torch.get_num_threads() if mode.device == "cpu" else 1)
            return np.concatenate(self._run(model_for(mode), mode, batches))

        mode = choose_mode(self.spec.key, trial=trial)
        return mode, model_for(mode)


def parse_key(key: str) -> Checkpoint:
    """Return the parts of a key. Raise EncoderUnavailable for an invalid one."""
    name = key.removeprefix("openclip:")
    model, separator, path = name.partition("//")
    if separator and model and path:
        return Checkpoint(key=key, model=model, file=Path("/" + path))
    model, _slash, tag = name.partition("/")
    if not model or not tag:
        raise EncoderUnavailable(
            _(
                "There’s no encoder “%(key)s”: use openclip:MODEL/TAG or "
                "openclip:MODEL//path/to/file."
            )
            % {"key": key}
        )
    return Checkpoint(key=key, model=model, tag=tag)


def tag_config(checkpoint: Checkpoint) -> dict[str, Any]:
    """Return open_clip's configuration of a pretrained tag. Raise EncoderUnavailable for an unknown
    tag."""
    import open_clip

    config = open_clip.get_pretrained_cfg(checkpoint.model, checkpoint.tag)
    if not config:
        known = ", ".join(open_clip.list_pretrained_tags_by_model(checkpoint.model)) or "none"
        raise EncoderUnavailable(
            _("open_clip has no weights “%(tag)s” for %(model)s. Known: %(known)s.")
            % {"tag": checkpoint.tag, "model": checkpoint.model, "known": known}
        )
    return dict(config)


def load(key: str) -> OpenClipEncoder:
    """Return the loader that settings.ENCODER_ADAPTERS names.

    Raise EncoderUnavailable if the model is unknown or its weights are not available.
    """
    import open_clip

    checkpoint = parse_key(key)
    if open_clip.get_model_config(checkpoint.model) is None:
        raise EncoderUnavailable(
            _("open_clip has no model “%(model)s”: see docs/encoders.md for known ones.")
            % {"model": checkpoint.model}
        )
    config: dict[str, Any] = {}
    file = checkpoint.file
    if file is None:
        config = tag_config(checkpoint)
        file = fetch_weights(config, label=f"{checkpoint.model}/{checkpoint.tag}")
    if not file.is_file():
        raise EncoderUnavailable(
            _("There’s no checkpoint at %(file)s: check the path.") % {"file": file}
        )
    model = _build(checkpoint, file=file, config=config)
    tokenizer = _tokenizer(checkpoint)
    return OpenClipEncoder(model, tokenizer, spec=_spec(checkpoint, model, tokenizer, file=file))


def bytes_downloaded_of(key: str) -> int:
    """Return how much of the weights of a key is in the hub's cache, including unfinished files."""
    try:
        config = tag_config(parse_key(key))
    except EncoderUnavailable:
        return 0
    return bytes_in_cache(config)


def _build(checkpoint: Checkpoint, *, file: Path, config: dict[str, Any]) -> Any:
    """Return the model with its weights, in full precision on the processor, ready to evaluate."""
    import open_clip

    preprocessing = {
        name: config[name] for name in ("mean", "std", "interpolation", "resize_mode")
        if config.get(name) is not None
    }  # fmt: skip
    with _network_if_needed(checkpoint), _quiet():
        try:
            model = open_clip.create_model(
                checkpoint.model,
                pretrained=str(file),
                device="cpu",
                precision="fp32",
                force_quick_gelu=bool(config.get("quick_gelu", False)),
                force_preprocess_cfg=preprocessing or None,
                pretrained_text=False,
                cache_dir=cache_folder(),
                weights_only=True,
            )
        except _UNLOADABLE as error:
            raise EncoderUnavailable(
                _(
                    "%(name)s does not hold weights of %(model)s, or part of that model "
                    "cannot be downloaded. The cause: %(cause)s"
                )
                % {"name": file.name, "model": checkpoint.model, "cause": _first_line(error)}
            ) from error
    return model.eval()


def _tokenizer(checkpoint: Checkpoint) -> Any:
    import open_clip

    with _network_if_needed(checkpoint), _quiet():
        try:
            return open_clip.get_tokenizer(checkpoint.model, cache_dir=cache_folder())
        except (OSError, RuntimeError, ValueError) as error:
            raise EncoderUnavailable(
                _(
                    "The tokenizer of %(model)s is not on this machine and could not be "
                    "downloaded: connect to the network and try again."
                )
                % {"model": checkpoint.model}
            ) from error


def _network_if_needed(checkpoint: Checkpoint) -> Any:
    """Keep the hub's client offline where its network is not needed. Some text towers and
    tokenizers come from the hub."""
    import open_clip

    config = open_clip.get_model_config(checkpoint.model) or {}
    text = config.get("text_cfg", {})
    from_hub = any(text.get(name) for name in ("hf_model_name", "hf_tokenizer_name"))
    from_hub = from_hub or "siglip" in checkpoint.model.lower()
    return nullcontext() if from_hub and hub_answers() else hub_offline()


@contextmanager
def _quiet() -> Iterator[None]:
    """Drop open_clip's progress messages, which it logs at INFO to the root logger."""
    root = logging.getLogger()

    def is_worth_showing(record: logging.LogRecord) -> bool:
        return record.levelno >= logging.WARNING or "open_clip" not in record.pathname

    root.addFilter(is_worth_showing)
    try:
        yield
    finally:
        root.removeFilter(is_worth_showing)


def _spec(checkpoint: Checkpoint, model: Any, tokenizer: Any, *, file: Path) -> EncoderSpec:
    """Return the catalogue's spec, corrected by what was loaded."""
    import open_clip

    config = open_clip.get_model_config(checkpoint.model) or {}
    geometry = _geometry(model.visual.preprocess_cfg)
    measured: dict[str, Any] = {
        "dimension": int(config["embed_dim"]),
        "image_size": max(geometry.height, geometry.width),
        "text_context": int(getattr(tokenizer, "context_length", None) or 77),
    }
    entry = find_entry(checkpoint.key)
    if entry is not None:
        return replace(entry.spec, **measured)
    return EncoderSpec(
        key=checkpoint.key,
        name=f"{checkpoint.model} ({checkpoint.tag or file.name})",
        licence=_("see the model's page"),
        size_bytes=file.stat().st_size,
        description=_("An open_clip model that is not in the curated list."),
        **measured,
    )


def _geometry(config: Any) -> px.Geometry:
    """Return open_clip's preprocessing settings as a Geometry."""
    size = config["size"]
    height, width = (size, size) if isinstance(size, int) else (int(size[0]), int(size[1]))
    return px.Geometry(
        height=height,
        width=width,
        resize_to=max(height, width),
        mode=config.get("resize_mode") or "shortest",
        bilinear=config.get("interpolation") == "bilinear",
        fill=int(config.get("fill_color") or 0),
    )


def _moved(model: Any, mode: Mode) -> Any:
    """Return a copy on the mode's device with its weights in the mode's precision.

    The plain mode needs no copy, which matters with models of gigabytes.
    """
    import torch

    if mode.device == "cpu" and mode.precision == "fp32":
        return model

    dtype = torch.bfloat16 if mode.precision == "bf16" else torch.float32
    return copy.deepcopy(model).to(device=mode.device, dtype=dtype)


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__

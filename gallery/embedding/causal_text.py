"""Exact shortcuts for CLIP's causal text towers. Used by openclip.py only.

In a causal tower no token sees those after it, and the text's vector is read at its end token, so
everything after that token can be left out: the result is the same and a short query costs a
fraction of the 77 tokens it is padded to. Towers that are bidirectional, average all tokens, or
read the last position are left alone.
"""

from __future__ import annotations

from typing import Any


def causal_parts(model: Any) -> Any | None:
    """Return the module that holds the text tower's parts if cutting is exact, otherwise None."""
    tower = getattr(model, "text", model)
    needed = ("token_embedding", "positional_embedding", "transformer", "ln_final", "attn_mask")
    if any(getattr(tower, name, None) is None for name in needed):
        return None
    if getattr(tower, "cls_emb", None) is not None or getattr(tower, "use_pad_mask", False):
        return None
    return tower if _pool_type(tower) in ("argmax", "eos") else None


def encode_cut(tower: Any, tokens: Any) -> Any:
    """Return features [n, d] of token ids [n, context], computed up to the longest text's end
    token."""
    import torch

    ends = _end_positions(tower, tokens)
    length = int(ends.max()) + 1
    tokens = tokens[:, :length]
    dtype = tower.transformer.get_cast_dtype()
    states = tower.token_embedding(tokens).to(dtype)
    states = states + tower.positional_embedding[:length].to(dtype)
    states = tower.transformer(states, attn_mask=tower.attn_mask[:length, :length])
    # Only the end tokens count; normalising is done row by row, so picking them first is exact.
    rows = torch.arange(len(tokens), device=tokens.device)
    pooled = tower.ln_final(states[rows, ends])
    projection = tower.text_projection
    if projection is None:
        return pooled
    return projection(pooled) if isinstance(projection, torch.nn.Linear) else pooled @ projection


def _pool_type(tower: Any) -> str:
    return str(getattr(tower, "text_pool_type", None) or getattr(tower, "pool_type", ""))


def _end_positions(tower: Any, tokens: Any) -> Any:
    """Return where each text ends: the highest id for `argmax`, the first end token for `eos`."""
    if _pool_type(tower) == "argmax":
        return tokens.argmax(dim=-1)
    end = getattr(tower, "text_eos_id", None)
    end = end if end is not None else tower.eos_id
    return (tokens == end).int().argmax(dim=-1)

"""Which text towers can be cut at the end of the text, and that cutting changes nothing."""

from types import SimpleNamespace

import pytest

from gallery.embedding.causal_text import causal_parts, encode_cut

PARTS = dict.fromkeys(
    ("token_embedding", "positional_embedding", "transformer", "ln_final", "attn_mask"), object()
)


def tower(**changes):
    return SimpleNamespace(**{**PARTS, "pool_type": "argmax", **changes})


@pytest.mark.parametrize("pool_type", ["argmax", "eos"])
def test_a_causal_tower_read_at_its_end_token_is_cut(pool_type):
    found = tower(pool_type=pool_type)
    assert causal_parts(found) is found
    assert causal_parts(SimpleNamespace(text=found)) is found


@pytest.mark.parametrize(
    "changes",
    [
        {"attn_mask": None},
        {"token_embedding": None},
        {"cls_emb": "any"},
        {"use_pad_mask": True},
        {"pool_type": "last"},
        {"pool_type": "avg"},
        {"text_pool_type": "last"},
    ],
    ids=str,
)
def test_other_towers_are_left_alone(changes):
    assert causal_parts(tower(**changes)) is None


@pytest.mark.slow
@pytest.mark.parametrize("pool_type", ["argmax", "eos"])
def test_a_cut_text_is_read_at_its_own_end_token(pool_type):
    import torch

    class Sums:
        """Each position sees itself and those before it, as in causal attention."""

        def get_cast_dtype(self):
            return torch.float32

        def __call__(self, states, attn_mask):
            assert attn_mask.shape == (states.shape[1],) * 2
            return states.cumsum(1)

    end = 9
    parts = tower(
        pool_type=pool_type,
        eos_id=end,
        token_embedding=lambda tokens: tokens.float().unsqueeze(-1),
        positional_embedding=torch.zeros(6, 1),
        transformer=Sums(),
        ln_final=lambda states: states,
        attn_mask=torch.zeros(6, 6),
        text_projection=None,
    )
    tokens = torch.tensor([[1, 2, end, 0, 0, 0], [1, end, 0, 0, 0, 0]])
    assert encode_cut(parts, tokens).squeeze(-1).tolist() == [12.0, 10.0]
    parts.text_projection = torch.tensor([[2.0]])
    assert encode_cut(parts, tokens).squeeze(-1).tolist() == [24.0, 20.0]

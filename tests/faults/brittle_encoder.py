"""The tiny encoder with two switches: files that a test creates in settings.FAULTS_DIR.

`hold`: it waits inside a batch until the file is gone. `poison`: it fails on mostly black pictures.
It writes `entered` when it starts a batch.
"""

import time

from django.conf import settings

from tests.tiny_encoder import TinyEncoder

# Mean of all channels, of 255.
BLACK_BELOW = 60


class BrittleEncoder(TinyEncoder):
    """An encoder that fails on request."""

    def encode_prepared(self, pixels):
        faults = settings.FAULTS_DIR
        (faults / "entered").touch()
        while (faults / "hold").exists():
            time.sleep(0.05)
        black = any(picture.mean() < BLACK_BELOW for picture in pixels)
        if black and (faults / "poison").exists():
            raise RuntimeError("this picture is poison")
        return super().encode_prepared(pixels)


def load(_key):
    """Return the loader that settings.ENCODER_ADAPTERS names."""
    return BrittleEncoder()

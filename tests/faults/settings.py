"""Settings of the workers started here: the tests' own, and an encoder that can fail."""

from tests.settings import *  # noqa: F403
from tests.settings import ENCODER_ADAPTERS, VAR_DIR

ENCODER_ADAPTERS = {**ENCODER_ADAPTERS, "brittle": "tests.faults.brittle_encoder:load"}
FAULTS_DIR = VAR_DIR / "faults"

"""Settings of the tests: the site's own, with a small, fast encoder and no mocks."""

import os

# Kept apart from the data of a site that runs beside the tests.
os.environ.setdefault("VAR_DIR", "var/tests")

from searchsite.settings import *  # noqa: F403
from searchsite.settings import DATABASES, ENCODER_ADAPTERS, STATIC_ROOT, STORAGES, VAR_DIR

ENCODER = "tiny"
ENCODER_ADAPTERS = {**ENCODER_ADAPTERS, "tiny": "tests.tiny_encoder:load"}
MEDIA_ROOT = VAR_DIR / "test-media"
for _store in ("default", "originals", "renditions", "queries"):
    if "location" in STORAGES[_store].get("OPTIONS", {}):
        STORAGES[_store]["OPTIONS"]["location"] = MEDIA_ROOT / _store
# The plain storage, so that pages can be rendered without collectstatic.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns when it is missing
DATABASES["default"]["CONN_MAX_AGE"] = 0
RATE_LIMIT_PER_MINUTE = 0
# Each run has its own cache: entries in a shared one could refer to the rows of another run.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# Argon2 is deliberately slow, and tests sign in hundreds of times.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

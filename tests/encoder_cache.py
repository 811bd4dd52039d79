"""The encoders that this process has loaded, for tests that need to start without any."""

from gallery.embedding import registry


def forget_encoders():
    """Empty the caches of encoders and of query vectors."""
    with registry._registry_lock, registry._query_lock:
        registry._encoders.clear()
        registry._queries.clear()


def is_loaded(key):
    """Return whether this process has loaded the encoder."""
    return key in registry._encoders

"""The encoders that this process keeps, for tests that start without any."""

from gallery.embedding import registry


def forget_encoders():
    """Empties the caches of encoders and of query vectors."""
    with registry._registry_lock, registry._query_lock:
        registry._encoders.clear()
        registry._queries.clear()


def is_loaded(key):
    """Whether this process holds the encoder."""
    return key in registry._encoders

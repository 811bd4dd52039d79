"""The one error of this package: a local service cannot do what was asked."""

from __future__ import annotations


class LocalServiceError(Exception):
    """A local service did not start or cannot be used; the message is one for people."""

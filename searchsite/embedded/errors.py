"""The error of this package: a local service cannot be used."""

from __future__ import annotations


class LocalServiceError(Exception):
    """A local service did not start or cannot be used. The message is meant for people."""

"""The named errors of the app. Anything may import this module; it imports nothing of the app.

Each carries a `reason`, a stable code that tests and programs compare, and a `sentence`, one plain
sentence for people that says what happened and what to do.
"""

from __future__ import annotations


class SemblanceError(Exception):
    """Base of all errors that a person may meet."""

    reason = "error"

    def __init__(self, sentence: str, *, reason: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        if reason is not None:
            self.reason = reason


class Refused(SemblanceError):
    """A file was not taken in; nothing of it is kept."""

    reason = "refused"


class DecoderFailed(SemblanceError):
    """The child process that reads pictures died, hung or ran out of memory on one."""

    reason = "decoder_failed"


class EncoderUnavailable(SemblanceError):
    """An encoder cannot be loaded: unknown key, missing weights or no network."""

    reason = "encoder_unavailable"


class EncoderStateError(SemblanceError):
    """An encoder cannot be activated or removed in the state it is in."""

    reason = "encoder_state"


class NoActiveEncoder(SemblanceError):
    """The site has not chosen its encoder yet."""

    reason = "no_active_encoder"


class InvalidQuery(SemblanceError):
    """A search that cannot be run as asked: empty, too long, or pointing at nothing visible."""

    reason = "invalid_query"


class NotSearchableYet(SemblanceError):
    """The picture shown as a query has no vector yet."""

    reason = "not_searchable_yet"


class NotAllowed(SemblanceError):
    """The person may not do this."""

    reason = "not_allowed"


class ImportProblem(SemblanceError):
    """An import cannot start as asked."""

    reason = "import_problem"


class LibraryProblem(SemblanceError):
    """A change to collections, members or pictures cannot be made as asked; nothing was changed."""

    reason = "library_problem"


class InvalidVector(SemblanceError):
    """A vector of the wrong dimension, or not of unit length, cannot be stored or searched for."""

    reason = "invalid_vector"

"""The named errors of the app. Anything may import this module; it imports nothing from the app.

Each has a `reason`, a stable code that tests and programs compare, and a `sentence`, one plain
sentence that tells people what happened and what to do.
"""

from __future__ import annotations


class SemblanceError(Exception):
    """Base class of all errors shown to people."""

    reason = "error"

    def __init__(self, sentence: str, *, reason: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        if reason is not None:
            self.reason = reason


class Refused(SemblanceError):
    """A file was refused; none of it is stored."""

    reason = "refused"


class DecoderFailed(SemblanceError):
    """The child process that decodes pictures crashed, hung or ran out of memory."""

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
    """A search that cannot be run: empty, or about a picture that is not visible."""

    reason = "invalid_query"


class NotSearchableYet(SemblanceError):
    """The picture used as a query has no vector yet."""

    reason = "not_searchable_yet"


class NotAllowed(SemblanceError):
    """The person may not do this."""

    reason = "not_allowed"


class ImportProblem(SemblanceError):
    """An import cannot start with these arguments."""

    reason = "import_problem"


class LibraryProblem(SemblanceError):
    """A change to collections, members or pictures was refused; nothing was changed."""

    reason = "library_problem"


class InvalidVector(SemblanceError):
    """A vector of the wrong dimension, or not of unit length, cannot be stored or searched for."""

    reason = "invalid_vector"

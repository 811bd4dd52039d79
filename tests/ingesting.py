"""Ingest a single file into a collection, as an upload does."""

from gallery.exceptions import Refused
from gallery.ingest.bulk import Incoming, ingest_many
from gallery.ingest.intake import NO_DETAILS
from gallery.ingest.names import display_name


def ingest_file(source, *, to, name, details=NO_DETAILS):
    """Ingest one file and return its outcome. Raise Refused."""
    incoming = Incoming(name=display_name(name), source=source, details=details)
    (outcome,) = ingest_many([incoming], to=to, workers=1)
    if isinstance(outcome.result, Refused):
        raise outcome.result
    return outcome.result

"""The cards of the encoders page: encoders in use, being added or available, and what each
costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.humanize.templatetags.humanize import intcomma
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gallery.embedding.catalog import CATALOG, CatalogEntry, find_entry
from gallery.models import Encoder, EncoderRequest, EncoderState, Image

# Bytes per number in a vector. The index stores a second copy.
BYTES_PER_NUMBER = 2
COPIES_OF_A_VECTOR = 2
# A request that has waited this long may be waiting for a worker that is not running.
LONG_WAIT = timedelta(seconds=45)


@dataclass(frozen=True, kw_only=True)
class EncoderCard:
    """One encoder with its numbers."""

    encoder: Encoder
    pictures: int
    embedded: int
    waiting: int
    failed: int

    @classmethod
    def of(cls, encoder: Encoder) -> EncoderCard:
        """Return the card of a row from EncoderAdmin.get_queryset, which counts."""
        return cls(
            encoder=encoder,
            pictures=getattr(encoder, "live_count", 0),
            embedded=getattr(encoder, "vector_count", 0),
            waiting=getattr(encoder, "waiting_count", 0),
            failed=getattr(encoder, "failed_count", 0),
        )

    @property
    def name(self) -> str:
        """The name that people see."""
        entry = find_entry(self.encoder.key)
        return entry.spec.name if entry else self.encoder.key

    @property
    def is_active(self) -> bool:
        """Whether searches use it."""
        return self.encoder.state == EncoderState.ACTIVE

    @property
    def is_removing(self) -> bool:
        """Whether workers are deleting it."""
        return self.encoder.state == EncoderState.REMOVING

    @property
    def is_under_way(self) -> bool:
        """Whether the numbers are still changing."""
        changing = {EncoderState.BUILDING, EncoderState.REMOVING}
        return bool(self.waiting) or self.encoder.state in changing

    @property
    def missing(self) -> int:
        """The number of pictures that searches with this encoder could not find."""
        return self.pictures - self.embedded

    @property
    def state(self) -> str:
        """One word for the badge."""
        if self.is_active:
            return _("In use")
        if self.encoder.state == EncoderState.BUILDING:
            return _("Being built")
        if self.is_removing:
            return _("Being removed")
        return _("Ready") if not self.missing else _("Incomplete")

    @property
    def vector_bytes(self) -> int:
        """The approximate size of its vectors and their index."""
        return vector_bytes(self.embedded, dimension=self.encoder.dimension)


@dataclass(frozen=True, kw_only=True)
class RequestCard:
    """A request to add an encoder."""

    request: EncoderRequest

    @property
    def total_bytes(self) -> int:
        """The size of the download; 0 if unknown."""
        entry = find_entry(self.request.key)
        return entry.spec.size_bytes if entry else 0

    @property
    def progress(self) -> str:
        """One sentence about what is happening now."""
        request, total = self.request, self.total_bytes
        if request.heartbeat_at is None:
            if timezone.now() - request.created_at > LONG_WAIT:
                return _("Waiting for a worker. Check that workers are running and not all busy.")
            return _("Waiting for a worker…")
        if not request.downloaded_bytes:
            return _("Loading…")
        done = filesizeformat(request.downloaded_bytes)
        if total > request.downloaded_bytes:
            sizes = {"done": done, "total": filesizeformat(total)}
            return _("Downloading: %(done)s of about %(total)s") % sizes
        return _("Loading… %(done)s downloaded so far.") % {"done": done}


def vector_bytes(count: int, *, dimension: int) -> int:
    """Return the approximate size in bytes of `count` vectors and their index."""
    return count * dimension * BYTES_PER_NUMBER * COPIES_OF_A_VECTOR


def offers() -> list[CatalogEntry]:
    """Return the curated encoders that are neither installed nor requested."""
    taken = {*Encoder.objects.values_list("key", flat=True)}
    taken |= {*EncoderRequest.objects.values_list("key", flat=True)}
    return [entry for entry in CATALOG if entry.spec.key not in taken]


def download_in_words(entry: CatalogEntry | None) -> str:
    """Describe what adding an encoder downloads."""
    if entry is None:
        return _(
            "Its weights are downloaded from the model hub unless this machine already has them. "
            "Most models take between 0.5 and 4 GB."
        )
    if not entry.spec.size_bytes:
        return _("Nothing to download.")
    return _("Downloads %(size)s, once.") % {"size": filesizeformat(entry.spec.size_bytes)}


def costs_of_adding(key: str) -> Sequence[str]:
    """List what people should know before adding an encoder."""
    entry = find_entry(key)
    pictures = Image.objects.live().count()
    costs = [download_in_words(entry)]
    again = ngettext(
        "Workers embed %(count)s picture again in the background.",
        "Workers embed %(count)s pictures again in the background.",
        pictures,
    )
    costs.append(again % {"count": intcomma(pictures)})
    if entry is not None:
        costs[-1] += " " + _("Speed: %(speed)s.") % {"speed": entry.speed}
        size = filesizeformat(vector_bytes(pictures, dimension=entry.spec.dimension))
        costs.append(_("Its vectors take about %(size)s in the database.") % {"size": size})
    costs.append(_("Searches keep using the current encoder until you switch."))
    return costs


def costs_of_activating(card: EncoderCard) -> Sequence[str]:
    """List what people should know before searches use another encoder."""
    costs = [
        _("All searches will use it from now on, and results will be in a different order."),
        _("The first search afterwards takes longer, because the site loads the encoder."),
        _("The current encoder stays, so you can switch back at any time."),
    ]
    if card.missing:
        sentence = ngettext(
            "%(count)s picture has no vector from this encoder, so searches can’t find it.",
            "%(count)s pictures have no vectors from this encoder, so searches can’t find them.",
            card.missing,
        )
        costs.insert(0, sentence % {"count": intcomma(card.missing)})
    return costs


def costs_of_removing(card: EncoderCard) -> Sequence[str]:
    """List what people should know before removing an encoder."""
    sentence = ngettext(
        "This deletes %(count)s vector, about %(size)s.",
        "This deletes %(count)s vectors, about %(size)s.",
        card.embedded,
    )
    numbers = {"count": intcomma(card.embedded), "size": filesizeformat(card.vector_bytes)}
    return [
        sentence % numbers,
        _("Workers delete it in the background. Once you confirm, this can’t be stopped."),
        _("To use this encoder again, all pictures must be embedded again."),
        _("Searches don’t change: they use another encoder."),
    ]

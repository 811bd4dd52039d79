"""The photographs that ship with scikit-image and scikit-learn, with our own captions.

They are read from the installed packages' files. Neither package is imported, and nothing is
downloaded.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from gallery.ingest.bulk import Incoming, IngestOutcome, ingest_many
from gallery.ingest.intake import Destination, Details
from gallery.models import Collection, Image

NAME = "Sample library"
SLUG = "sample-library"
DESCRIPTION = (
    "Photographs to try searching on, from the scikit-image and scikit-learn packages."
    " Delete the collection when you have your own."
)

_SKIMAGE = ("skimage", "data")
_SKLEARN = ("sklearn", "datasets/images")


@dataclass(frozen=True)
class Sample:
    """One photograph: the package and folder that hold it, and its title, caption and tags."""

    place: tuple[str, str]
    file: str
    title: str
    caption: str
    tags: tuple[str, ...]

    def path(self) -> Path | None:
        """Return the file, or None if the package does not contain it."""
        package, folder = self.place
        spec = importlib.util.find_spec(package)
        for root in (spec.submodule_search_locations or []) if spec is not None else []:
            path = Path(root) / folder / self.file
            if path.is_file():
                return path
        return None


SAMPLES = (
    Sample(
        _SKIMAGE, "astronaut.png", "Eileen Collins",
        "An astronaut in an orange flight suit smiles in front of a flag and a model shuttle.",
        ("people", "space"),
    ),
    Sample(
        _SKIMAGE, "chelsea.png", "Chelsea",
        "A tabby cat with green eyes looks to one side.", ("animals", "cat"),
    ),
    Sample(
        _SKIMAGE, "coffee.png", "Espresso",
        "A cup of coffee on a red saucer with a small spoon, on a wooden table.", ("food",),
    ),
    Sample(
        _SKIMAGE, "rocket.jpg", "On the pad",
        "A rocket on its launch pad at dusk, lit from below.", ("space", "night"),
    ),
    Sample(
        _SKIMAGE, "motorcycle_left.png", "In the garage",
        "A red motorcycle in a cluttered garage.", ("vehicles",),
    ),
    Sample(
        _SKLEARN, "china.jpg", "Summer Palace",
        "A tall Chinese temple with tiled roofs above trees and a lake.",
        ("buildings", "travel"),
    ),
    Sample(
        _SKLEARN, "flower.jpg", "Dahlia",
        "An orange dahlia in bloom before dark green leaves.", ("plants",),
    ),
    Sample(
        _SKIMAGE, "camera.png", "The cameraman",
        "A man in a long coat films with a camera on a tripod, in black and white.",
        ("people", "black and white"),
    ),
    Sample(
        _SKIMAGE, "coins.png", "Greek coins",
        "Four rows of old coins on a dark cloth.", ("objects", "black and white"),
    ),
    Sample(
        _SKIMAGE, "moon.png", "Craters",
        "The grey surface of the Moon with craters and hills.", ("space", "black and white"),
    ),
    Sample(
        _SKIMAGE, "hubble_deep_field.jpg", "Deep field",
        "Hundreds of distant galaxies on a black sky, seen by the Hubble telescope.", ("space",),
    ),
    Sample(
        _SKIMAGE, "retina.jpg", "Retina",
        "The back of a human eye with its blood vessels, round and red.", ("science",),
    ),
    Sample(
        _SKIMAGE, "ihc.png", "Stained tissue",
        "Colon tissue stained brown and blue, under the microscope.", ("science",),
    ),
    Sample(
        _SKIMAGE, "cell.png", "A cell",
        "A single round and bright cell on a grey ground, under the microscope.",
        ("science", "black and white"),
    ),
    Sample(
        _SKIMAGE, "horse.png", "Horse",
        "The black outline of a standing horse on white.", ("animals", "drawing"),
    ),
    Sample(
        _SKIMAGE, "brick.png", "Brick wall",
        "A brick wall seen close up.", ("texture", "black and white"),
    ),
    Sample(
        _SKIMAGE, "grass.png", "Grass",
        "Many narrow blades of grass seen from above.", ("texture", "black and white"),
    ),
    Sample(
        _SKIMAGE, "gravel.png", "Gravel",
        "Small stones lying close together.", ("texture", "black and white"),
    ),
    Sample(
        _SKIMAGE, "page.png", "A printed page",
        "A page of printed text about image segmentation, photographed at an angle.", ("text",),
    ),
    Sample(
        _SKIMAGE, "text.png", "Handwriting",
        "A few lines of handwritten formulas on ruled paper, seen at an angle.",
        ("text", "black and white"),
    ),
    Sample(
        _SKIMAGE, "color.png", "Colour wheel",
        "A round colour wheel from white in the middle to every bright colour.", ("drawing",),
    ),
)  # fmt: skip


def wants_samples() -> bool:
    """Return True if the site has no pictures yet, so that deleted samples don't come back."""
    return not (Image.objects.exists() or Collection.objects.filter(slug=SLUG).exists())


def load_samples(collection: Collection) -> list[IngestOutcome]:
    """Load all samples into a collection, or none. Those already there stay.

    One transaction, so that an interrupted first start begins again from scratch.
    """
    with transaction.atomic():
        destination = Destination(collection=collection, owner=collection.owner)
        return list(ingest_many(_incoming(), to=destination))


def _incoming() -> Iterator[Incoming]:
    # Browse shows the newest first, so the most inviting ones are added last.
    for sample in reversed(SAMPLES):
        path = sample.path()
        if path is not None:
            details = Details(title=sample.title, caption=sample.caption, tags=sample.tags)
            yield Incoming(name=sample.file, source=path, details=details)

"""Repairing findings that are out of date because something changed in the meantime."""

import pytest

from gallery.ingest import blobs, intake
from gallery.ingest.library_check import Finding, ProblemKind
from gallery.ingest.library_repair import _REPAIRS, repair
from gallery.ingest.spool import spooled
from gallery.models import Image
from gallery.models.image import originals_storage
from tests import images
from tests.gallery.ingest.conftest import upload
from tests.races import race


def test_every_problem_has_a_repair():
    assert set(_REPAIRS) == set(ProblemKind)


@pytest.mark.parametrize(
    "problem", [ProblemKind.MISSING_RENDITIONS, ProblemKind.MISSING_JOB, ProblemKind.EXPIRED_QUERY]
)
def test_a_deleted_row_needs_no_repair(db, problem):
    finding = Finding(problem=problem, subject="0", sentence="", image_id=999, encoder_id=1)
    assert repair(finding) is False


@pytest.mark.parametrize(
    "problem",
    [ProblemKind.ORPHAN_ORIGINAL, ProblemKind.ORPHAN_RENDITIONS, ProblemKind.ORPHAN_QUERY],
)
def test_a_deleted_file_counts_as_repaired(db, problem):
    name = f"ab/cd/{'ab' * 32}/320.webp"
    assert repair(Finding(problem=problem, subject=name, sentence="")) is True


def test_an_orphan_that_an_upload_is_about_to_use_is_kept(transactional_db, destination):
    """The repair waits for the recording of the same content and then finds its row."""
    with spooled(upload(images.jpeg()), name="a.jpg") as file:
        prepared = intake.prepare(file, name="a.jpg")
        finding = Finding(
            problem=ProblemKind.ORPHAN_ORIGINAL, subject=blobs.original_name(file), sentence=""
        )
        seen = race(lambda: intake.record(prepared, to=destination), lambda: repair(finding))
    assert seen.waited
    assert seen.result is False
    assert originals_storage().exists(Image.objects.get().original.name)

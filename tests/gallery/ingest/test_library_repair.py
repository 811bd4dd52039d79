"""Mending findings that are out of date: somebody else was there first."""

import pytest

from gallery.ingest.library_check import Finding, ProblemKind
from gallery.ingest.library_repair import _REPAIRS, repair


def test_every_problem_has_its_mender():
    assert set(_REPAIRS) == set(ProblemKind)


@pytest.mark.parametrize(
    "problem", [ProblemKind.MISSING_RENDITIONS, ProblemKind.MISSING_JOB, ProblemKind.EXPIRED_QUERY]
)
def test_a_row_that_is_gone_is_nothing_to_mend(db, problem):
    finding = Finding(problem=problem, subject="0", sentence="", image_id=999, encoder_id=1)
    assert repair(finding) is False


@pytest.mark.parametrize(
    "problem",
    [ProblemKind.ORPHAN_ORIGINAL, ProblemKind.ORPHAN_RENDITIONS, ProblemKind.ORPHAN_QUERY],
)
def test_a_file_that_is_gone_is_mended(db, problem):
    name = f"ab/cd/{'ab' * 32}/320.webp"
    assert repair(Finding(problem=problem, subject=name, sentence="")) is True

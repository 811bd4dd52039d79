"""Repairing findings that are out of date: something else was there first."""

import pytest

from gallery.ingest.library_check import Finding, ProblemKind
from gallery.ingest.library_repair import _REPAIRS, repair


def test_every_problem_has_its_repair():
    assert set(_REPAIRS) == set(ProblemKind)


@pytest.mark.parametrize(
    "problem", [ProblemKind.MISSING_RENDITIONS, ProblemKind.MISSING_JOB, ProblemKind.EXPIRED_QUERY]
)
def test_a_row_that_is_gone_needs_no_repair(db, problem):
    finding = Finding(problem=problem, subject="0", sentence="", image_id=999, encoder_id=1)
    assert repair(finding) is False


@pytest.mark.parametrize(
    "problem",
    [ProblemKind.ORPHAN_ORIGINAL, ProblemKind.ORPHAN_RENDITIONS, ProblemKind.ORPHAN_QUERY],
)
def test_a_file_that_is_gone_counts_as_repaired(db, problem):
    name = f"ab/cd/{'ab' * 32}/320.webp"
    assert repair(Finding(problem=problem, subject=name, sentence="")) is True

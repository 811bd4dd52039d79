"""Mending findings that are out of date: somebody else was there first."""

import pytest

from gallery.ingest.library_check import Finding, Problem
from gallery.ingest.library_mend import _MENDERS, mend


def test_every_problem_has_its_mender():
    assert set(_MENDERS) == set(Problem)


@pytest.mark.parametrize(
    "problem", [Problem.MISSING_RENDITIONS, Problem.MISSING_JOB, Problem.EXPIRED_QUERY]
)
def test_a_row_that_is_gone_is_nothing_to_mend(db, problem):
    finding = Finding(problem=problem, subject="0", sentence="", image_id=999, encoder_id=1)
    assert mend(finding) is False


@pytest.mark.parametrize(
    "problem", [Problem.ORPHAN_ORIGINAL, Problem.ORPHAN_RENDITIONS, Problem.ORPHAN_QUERY]
)
def test_a_file_that_is_gone_is_mended(db, problem):
    name = f"ab/cd/{'ab' * 32}/320.webp"
    assert mend(Finding(problem=problem, subject=name, sentence="")) is True

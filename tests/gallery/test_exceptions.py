"""Every named error has a sentence and a stable code of its own."""

import inspect

import pytest

from gallery import exceptions
from gallery.exceptions import LibraryProblem, SemblanceError

ERRORS = [
    found
    for _name, found in inspect.getmembers(exceptions, inspect.isclass)
    if issubclass(found, SemblanceError)
]


def test_the_codes_are_stable_words_and_no_two_errors_share_one():
    codes = [error.reason for error in ERRORS]
    assert len(set(codes)) == len(codes) >= 12
    assert all(code == code.lower() and code.replace("_", "").isalpha() for code in codes)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_an_error_carries_its_sentence_and_the_code_of_its_kind(error):
    raised = error("It broke.")
    assert (raised.sentence, str(raised), raised.reason) == ("It broke.", "It broke.", error.reason)


def test_a_specific_reason_belongs_to_one_error_and_not_to_its_class():
    assert LibraryProblem("Again.", reason="raced").reason == "raced"
    assert LibraryProblem.reason == "library_problem"

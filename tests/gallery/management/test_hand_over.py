"""`manage.py hand_over FROM TO`."""

import pytest
from django.core.management import CommandError, call_command

from tests.factories import make_collection, make_image


def test_the_first_account_can_be_deleted_afterwards(owner, stranger, capsys):
    make_image(make_collection(owner, "Holiday"))
    make_collection(stranger, "Holiday", slug="theirs")
    call_command("hand_over", "OLGA", "stranger")
    out = capsys.readouterr().out
    assert "Pictures: 1. Collections: 1. They now belong to stranger." in out
    assert "Renamed because the name was taken: Holiday (2)." in out
    owner.delete()
    assert stranger.images.count() == 1


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (("nobody", "stranger"), "No user named “nobody”."),
        (("olga", "nobody"), "No user named “nobody”."),
        (("olga", "olga"), "Choose someone else to hand over to."),
    ],
)
def test_impossible_requests_are_reported(owner, stranger, names, sentence):
    with pytest.raises(CommandError) as problem:
        call_command("hand_over", *names)
    assert str(problem.value) == sentence

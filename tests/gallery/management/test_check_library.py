"""`manage.py check_library`: findings on stdout, exit status 1 while something is wrong."""

import json

import pytest
from django.core.management import call_command

from gallery.ingest import blobs
from gallery.ingest.intake import Destination
from tests import images
from tests.factories import make_collection
from tests.gallery.ingest.conftest import upload
from tests.ingesting import ingest_file


@pytest.fixture
def damaged(owner, encoder):
    """Create a picture that has lost one of its copies."""
    to = Destination(collection=make_collection(owner), owner=owner)
    image = ingest_file(upload(images.jpeg()), to=to, name="a.jpg").image
    blobs.renditions_storage().delete(image.rendition_name(320))
    return image


def test_a_consistent_library_has_no_problems(db, capsys):
    call_command("check_library")
    assert capsys.readouterr().out == "No problems found.\n"


def test_a_finding_is_printed_and_sets_the_exit_status(damaged, capsys):
    with pytest.raises(SystemExit) as ended:
        call_command("check_library")
    assert ended.value.code == 1
    out = capsys.readouterr().out
    assert f"Picture {damaged.pk} has no 320 px copy." in out
    assert "1 found: 1 missing renditions. Use --fix to repair what can be repaired." in out


def test_fix_repairs_all_problems(damaged, capsys):
    call_command("check_library", "--fix")
    assert "Repaired." in capsys.readouterr().out
    call_command("check_library", "--json")
    assert json.loads(capsys.readouterr().out) == {"problems": 0, "repaired": 0, "findings": []}


def test_json_lists_each_finding(damaged, capsys):
    call_command("check_library", "--fix", "--json")
    report = json.loads(capsys.readouterr().out)
    assert (report["problems"], report["repaired"]) == (1, 1)
    assert report["findings"][0]["problem"] == "missing_renditions"
    assert report["findings"][0]["subject"] == damaged.sha256


def test_problems_that_cannot_be_repaired_are_counted_separately(damaged, capsys):
    to = Destination(collection=damaged.collection, owner=damaged.owner)
    lost = ingest_file(upload(images.jpeg(color="blue")), to=to, name="b.jpg").image
    lost.original.storage.delete(lost.original.name)
    with pytest.raises(SystemExit):
        call_command("check_library", "--fix")
    out = capsys.readouterr().out
    assert "1 can’t be repaired: 1 missing original. Repaired: 1 missing renditions." in out
    assert "--fix" not in out

"""`kill -9` during an import: visible pictures are complete, and the rest can be repaired."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
from django.conf import settings
from django.db import connection

from gallery.ingest import blobs, library_check
from gallery.ingest.bulk import ingest_many
from gallery.ingest.library_check import find_problems
from gallery.ingest.library_repair import repair
from gallery.ingest.sources import incoming_from_file, list_files
from gallery.models import RENDITION_WIDTHS, EmbeddingJob, Image
from gallery.models.image import originals_storage
from tests import images

ROOT = Path(__file__).resolve().parents[3]
PICTURES = 30
TIMEOUT_S = 60

# The importer, in a separate process with the test's database and stores.
IMPORTER = """
import sys, django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
from pathlib import Path
from gallery.ingest.bulk import ingest_many
from gallery.ingest.intake import Destination
from gallery.ingest.sources import incoming_from_file, list_files
from gallery.models import Collection
collection = Collection.objects.get()
incoming = (
    item
    for file, name in list_files([Path(sys.argv[2])])
    for item in incoming_from_file(file, name=name)
)
for outcome in ingest_many(incoming, to=Destination(collection=collection, owner=collection.owner)):
    print(outcome.name, flush=True)
"""


@pytest.mark.slow
@pytest.mark.parametrize("rows", [1, 12])
def test_a_killed_import_leaves_complete_pictures(
    transactional_db, destination, encoder, tmp_path, stored_files, monkeypatch, rows
):
    folder = tmp_path / "pictures"
    folder.mkdir()
    for seed in range(PICTURES):
        (folder / f"{seed:02}.jpg").write_bytes(images.jpeg((1200, 900), seed=seed))
    kill_after(rows, folder)
    assert rows <= Image.objects.count() < PICTURES
    every_row_is_whole()
    monkeypatch.setattr(library_check, "GRACE", -timedelta(hours=1))
    for finding in list(find_problems()):
        repair(finding)
    assert list(find_problems()) == []
    assert len(stored_files()) == Image.objects.count() * (1 + len(RENDITION_WIDTHS))
    again = (
        item for file, name in list_files([folder]) for item in incoming_from_file(file, name=name)
    )
    assert len(list(ingest_many(again, to=destination))) == PICTURES
    assert Image.objects.count() == PICTURES
    assert list(find_problems()) == []


def kill_after(rows, folder):
    """Start the importer, kill it once it has reported this many files, and wait for its children
    to end."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    environment["VAR_DIR"] = str(settings.VAR_DIR)
    importer = subprocess.Popen(
        [sys.executable, "-c", IMPORTER, connection.settings_dict["NAME"], str(folder)],
        stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment,
    )  # fmt: skip
    for _ in range(rows):
        assert importer.stdout.readline()
    children = [int(pid) for pid in children_of(importer.pid)]
    importer.send_signal(signal.SIGKILL)
    importer.wait()
    importer.stdout.close()
    deadline = time.monotonic() + TIMEOUT_S
    while any(is_running(pid) for pid in children) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not [pid for pid in children if is_running(pid)]


def children_of(pid):
    return [child.pid for child in psutil.Process(pid).children()]


def is_running(pid):
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def every_row_is_whole():
    for image in Image.objects.all():
        assert originals_storage().size(image.original.name) == image.size_bytes
        for width in RENDITION_WIDTHS:
            assert blobs.renditions_storage().exists(image.rendition_name(width))
        assert EmbeddingJob.objects.filter(image=image).count() == 1

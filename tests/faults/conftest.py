"""A library of real files, an encoder that fails on request, and workers to kill."""

import shutil

import pytest
from django.conf import settings

from gallery.ingest.intake import Destination
from searchsite import lanes
from tests.factories import make_active_encoder, make_collection, make_person
from tests.images import jpeg
from tests.ingesting import ingest_file
from tests.worker import Worker, start_broker


@pytest.fixture
def faults():
    """Return the folder of the encoder's switches, empty at first."""
    folder = settings.VAR_DIR / "faults"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def brittle(transactional_db):
    """Make the encoder that fails on request the active one."""
    return make_active_encoder("brittle")


@pytest.fixture
def new_worker(transactional_db, faults):
    """Return start(lane), which starts a worker that knows the brittle encoder. Stop workers
    afterwards."""
    start_broker()
    started = []

    def start(lane=lanes.EMBEDDING):
        started.append(Worker(lane, settings_module="tests.faults.settings").start())
        return started[-1]

    yield start
    (faults / "hold").unlink(missing_ok=True)
    for worker in started:
        worker.stop()


@pytest.fixture
def upload(transactional_db, tmp_path):
    """Return upload(colour, …), which ingests real files and returns the rows of the pictures."""
    person = make_person("ute")
    to = Destination(collection=make_collection(person, "Uploads"), owner=person)

    def send(*colors):
        stored = []
        for number, color in enumerate(colors):
            file = tmp_path / f"{number}-{color}.jpg"
            file.write_bytes(jpeg((320, 240), color, seed=number))
            stored.append(ingest_file(file, to=to, name=file.name).image)
        return stored

    return send

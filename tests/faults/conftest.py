"""A library of real files, an encoder that breaks on demand, and workers to kill."""

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
    """The folder of the encoder's switches, empty at first."""
    folder = settings.VAR_DIR / "faults"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def brittle(transactional_db):
    """The encoder that breaks on demand, as the active one."""
    return make_active_encoder("brittle")


@pytest.fixture
def new_worker(transactional_db, faults):
    """Starts workers that know the brittle encoder; ends those that still run."""
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
    """upload(colour, …): real files through ingest; the pictures' rows."""
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

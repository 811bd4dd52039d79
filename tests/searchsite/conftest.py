"""A folder for the servers of one test, which stop when the test ends."""

import shutil

import pytest

from searchsite.embedded import paths, postgres, valkey
from tests.searchsite.folders import server_folder


@pytest.fixture
def var_dir():
    """Create a fresh VAR_DIR, and stop whatever was started in it."""
    with server_folder() as parent:
        yield from _used(parent / "var")


def _used(folder):
    yield folder
    postgres.stop(folder)
    valkey.stop(folder)
    assert not postgres.is_alive(folder)
    assert not valkey.is_alive(folder)
    if paths.socket_dir(folder) != paths.run_dir(folder):
        shutil.rmtree(paths.socket_dir(folder), ignore_errors=True)

"""Fixtures for every test: PostgreSQL from pip, an empty picture store, people and an encoder."""

import os
import shutil

import pytest
from django.conf import settings


def pytest_sessionstart(session):
    """Start the local PostgreSQL, unless DATABASE_URL names another or others run the tests."""
    if settings.EMBEDDED_DATABASE and not session.config.getoption("numprocesses", None):
        from searchsite.embedded.postgres import ensure_running

        ensure_running(settings.VAR_DIR)


def pytest_xdist_auto_num_workers():
    """Return how many processes `make test` uses: one more than there are cores, because tests in a
    browser wait a lot; but only one if they would share a broker."""
    return min(len(os.sched_getaffinity(0)) + 1, 4) if settings.EMBEDDED_REDIS else 1


def pytest_xdist_setupnodes(specs):
    """Give each process that runs tests in parallel its own folder, and so its own servers."""
    for number, spec in enumerate(specs):
        spec.env["VAR_DIR"] = f"{settings.VAR_DIR}-{number}"


def pytest_collection_modifyitems(items):
    """Run fast tests first, then slow ones (real models and workers), then the browser."""
    items.sort(
        key=lambda item: (
            item.get_closest_marker("browser") is not None,
            item.get_closest_marker("slow") is not None,
        )
    )


def pytest_make_parametrize_id(val, argname):
    """Name parameters that are bytes by number: processes that run tests in parallel must use the
    same names, and generated files contain the time."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture(autouse=True)
def empty_picture_store(request):
    """Start every test that uses the database without files."""
    yield
    marked = request.node.get_closest_marker("django_db")
    if marked or {"db", "transactional_db"} & set(request.fixturenames):
        shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)


@pytest.fixture
def owner(db):
    """Create an ordinary person who owns things."""
    from tests.factories import make_person

    return make_person("olga")


@pytest.fixture
def stranger(db):
    """Create an ordinary person who owns nothing and is a member nowhere."""
    from tests.factories import make_person

    return make_person("stranger")


@pytest.fixture
def administrator(db):
    """Create a superuser."""
    from tests.factories import make_person

    return make_person("admin", is_staff=True, is_superuser=True)


@pytest.fixture
def encoder(db):
    """Record the small test encoder as the active one."""
    from tests.factories import make_active_encoder

    return make_active_encoder()

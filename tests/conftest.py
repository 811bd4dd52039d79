"""What every test shares: PostgreSQL from pip, an empty picture store, people and collections."""

import shutil

import pytest
from django.conf import settings


def pytest_sessionstart(session):
    """Starts the local PostgreSQL unless DATABASE_URL names another one."""
    if settings.EMBEDDED_DATABASE:
        from searchsite.embedded.postgres import ensure_running

        ensure_running(settings.VAR_DIR)


def pytest_collection_modifyitems(items):
    """Fast ones first: plain, then slow (real models and workers), then the browser."""
    items.sort(
        key=lambda item: (
            item.get_closest_marker("browser") is not None,
            item.get_closest_marker("slow") is not None,
        )
    )


@pytest.fixture(autouse=True)
def empty_picture_store(request):
    """Every test that touches the database starts with no files."""
    yield
    marked = request.node.get_closest_marker("django_db")
    if marked or {"db", "transactional_db"} & set(request.fixturenames):
        shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)


@pytest.fixture
def owner(db):
    """An ordinary person who owns things."""
    from tests.factories import make_person

    return make_person("olga")


@pytest.fixture
def stranger(db):
    """An ordinary person who owns nothing and belongs nowhere."""
    from tests.factories import make_person

    return make_person("stranger")


@pytest.fixture
def administrator(db):
    """A superuser."""
    from tests.factories import make_person

    return make_person("admin", is_staff=True, is_superuser=True)


@pytest.fixture
def encoder(db):
    """The small test encoder, recorded as the active one."""
    from tests.factories import make_active_encoder

    return make_active_encoder()

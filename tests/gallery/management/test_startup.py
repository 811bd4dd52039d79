"""What a site needs before it can serve."""

import pytest

from gallery.management import startup
from gallery.models import User
from tests.factories import make_collection, make_image, make_person


def test_only_an_administrator_who_can_sign_in_counts(db):
    make_person("clerk", is_staff=True)
    make_person("gone", is_staff=True, is_superuser=True, is_active=False)
    assert startup.admin_missing()
    name, password = startup.create_admin()
    assert not startup.admin_missing()
    assert name == "admin"
    assert User.objects.get(username=name).check_password(password)
    assert len(password) == 16


def test_the_administrator_gets_an_unused_name(db):
    make_person("Admin")
    make_person("admin2")
    assert startup.create_admin()[0] == "admin3"


def test_pictures_in_the_trash_count(owner):
    from django.utils import timezone

    assert not startup.has_pictures()
    make_image(make_collection(owner), deleted_at=timezone.now())
    assert startup.has_pictures()


def test_the_encoder_is_missing_until_one_is_active(db):
    from tests.factories import make_active_encoder

    assert startup.encoder_missing()
    make_active_encoder()
    assert not startup.encoder_missing()


@pytest.mark.parametrize(
    "due", ["static_files_stale", "migrations_pending", "admin_missing", "encoder_missing"]
)
def test_any_missing_step_requires_the_first_start(monkeypatch, due):
    steps = ("static_files_stale", "migrations_pending", "admin_missing", "encoder_missing")
    for step in steps:
        monkeypatch.setattr(startup, step, lambda step=step: step == due)
    assert startup.is_needed()
    monkeypatch.setattr(startup, due, lambda: False)
    assert not startup.is_needed()


@pytest.mark.parametrize(
    ("device", "named"),
    [("auto", False), (" CPU ", False), ("", False), ("cuda", True), ("cuda:1", True)],
)
def test_only_hardware_that_may_be_missing_is_a_named_device(settings, device, named):
    settings.EMBEDDING_DEVICE = device
    assert startup.names_a_device() is named

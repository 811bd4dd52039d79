"""The first start: each step runs once, and secrets are neither printed again nor stored."""

import io

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.core.management import CommandError, call_command

from gallery.management import startup
from gallery.models import Encoder
from tests.factories import make_person

pytestmark = pytest.mark.django_db


def run(*steps):
    out = io.StringIO()
    call_command("first_start", *steps, stdout=out)
    return out.getvalue()


def test_the_admin_account_is_created_once_with_a_working_password():
    said = run("admin")
    password = said.split("Password:")[1].split()[0]
    person = authenticate(username="admin", password=password)
    assert person.is_superuser
    assert len(password) == 16
    assert run("admin") == ""
    assert get_user_model().objects.count() == 1


def test_an_ordinary_person_named_admin_keeps_the_name():
    make_person("admin")
    name, _password = startup.create_admin()
    assert name == "admin2"


def test_an_existing_administrator_is_enough():
    make_person("root", is_staff=True, is_superuser=True)
    assert not startup.admin_missing()
    assert run("admin") == ""


def test_a_disabled_administrator_does_not_count():
    make_person("gone", is_superuser=True, is_active=False)
    assert startup.admin_missing()


def test_the_encoder_is_chosen_once_and_shown_with_how_to_change_it():
    for _ in range(2):
        said = run("encoder")
        assert "Encoder: tiny" in said
        assert "manage.py encoders add" in said
    assert Encoder.objects.count() == 1


def test_migrations_are_reported_as_pending_only_if_they_are():
    assert not startup.migrations_pending()
    assert run("tables") == ""


def test_static_files_are_collected_again_only_after_changes(settings, tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    (source / "site.css").write_text("body {}")
    settings.STATICFILES_DIRS = [source]
    settings.STATIC_ROOT = tmp_path / "static"
    forget_finders()
    assert startup.static_files_stale()
    run("static")
    assert (settings.STATIC_ROOT / "site.css").read_text() == "body {}"
    assert not startup.static_files_stale()
    (source / "site.css").write_text("body { color: red }")
    assert startup.static_files_stale()
    run("static")
    assert "red" in (settings.STATIC_ROOT / "site.css").read_text()
    forget_finders()


def forget_finders():
    from django.contrib.staticfiles import finders

    finders.get_finder.cache_clear()


def test_a_complete_site_needs_nothing(settings, tmp_path, encoder, administrator):
    settings.STATIC_ROOT = tmp_path
    assert startup.is_needed()  # Static files are collected already.
    startup.collect_static_files()
    assert not startup.is_needed()


def test_an_unknown_step_is_refused_with_a_message():
    with pytest.raises(CommandError, match="There’s no step tabels"):
        run("tabels")


def test_a_new_site_has_no_pictures():
    assert not startup.has_pictures()


def test_a_missing_device_is_reported_before_the_site_starts(db, settings):
    settings.EMBEDDING_DEVICE = "abacus"
    assert startup.names_a_device()
    with pytest.raises(CommandError, match="EMBEDDING_DEVICE is “abacus”"):
        call_command("first_start", "encoder")


@pytest.mark.parametrize("device", ["auto", "cpu", " CPU ", ""])
def test_every_machine_has_a_processor(settings, device):
    settings.EMBEDDING_DEVICE = device
    assert not startup.names_a_device()

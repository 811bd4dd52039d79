"""Misconfiguration is reported with a stable id and a solution."""

import pytest
from django.core.checks import run_checks

from gallery import checks

LONG = "x" * 60


def ids(messages):
    return [message.id for message in messages]


def test_the_default_settings_pass_our_checks(db):
    found = run_checks(databases=["default"])
    assert [message for message in found if message.id.startswith("semblance.")] == []


def test_a_short_secret_on_a_public_host_is_an_error(settings):
    settings.DEBUG, settings.SECRET_KEY = False, "short"
    settings.ALLOWED_HOSTS = ["pictures.example.org"]
    assert ids(checks.check_secret_key()) == ["semblance.E001"]
    settings.SECRET_KEY = LONG
    assert checks.check_secret_key() == []


def test_a_short_secret_is_accepted_on_a_local_site(settings):
    settings.DEBUG, settings.SECRET_KEY = False, "short"
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
    assert checks.check_secret_key() == []


def test_debug_on_a_public_host_is_a_warning(settings):
    settings.DEBUG = True
    settings.ALLOWED_HOSTS = ["*"]
    assert ids(checks.check_debug()) == ["semblance.W001"]
    settings.DEBUG = False
    assert checks.check_debug() == []


@pytest.mark.parametrize(
    "key",
    ["auto", "starter", "tiny", "openclip:ViT-B-32/laion2b_s34b_b79k", "openclip:ViT-B-32//a/b.pt"],
)
def test_good_encoder_keys(settings, key):
    settings.ENCODER = key
    assert checks.check_encoder_key() == []


@pytest.mark.parametrize("key", ["mine", "mine:variant", "mine:a/b:c"])
def test_an_adapter_of_the_sites_own_takes_parameters(settings, key):
    settings.ENCODER_ADAPTERS = {**settings.ENCODER_ADAPTERS, "mine": "mine.encoder:load"}
    settings.ENCODER = key
    assert checks.check_encoder_key() == []


@pytest.mark.parametrize(
    "key",
    ["clip", "clip:large", "openclip", "openclip:", "openclip:ViT-B-32", "starter:large",
     "starter:", "tiny:", ""],
)  # fmt: skip
def test_bad_encoder_keys(settings, key):
    settings.ENCODER = key
    found = checks.check_encoder_key()
    assert ids(found) == ["semblance.E002"]
    assert "openclip:MODEL/TAG" in found[0].hint


def test_a_folder_that_cannot_be_created_is_an_error(settings, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    settings.VAR_DIR = tmp_path / "file" / "var"
    assert ids(checks.check_var_dir()) == ["semblance.E003"]
    settings.VAR_DIR = tmp_path / "new" / "deep"
    assert checks.check_var_dir() == []


@pytest.mark.parametrize(
    ("version", "expected"),
    [(None, ["semblance.E004"]), ("0.7.4", ["semblance.E005"]), ("0.8.0", []), ("1.0", [])],
)
def test_pgvector_must_be_installed_and_recent(monkeypatch, version, expected):
    monkeypatch.setattr(checks, "_pgvector_version", lambda: version)
    assert ids(checks.check_pgvector(databases=["default"])) == expected


def test_the_database_is_checked_only_on_request(monkeypatch):
    monkeypatch.setattr(checks, "_pgvector_version", lambda: pytest.fail("asked the database"))
    assert checks.check_pgvector(databases=None) == []


def test_the_real_database_has_pgvector(db):
    assert checks._numbers(checks._pgvector_version()) >= checks.MIN_PGVECTOR

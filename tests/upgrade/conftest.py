"""A database of the first release, upgraded, in place of the tests' own."""

from pathlib import Path

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection

DUMP = Path(__file__).parent / "release-0.1.0.sql"
# Passwords of the accounts in the dump; bob and Bob are two people.
PASSWORDS = {
    "admin": "a long enough password",
    "olga": "a long enough password",
    "bob": "a long enough password",
    "Bob": "another long password",
}
# The key that signed its sessions, and the cookie of a session in which olga is signed in.
SECRET_KEY = "the secret key of the first release, for tests only"
SESSION = "ti2a6r2pb1owwrxrr22e2qdf4whr2hb9"


@pytest.fixture
def first_release(transactional_db, settings):
    """Fill a database as the first release left it, and make it the default one."""
    settings.SECRET_KEY = SECRET_KEY
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    tests_own = connection.settings_dict["NAME"]
    scratch = f"{tests_own}_upgrade"
    _on_the_server(f"DROP DATABASE IF EXISTS {scratch}", f"CREATE DATABASE {scratch}")
    try:
        _switch_to(scratch)
        with connection.cursor() as cursor:
            cursor.execute(DUMP.read_text(encoding="utf-8"))
        connection.close()  # The dump has set a search path.
        yield
    finally:
        _switch_to(tests_own)
        _on_the_server(f"DROP DATABASE {scratch}")


@pytest.fixture
def upgraded(first_release):
    """Return the first release's site after `manage.py migrate`."""
    call_command("migrate", interactive=False, verbosity=0)


def _switch_to(name):
    connection.close()
    connection.settings_dict["NAME"] = name
    ContentType.objects.clear_cache()


def _on_the_server(*statements):
    with connection._nodb_cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)

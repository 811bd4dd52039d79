"""A site of the first release keeps all its data when it is upgraded."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import authenticate
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import Client

from gallery.models import (
    Collection,
    Embedding,
    EmbeddingJob,
    Encoder,
    Image,
    Membership,
    QueryImage,
    UploadBatch,
    UploadItem,
    User,
)
from tests.upgrade.conftest import PASSWORDS, SESSION

ROWS = {
    User: 5, Group: 1, Session: 1, LogEntry: 1, Collection: 5, Membership: 3, Image: 9,
    Embedding: 8, EmbeddingJob: 1, Encoder: 1, UploadBatch: 6, UploadItem: 15, QueryImage: 1,
}  # fmt: skip


def test_every_row_is_kept(upgraded):
    assert {model: model.objects.count() for model in ROWS} == ROWS
    sea = Image.objects.get(title="The sea")
    assert (sea.owner.username, sea.collection.slug, sea.tags) == (
        "olga",
        "holiday",
        ["sea", "boat"],
    )
    assert sea.collection.cover == sea
    assert len(sea.embeddings.get().vector) == 64
    roles = Membership.objects.values_list("collection__slug", "person__username", "role")
    assert set(roles) == {
        ("holiday", "bob", "contributor"),
        ("holiday", "Bob", "viewer"),
        ("animals", "olga", "manager"),
    }
    assert UploadBatch.objects.filter(owner__username="olga").count() == 3


def test_collections_with_the_same_name_and_owner_get_numbers(upgraded):
    named = Collection.objects.values_list("slug", "owner__username", "name")
    assert set(named) == {
        ("holiday", "olga", "Holiday"),
        ("holiday-2", "olga", "Holiday (2)"),
        ("holiday-3", "olga", "holiday (3)"),
        ("holiday-4", "bob", "Holiday"),
        ("animals", "admin", "Animals"),
    }


def test_permissions_and_log_entries_are_kept(upgraded):
    curators = Group.objects.get()
    assert {str(one.codename) for one in curators.permissions.all()} == {
        "change_user", "change_image", "change_collection",
    }  # fmt: skip
    olga, bob = User.objects.get(username="olga"), User.objects.get(username="bob")
    assert olga.has_perms(["gallery.change_user", "gallery.change_image"])
    assert bob.has_perm("gallery.view_user")
    assert LogEntry.objects.get().get_edited_object() == bob
    assert not ContentType.objects.filter(app_label="auth", model="user").exists()
    assert Permission.objects.filter(content_type__model="user").count() == 4


def test_everyone_signs_in_as_before(upgraded):
    for name, password in PASSWORDS.items():
        person = authenticate(username=name, password=password)
        assert person is not None and person.username == name
    assert authenticate(username="OLGA", password=PASSWORDS["olga"]).username == "olga"
    assert authenticate(username="BOB", password=PASSWORDS["bob"]) is None, "which of the two?"


def test_sessions_survive_the_upgrade(upgraded):
    client = Client()
    client.cookies["sessionid"] = SESSION
    page = client.get("/collections/holiday/settings/")
    assert page.status_code == 200
    assert page.wsgi_request.user.username == "olga"


def test_the_first_release_can_be_upgraded_one_migration_at_a_time(first_release):
    call_command("migrate", "gallery", "0001", interactive=False, verbosity=0)
    assert ContentType.objects.filter(model="user").count() == 2
    call_command("migrate", interactive=False, verbosity=0)
    assert User.objects.get(username="bob").has_perm("gallery.view_user")
    assert ContentType.objects.filter(model="user").count() == 1


def test_no_migrations_are_pending(upgraded):
    executor = MigrationExecutor(connection)
    assert not executor.migration_plan(executor.loader.graph.leaf_nodes())
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.fixture
def fresh_schema(transactional_db):
    """Read this before the other database replaces the tests' own."""
    return schema()


def test_the_schema_matches_a_new_site(fresh_schema, upgraded):
    assert schema() == fresh_schema


def schema():
    """Return columns, indexes and constraints, without the vector indexes, which encoders
    create."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT table_name, column_name, data_type, is_nullable, column_default, is_identity,
                   character_maximum_length
            FROM information_schema.columns WHERE table_schema = 'public'
            """
        )
        columns = set(cursor.fetchall())
        cursor.execute(
            "SELECT tablename, indexname, indexdef FROM pg_indexes"
            " WHERE schemaname = 'public' AND indexdef NOT LIKE '%USING hnsw%'"
        )
        indexes = set(cursor.fetchall())
        cursor.execute(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)"
            " FROM pg_constraint WHERE connamespace = 'public'::regnamespace"
        )
        return columns, indexes, set(cursor.fetchall())

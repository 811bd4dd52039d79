"""Django's settings as a site gets them from its environment, each in a process of its own."""

import json
import stat
import subprocess
import sys

import pytest

from tests.source_tree import ROOT

# Prints the named settings as JSON; what JSON cannot hold, as text.
CODE = (
    "import json, sys; from searchsite import settings as s;"
    "print(json.dumps({name: getattr(s, name, None) for name in sys.argv[1:]}, default=str))"
)


@pytest.fixture
def run(tmp_path):
    """Loads the settings with these variables: run("SECRET_KEY", DEBUG="true")."""

    def load(*names, **variables):
        environment = {"VAR_DIR": str(tmp_path / "var"), **variables}
        return subprocess.run(
            [sys.executable, "-c", CODE, *names],
            cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    return load


@pytest.fixture
def read(run):
    """The values of settings: read("DEBUG", DEBUG="true") is {"DEBUG": True}."""

    def values(*names, **variables):
        finished = run(*names, **variables)
        assert finished.returncode == 0, finished.stderr
        return json.loads(finished.stdout)

    return values


def test_a_site_without_a_key_makes_one_and_keeps_it(read, tmp_path):
    key = read("SECRET_KEY")["SECRET_KEY"]
    file = tmp_path / "var" / "secret_key"
    assert len(key) >= 50
    assert file.read_text() == key
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert read("SECRET_KEY")["SECRET_KEY"] == key
    assert [each.name for each in file.parent.glob("secret_key*")] == ["secret_key"]


def test_a_key_from_the_environment_is_written_nowhere(read, tmp_path):
    assert read("SECRET_KEY", SECRET_KEY="given")["SECRET_KEY"] == "given"
    assert not (tmp_path / "var" / "secret_key").exists()


def test_processes_that_start_together_agree_on_the_key(tmp_path):
    environment = {"VAR_DIR": str(tmp_path / "var")}
    started = [
        subprocess.Popen(
            [sys.executable, "-c", CODE, "SECRET_KEY"],
            cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True,
        )
        for _ in range(4)
    ]  # fmt: skip
    assert len({process.communicate(timeout=60)[0] for process in started}) == 1


def test_a_site_of_its_own_uses_local_servers(read, tmp_path):
    found = read("EMBEDDED_DATABASE", "EMBEDDED_REDIS", "MEDIA_ROOT", "STATIC_ROOT", "DEBUG")
    assert found == {
        "EMBEDDED_DATABASE": True,
        "EMBEDDED_REDIS": True,
        "MEDIA_ROOT": str(tmp_path / "var" / "media"),
        "STATIC_ROOT": str(tmp_path / "var" / "static"),
        "DEBUG": False,
    }


def test_named_servers_are_used_instead(read):
    found = read(
        "DATABASES", "EMBEDDED_DATABASE", "EMBEDDED_REDIS", "CELERY_BROKER_URL", "CACHES",
        DATABASE_URL="postgres://us%40er:pass@db.example:6543/pictures",
        REDIS_URL="redis://cache.example:6380/3",
    )  # fmt: skip
    database = found["DATABASES"]["default"]
    assert (database["HOST"], database["PORT"], database["NAME"]) == (
        "db.example", 6543, "pictures",
    )  # fmt: skip
    assert database["USER"] == "us@er"
    assert found["EMBEDDED_DATABASE"] is found["EMBEDDED_REDIS"] is False
    assert found["CELERY_BROKER_URL"] == "redis://cache.example:6380/3"
    assert "cache.example:6380" in found["CACHES"]["default"]["LOCATION"][0]


def test_an_unreadable_database_address_is_one_sentence_without_its_password(run):
    finished = run("DEBUG", DATABASE_URL="postgres//user:hidden@host")
    assert finished.returncode == 1
    assert "DATABASE_URL can’t be read: use postgres://" in finished.stderr


def test_pictures_are_kept_apart_by_kind_in_folders(read, tmp_path):
    stores = read("STORAGES", MEDIA_ROOT=str(tmp_path / "pictures"))["STORAGES"]
    for kind in ("originals", "renditions", "queries"):
        assert stores[kind]["BACKEND"] == "gallery.ingest.storage.DurableFileSystemStorage"
        assert stores[kind]["OPTIONS"]["location"] == str(tmp_path / "pictures" / kind)


def test_or_in_a_bucket(read):
    stores = read(
        "STORAGES", S3_BUCKET="pictures", S3_ENDPOINT_URL="https://s3.example",
        S3_ACCESS_KEY_ID="id", S3_SECRET_ACCESS_KEY="secret",
    )["STORAGES"]  # fmt: skip
    originals = stores["originals"]["OPTIONS"]
    assert (originals["bucket_name"], originals["location"]) == ("pictures", "originals")
    assert originals["endpoint_url"] == "https://s3.example"
    assert (originals["access_key"], originals["secret_key"]) == ("id", "secret")
    # Names are fingerprints of the bytes: the same name is the same picture.
    assert originals["file_overwrite"] is True
    assert originals["region_name"] is None
    assert stores["renditions"]["OPTIONS"]["location"] == "renditions"


def test_secure_cookies_and_a_trusted_header_only_behind_a_proxy(read):
    names = ("SECURE_PROXY_SSL_HEADER", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE")
    assert read(*names) == dict.fromkeys(names)
    assert read(*names, BEHIND_HTTPS_PROXY="true") == {
        "SECURE_PROXY_SSL_HEADER": ["HTTP_X_FORWARDED_PROTO", "https"],
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
    }


def test_nothing_inline_and_nothing_from_elsewhere_runs(read):
    rules = read("CONTENT_SECURITY_POLICY")["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]
    assert rules["script-src"] == rules["style-src"] == rules["default-src"] == ["'self'"]
    assert rules["frame-ancestors"] == rules["object-src"] == ["'none'"]


def test_without_a_mail_server_mail_goes_to_the_terminal(read):
    assert read("EMAIL_BACKEND")["EMAIL_BACKEND"].endswith(".console.EmailBackend")
    with_server = read("EMAIL_BACKEND", EMAIL_HOST="mail.example")
    assert with_server["EMAIL_BACKEND"].endswith(".smtp.EmailBackend")


def test_periodic_tasks_are_dropped_when_the_next_is_due(read):
    for name, task in read("CELERY_BEAT_SCHEDULE")["CELERY_BEAT_SCHEDULE"].items():
        assert task["options"]["expires"] > 0, name
        assert task["task"].startswith("gallery.")


def test_uploads_in_progress_have_a_folder(read, tmp_path):
    folder = read("FILE_UPLOAD_TEMP_DIR")["FILE_UPLOAD_TEMP_DIR"]
    assert folder == str(tmp_path / "var" / "tmp")
    assert (tmp_path / "var" / "tmp").is_dir()


@pytest.mark.parametrize(
    ("name", "least"),
    [("MAX_UPLOAD_BYTES", 1), ("WEB_THREADS", 1), ("SEARCH_PAGE_SIZE", 1), ("TRASH_DAYS", 0)],
)
def test_limits_have_a_least_value(run, read, name, least):
    assert read(name, **{name: str(least)}) == {name: least}
    finished = run(name, **{name: str(least - 1)})
    assert finished.returncode == 1
    assert name in finished.stderr.splitlines()[-1]


def test_a_graph_is_searched_with_at_most_a_thousand_candidates(run, read):
    """PostgreSQL refuses more in each search."""
    assert read("HNSW_EF_SEARCH", HNSW_EF_SEARCH="1000") == {"HNSW_EF_SEARCH": 1000}
    assert run("HNSW_EF_SEARCH", HNSW_EF_SEARCH="1001").returncode == 1

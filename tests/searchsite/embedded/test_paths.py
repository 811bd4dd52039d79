"""File names and URLs: correct for every client, and short enough for sockets."""

from pathlib import Path

import dj_database_url
from psycopg.conninfo import conninfo_to_dict

from searchsite.embedded import paths

PLAIN = Path("/srv/Semblance/var")
AWKWARD = Path("/srv/My pictures, 50% done/#1/var")
DEEP = Path("/", *(["a-folder-with-a-long-name"] * 6), "var")


def test_the_database_url_keeps_case_and_odd_characters_for_django_and_for_libpq():
    for var_dir in (PLAIN, AWKWARD):
        url = paths.database_url(var_dir)
        expected = str(var_dir / "run" / "postgres")
        django = dj_database_url.parse(url)
        assert django["OPTIONS"]["host"] == expected
        assert django["NAME"] == "semblance"
        assert conninfo_to_dict(url)["host"] == expected


def test_sockets_of_a_deep_folder_use_a_short_and_stable_one():
    sockets = paths.socket_dir(DEEP)
    assert sockets == paths.socket_dir(Path(str(DEEP)))
    assert sockets != paths.socket_dir(DEEP / "other")
    for socket in (paths.valkey_socket(DEEP), paths.postgres_socket_dir(DEEP) / ".s.PGSQL.5432"):
        assert len(bytes(socket)) <= paths.MAX_SOCKET_PATH_BYTES


def test_sockets_of_an_ordinary_folder_are_inside_it():
    assert paths.socket_dir(PLAIN) == PLAIN / "run"


def test_computing_paths_does_not_touch_the_disk(tmp_path):
    var_dir = tmp_path / ("x" * 120) / "var"
    paths.database_url(var_dir)
    paths.redis_url(var_dir)
    assert not var_dir.exists()
    assert not paths.socket_dir(var_dir).exists()

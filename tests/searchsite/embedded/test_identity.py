"""The user that the database runs as, and its access through closed folders."""

import os
import pwd
import stat

import pytest

from searchsite.embedded import identity
from searchsite.embedded.errors import LocalServiceError

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root changes who a server runs as")
NOBODY = pwd.getpwnam("nobody").pw_uid


def test_an_ordinary_user_runs_the_database_as_themselves(tmp_path, monkeypatch):
    mine = tmp_path.stat().st_uid
    monkeypatch.setattr(os, "geteuid", lambda: mine or 4711)
    assert identity.server_owner(tmp_path / "new") is None


def test_data_of_another_user_are_reported_to_an_ordinary_user(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + 4711)
    with pytest.raises(LocalServiceError, match="belongs to another user"):
        identity.server_owner(tmp_path)


@as_root
def test_root_never_runs_the_database_as_root(tmp_path):
    uid, _gid = identity.server_owner(tmp_path / "new")
    assert uid != 0
    assert identity.server_owner(tmp_path)[0] != 0  # Also if root created the folder.


@as_root
def test_data_of_an_ordinary_user_stays_theirs_when_root_runs_the_site(tmp_path):
    os.chown(tmp_path, NOBODY, -1)
    assert identity.server_owner(tmp_path)[0] == NOBODY


@as_root
def test_the_user_nobody_is_used_if_no_user_can_be_added(tmp_path, monkeypatch):
    monkeypatch.setattr(identity, "SERVER_USER", "not a name")
    assert identity.server_owner(tmp_path / "new")[0] == NOBODY


def test_closed_parents_allow_search_but_not_list(tmp_path):
    inner = tmp_path / "closed" / "data"
    inner.mkdir(parents=True)
    inner.parent.chmod(0o700)
    identity.let_through(inner, uid=NOBODY)
    assert stat.S_IMODE(inner.parent.stat().st_mode) == 0o701


def test_a_program_installed_under_a_strict_umask_becomes_readable(tmp_path):
    program, text = tmp_path / "program", tmp_path / "text"
    for file, mode in ((program, 0o700), (text, 0o600), (tmp_path, 0o700)):
        file.touch()
        file.chmod(mode)
    identity.let_read(tmp_path, probe=program)
    assert stat.S_IMODE(program.stat().st_mode) == 0o705
    assert stat.S_IMODE(text.stat().st_mode) == 0o604
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o705

"""Settings from the environment: valid values, and one plain sentence for each invalid one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from searchsite import env

ROOT = Path(__file__).resolve().parents[2]


def test_a_number_within_its_limits(monkeypatch):
    monkeypatch.setenv("WEB_THREADS", " 6 ")
    assert env.integer("WEB_THREADS", minimum=1, maximum=6) == 6


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("many", "WEB_THREADS is “many”: use a whole number."),
        ("0", "WEB_THREADS is 0: use 1 or more."),
        ("99", "WEB_THREADS is 99: use 8 or less."),
    ],
)
def test_other_numbers_are_refused_with_a_message(monkeypatch, value, sentence):
    monkeypatch.setenv("WEB_THREADS", value)
    with pytest.raises(env.SettingError) as refused:
        env.integer("WEB_THREADS", minimum=1, maximum=8)
    assert str(refused.value) == sentence


def test_a_choice_is_accepted_in_any_case(monkeypatch):
    monkeypatch.setenv("LOG_LEVEL", "debug")
    assert env.one_of("LOG_LEVEL", "DEBUG", "INFO") == "DEBUG"
    monkeypatch.setenv("LOG_LEVEL", "loud")
    with pytest.raises(env.SettingError, match="use one of DEBUG, INFO"):
        env.one_of("LOG_LEVEL", "DEBUG", "INFO")


@pytest.mark.parametrize("value", ["Mars/X", "../../etc/passwd", "/etc/passwd"])
def test_an_unknown_time_zone_is_refused(monkeypatch, value):
    monkeypatch.setenv("TIME_ZONE", value)
    with pytest.raises(env.SettingError, match="Europe/Paris"):
        env.time_zone("TIME_ZONE")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "foo"),
        ("TIME_ZONE", "Mars/X"),
        ("LOG_LEVEL", "loud"),
        ("WEB_THREADS", "0"),
        ("HNSW_EF_SEARCH", "1001"),
        ("MAX_UPLOAD_BYTES", "-1"),
        ("DEBUG", "perhaps"),
    ],
)
def test_a_command_reports_an_invalid_setting_in_one_line(name, value, tmp_path):
    refused = _manage("check", {name: value, "VAR_DIR": str(tmp_path)})
    assert refused.returncode == 1
    assert refused.stderr.startswith(name)
    assert len(refused.stderr.splitlines()) == 1


def test_an_unreachable_database_is_one_sentence(tmp_path):
    url = "postgres://nobody:secret@127.0.0.1:1/nothing"
    refused = _manage("search", {"DATABASE_URL": url, "VAR_DIR": str(tmp_path)}, "cat")
    assert refused.returncode == 1
    assert "The database can't be reached. Check DATABASE_URL" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert "secret" not in refused.stderr


def _manage(command, settings, *arguments):
    return subprocess.run(
        [sys.executable, "manage.py", command, *arguments],
        env={"PATH": os.environ["PATH"], **settings},
        cwd=ROOT,
        capture_output=True,
        text=True,
    )

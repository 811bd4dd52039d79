"""Every setting is in one table, read once, and documented in docs/settings.md."""

import re

import pytest

from searchsite import env
from tests.source_tree import ROOT

SETTINGS_SOURCE = (ROOT / "searchsite" / "settings.py").read_text()
READ = set(
    re.findall(
        r"env\.(?:text|boolean|integer|words|path|one_of|time_zone)\(\s*\"(\w+)\"", SETTINGS_SOURCE
    )
)


def test_the_settings_page_matches_the_table():
    page = (ROOT / "docs" / "settings.md").read_text()
    assert page == env.as_markdown(), "run: python -m searchsite.env > docs/settings.md"


def test_every_setting_of_the_table_is_read():
    assert {setting.name for setting in env.SETTINGS} - READ == set()


def test_every_setting_that_is_read_is_in_the_table():
    assert READ - {setting.name for setting in env.SETTINGS} == set()


@pytest.mark.parametrize("setting", env.SETTINGS, ids=lambda setting: setting.name)
def test_a_setting_has_one_line_of_help(setting):
    assert setting.help.endswith("."), "a sentence ends with a full stop"
    assert "\n" not in setting.help
    assert "|" not in setting.help, "it would break the table"


def test_an_invalid_number_is_refused_with_a_message(monkeypatch):
    monkeypatch.setenv("PORT", "eight thousand")
    with pytest.raises(env.SettingError, match="use a whole number"):
        env.integer("PORT")


def test_an_invalid_boolean_is_refused_with_a_message(monkeypatch):
    monkeypatch.setenv("DEBUG", "perhaps")
    with pytest.raises(env.SettingError, match="use true or false"):
        env.boolean("DEBUG")


def test_lists_drop_empty_parts(monkeypatch):
    monkeypatch.setenv("ALLOWED_HOSTS", " a.example, ,b.example,")
    assert env.words("ALLOWED_HOSTS") == ["a.example", "b.example"]

"""Every command explains itself: --help prints its summary and options."""

import pkgutil

import pytest
from django.core.management import load_command_class

from gallery.management import commands
from tests.i18n.pseudo import speak_pseudo

NAMES = [found.name for found in pkgutil.iter_modules(commands.__path__)]


@pytest.mark.parametrize("name", NAMES)
def test_every_command_has_a_help_text(name, capsys):
    command = load_command_class("gallery", name)
    with pytest.raises(SystemExit) as exit_status:
        command.create_parser("manage.py", name).parse_args(["--help"])
    assert exit_status.value.code == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert str(command.summary)[:40] in printed


def test_the_help_is_translated(monkeypatch, capsys):
    speak_pseudo(monkeypatch)
    command = load_command_class("gallery", "import_images")
    with pytest.raises(SystemExit):
        command.create_parser("manage.py", "import_images").parse_args(["--help"])
    assert "Import pictures" not in capsys.readouterr().out

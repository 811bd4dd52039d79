"""The terminal shows what matters; the log has everything."""

import io

from searchsite.embedded import terminal

LOG = """\
[INFO] Starting granian
2026-11-21 10:00:00 WARNING gallery: no hint sent
more about it
2026-11-21 10:00:01 ERROR django.request: Internal Server Error: /x
Traceback (most recent call last):
  File "x.py", line 1, in f
    boom()
ValueError: boom
2026-11-21 10:00:02 INFO gallery: all well
and more of that
"""


def test_warnings_errors_and_last_lines_of_tracebacks_are_shown(tmp_path, capsys):
    terminal.copy_output("web", io.BytesIO(LOG.encode()), tmp_path / "web.log")
    assert (tmp_path / "web.log").read_text() == LOG
    assert capsys.readouterr().out.splitlines() == [
        "web          | 2026-11-21 10:00:00 WARNING gallery: no hint sent",
        "web          | more about it",
        "web          | 2026-11-21 10:00:01 ERROR django.request: Internal Server Error: /x",
        "web          | ValueError: boom",
    ]


def test_repeated_lines_are_shown_once(tmp_path, capsys):
    lines = [f"2026-11-21 10:00:{second:02} ERROR web: no database\n" for second in range(60)]
    terminal.copy_output("web", io.BytesIO("".join(lines).encode()), tmp_path / "web.log")
    assert len(capsys.readouterr().out.splitlines()) == 1
    assert (tmp_path / "web.log").read_text() == "".join(lines)


def test_long_lines_are_cut(capsys):
    terminal.say("web", "x" * 1000)
    assert len(capsys.readouterr().out) == terminal.LINE_LENGTH + terminal.NAME_WIDTH + 4


def test_a_closed_terminal_stops_nothing(monkeypatch):
    class Closed(io.StringIO):
        def write(self, text):
            raise BrokenPipeError

    monkeypatch.setattr("sys.stdout", Closed())
    terminal.say("web", "nobody reads this")

"""The parent's side of a decoder child: no secrets passed, no invalid replies accepted, no
zombies."""

import os
import sys

import pytest

from gallery.ingest import child_process
from gallery.ingest.child_process import ChildGone, ChildProcess


@pytest.fixture
def child():
    """Start a real child."""
    process = ChildProcess()
    yield process
    process.stop()


def impostor(monkeypatch, script):
    """Return a child that runs a script of the test instead of the decoder."""
    monkeypatch.setattr(child_process, "_START", script)
    return ChildProcess()


def test_the_child_gets_no_secrets(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "very secret")
    child = impostor(
        monkeypatch,
        "import os, json, sys; sys.stdin.readline();"
        " print(json.dumps({'ok': dict(os.environ)}), flush=True)",
    )
    reply, _ = child.ask({"timeout_s": 5})
    child.stop()
    assert set(reply["ok"]) <= {"PATH", "LC_ALL", "LC_CTYPE"}


def test_the_child_inherits_no_open_file(monkeypatch):
    secret = os.open(sys.executable, os.O_RDONLY)
    os.set_inheritable(secret, True)
    child = impostor(
        monkeypatch,
        "import os, json, sys; sys.stdin.readline();"
        " print(json.dumps({'ok': len(os.listdir('/dev/fd'))}), flush=True)",
    )
    reply, _ = child.ask({"timeout_s": 5})
    child.stop()
    os.close(secret)
    assert reply["ok"] <= 4  # The three standard ones, and the folder being listed.


@pytest.mark.parametrize(
    "answer",
    [
        "print('not json', flush=True)",
        "print('[1, 2]', flush=True)",
        "print('{\"lengths\": [-5]}', flush=True)",
        "print('{\"lengths\": [999999999999]}', flush=True)",
        "print('{\"lengths\": [2]}' + chr(10) + 'more than two bytes', flush=True)",
        "sys.stdout.write('x' * 2_000_000); sys.stdout.flush()",
        "pass",
    ],
)
def test_an_invalid_reply_ends_the_child(monkeypatch, answer):
    child = impostor(monkeypatch, f"import sys; sys.stdin.readline(); {answer}; sys.stdin.read()")
    with pytest.raises(ChildGone) as gone:
        child.ask({"timeout_s": 1}) if answer != "pass" else child.ask({"timeout_s": -2})
    assert gone.value.too_slow == (answer == "pass")
    child.stop()
    assert not child.is_alive


def test_a_stopped_child_is_reaped(child):
    assert child.is_alive
    child.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(child.pid, 0)


def test_a_child_ends_with_its_parent(child):
    child.forget()
    assert child._process.wait(timeout=10) == 0

"""A signal sent only to the `make` of `make run` reaches the site, although make does not pass it
on."""

import os
import signal
import subprocess
import sys
import textwrap
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.searchsite.embedded.waiting import wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

ROOT = Path(__file__).resolve().parents[2]
CHILD = """
import sys, time
from searchsite.embedded.keeper import parent_was_interrupted
print("up", flush=True)
while not parent_was_interrupted():
    time.sleep(0.05)
print("interrupted", flush=True)
"""


def restore_default_signals():
    """Let make be interrupted even if these tests run in the background, where shells make their
    children ignore both signals."""
    for signum in (signal.SIGINT, signal.SIGHUP):
        signal.signal(signum, signal.SIG_DFL)


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGHUP])
def test_a_signal_to_make_alone_is_noticed_by_its_child(tmp_path, signum):
    (tmp_path / "child.py").write_text(CHILD)
    (tmp_path / "Makefile").write_text(
        textwrap.dedent(f"""\
        run:
        \t@exec {sys.executable} {tmp_path}/child.py
        """)
    )
    output = tmp_path / "output"
    with output.open("w") as out:
        make = subprocess.Popen(
            ["make", "-C", str(tmp_path), "run"],
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
            stdout=out,
            stderr=subprocess.STDOUT,
            preexec_fn=restore_default_signals,
        )
    try:
        wait_until(lambda: "up" in output.read_text(), what="the child")
        assert "interrupted" not in output.read_text()
        make.send_signal(signum)
        make.wait(20)
        assert "interrupted" in output.read_text()
    finally:
        for process in psutil.Process().children(recursive=True):
            # Children of other tests in the same process may have ended by now.
            with suppress(psutil.Error):
                if str(tmp_path) in " ".join(process.cmdline()):
                    process.kill()

"""A copy of the project in which mutants are tried, and a run of its tests."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.source_tree import tracked


@dataclass(frozen=True, kw_only=True)
class Run:
    """The result of one test run: its exit status (None: timed out), seconds and output."""

    status: int | None
    seconds: float
    output: str

    @property
    def passed(self):
        """Whether every test passed, and at least one ran."""
        return self.status == 0


class Workspace:
    """A temporary copy of all files that git tracks, with uncommitted changes.

    `arguments` are passed to pytest; `environment` is added to this process's own.
    """

    def __init__(self, root, *, arguments=(), environment=None):
        self.root = root
        self._arguments = list(arguments)
        self._environment = {**os.environ, **(environment or {})}
        self._folder = None
        self._fresh = True

    def __enter__(self):
        self._folder = Path(tempfile.mkdtemp(prefix="mutants-"))
        for path in filter(Path.is_file, tracked(self.root, "*")):
            target = self._folder / path.relative_to(self.root)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target, follow_symlinks=False)
        # PostgreSQL may run as another user, who must be able to enter.
        self._folder.chmod(0o755)
        return self

    def __exit__(self, *_raised):
        shutil.rmtree(self._folder, ignore_errors=True)

    def run(self, tests, *, timeout_s=None, writes_bytecode=True):
        """Run the tests in the copy as it is now. The first failure ends the run."""
        command = [
            *(sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "-p", "no:cacheprovider"),
            *self._arguments,
            *([] if not self._fresh else self._once()),
            *map(str, tests),
        ]
        environment = dict(self._environment)
        if not writes_bytecode:
            environment["PYTHONDONTWRITEBYTECODE"] = "1"
        began = time.monotonic()
        process = subprocess.Popen(
            command,
            cwd=self._folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        try:
            output, _ = process.communicate(timeout=timeout_s)
            status = process.returncode
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            output, _ = process.communicate()
            status = None
        # Leftovers of a killed run in the database must not fail the next one.
        self._fresh = status is None
        return Run(status=status, seconds=time.monotonic() - began, output=output)

    def _once(self):
        """Return the options for a run whose database may contain leftovers or lack the newest
        tables."""
        return ["--create-db"] if "--reuse-db" in self._arguments else []

    def try_mutant(self, module, mutant, tests, *, timeout_s):
        """Return the result of the tests with a mutant in place of the module, then restore the
        copy."""
        file = self._folder / module
        original = file.read_text()
        # The bytecode of the real module has the same timestamp and size as that of some mutants.
        for compiled in file.parent.glob(f"__pycache__/{file.stem}.*.pyc"):
            compiled.unlink()
        try:
            file.write_text(mutant.source)
            return self.run(tests, timeout_s=timeout_s, writes_bytecode=False)
        finally:
            file.write_text(original)

"""The Dockerfile without a container engine: what it copies exists, and it does not run as root."""

import json
import re
import shlex
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def instructions():
    """Return (name, arguments) of every instruction, with continued lines joined."""
    text = re.sub(r"\\\n", " ", (ROOT / "Dockerfile").read_text())
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [tuple(line.strip().split(maxsplit=1)) for line in lines]


def test_nothing_runs_as_root(instructions):
    last_stage = [i for i, (name, _) in enumerate(instructions) if name == "FROM"][-1]
    users = [value for name, value in instructions[last_stage:] if name == "USER"]
    assert users == ["app"]
    names = [name for name, _ in instructions]
    assert names.index("USER") > max(i for i, name in enumerate(names) if name == "RUN")


def test_every_copied_path_exists_and_is_in_the_build_context(instructions):
    sources = [
        source
        for name, value in instructions
        if name == "COPY" and not value.startswith("--from")
        for source in shlex.split(value)[:-1]
    ]
    assert sources
    allowed = (ROOT / ".dockerignore").read_text().splitlines()
    for source in sources:
        assert (ROOT / source).exists(), source
        assert f"!{source}" in allowed, source


def test_every_package_of_ours_is_in_the_image(instructions):
    copied = {shlex.split(value)[0] for name, value in instructions if name == "COPY"}
    tracked = subprocess.run(
        ["git", "ls-files", "*/__init__.py"], cwd=ROOT, capture_output=True, text=True
    ).stdout.split()
    if not tracked:
        pytest.skip("not a git checkout")
    packages = {path.split("/")[0] for path in tracked} - {"tests", "benchmarks"}
    assert packages <= copied


def test_the_image_serves_with_the_command_of_the_compose_file(instructions):
    yaml = pytest.importorskip("yaml")
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    command = json.loads(dict(instructions)["CMD"])
    assert " ".join(command) == " ".join(compose["services"]["web"]["command"]).replace("=", " ")


def test_the_build_context_has_no_secrets_or_data():
    allowed = (ROOT / ".dockerignore").read_text().splitlines()
    first = next(line for line in allowed if line and not line.startswith("#"))
    assert first == "*"
    assert not [
        line for line in allowed if line.startswith("!") and re.search(r"env$|var|\.git", line)
    ]

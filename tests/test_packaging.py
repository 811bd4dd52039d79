"""The site as a package: its metadata, the content of the wheel, and the command that it
installs."""

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

from tests.source_tree import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def requirements(lines):
    """Return the name and extras of each line, and its version range."""
    found = [Requirement(line) for line in lines]
    return {(one.name, frozenset(one.extras)): one.specifier for one in found}


def test_the_ranges_of_the_metadata_include_the_pinned_versions():
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    pinned = requirements(line for line in lines if re.match(r"\w", line))
    ranges = requirements(PROJECT["dependencies"])
    assert set(pinned) == set(ranges)
    for wanted, specifier in pinned.items():
        (pin,) = specifier
        assert pin.operator == "=="
        assert ranges[wanted].contains(pin.version), wanted


def test_every_pin_is_in_the_constraints():
    exact = dict(
        line.lower().replace("_", "-").split("==")
        for line in (ROOT / "constraints.txt").read_text().splitlines()
        if "==" in line
    )
    for file in ("requirements.txt", "requirements-dev.txt"):
        for line in (ROOT / file).read_text().splitlines():
            if found := re.match(r"([\w.-]+)(?:\[.*\])?==(\S+)", line):
                name = found[1].lower().replace("_", "-")
                assert exact.get(name) == found[2].lower(), f"{name} in {file}"


def test_the_changelog_has_a_section_for_this_version():
    headings = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[:2] == ["Unreleased", PROJECT["version"]]


def test_ci_runs_the_checks_of_a_fresh_clone():
    flow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())
    assert {"run": ".ci/run"} in flow["jobs"]["whole"]["steps"]
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_pre_commit_downloads_nothing_and_runs_existing_commands():
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    assert [source["repo"] for source in config["repos"]] == ["local"]
    for hook in config["repos"][0]["hooks"]:
        assert hook["language"] == "system"
        words = hook["entry"].split()
        assert words[0] == ".venv/bin/python"
        assert all((ROOT / word).exists() for word in words if word.endswith(".py"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build the wheel with the tools that are installed."""
    folder = tmp_path_factory.mktemp("wheel")
    made = subprocess.run(
        [
            *(sys.executable, "-m", "pip", "wheel", str(ROOT), "--wheel-dir", str(folder)),
            *("--no-deps", "--no-build-isolation", "--no-index", "--quiet"),
        ],
        capture_output=True,
        text=True,
    )
    assert made.returncode == 0, made.stderr
    (found,) = folder.glob("*.whl")
    return found


@pytest.mark.slow
def test_the_wheel_contains_code_templates_static_files_and_migrations(wheel):
    assert wheel.name == f"semblance-{PROJECT['version']}-py3-none-any.whl"
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder, inside in {
        "gallery": "gallery",
        "searchsite": "searchsite",
        "templates": "searchsite/templates",
        "static": "searchsite/static",
    }.items():
        listed = subprocess.run(
            ["git", "ls-files", folder], cwd=ROOT, capture_output=True, text=True
        ).stdout.split()
        missing = {inside + path.removeprefix(folder) for path in listed} - names
        assert not missing
    assert "gallery/migrations/0001_initial.py" in names
    assert f"semblance-{PROJECT['version']}.dist-info/licenses/LICENSE" in names
    tops = {name.split("/")[0] for name in names}
    assert tops == {"gallery", "searchsite", f"semblance-{PROJECT['version']}.dist-info"}


PROBE = """
import django
django.setup()
from django.contrib.staticfiles import finders
from django.template.loader import get_template
from django.conf import settings
import searchsite
print(searchsite.__file__)
print(get_template("gallery/browse.html").origin.name)
print(finders.find("icons/mark.svg"), finders.find("css/site.css"))
print(settings.VAR_DIR)
"""


@pytest.mark.slow
def test_the_installed_command_works_in_any_folder(wheel, tmp_path):
    target, folder = tmp_path / "installed", tmp_path / "site"
    folder.mkdir()
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", str(wheel), "--target", str(target)),
            *("--no-deps", "--no-index", "--quiet"),
        ],
        check=True,
    )
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(target)}

    def run(*command, **variables):
        return subprocess.run(
            command, cwd=folder, env={**environment, **variables}, capture_output=True, text=True
        )

    checked = run(sys.executable, str(target / "bin" / "semblance"), "check")
    assert checked.returncode == 0, checked.stderr
    assert "no issues" in checked.stdout
    probed = run(sys.executable, "-c", PROBE, DJANGO_SETTINGS_MODULE="searchsite.settings")
    assert probed.returncode == 0, probed.stderr
    package, template, static, var_dir = probed.stdout.splitlines()[-4:]
    assert Path(package).is_relative_to(target)
    assert Path(template).is_relative_to(target)
    assert "None" not in static and "[]" not in static
    assert Path(var_dir) == folder / "var"
    collected = run(sys.executable, str(target / "bin" / "semblance"), "collectstatic", "--noinput")
    assert collected.returncode == 0, collected.stderr
    assert (folder / "var" / "static" / "staticfiles.json").exists()

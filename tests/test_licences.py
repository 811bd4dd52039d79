"""Every runtime package has a licence compatible with ours: docs/decisions/licence.md."""

import re
from importlib.metadata import PackageNotFoundError, distribution

from packaging.requirements import Requirement

from tests.source_tree import ROOT

PAGE = (ROOT / "docs" / "decisions" / "licence.md").read_text()
PERMISSIVE = re.compile(
    r"MIT|BSD|Apache|ISC|PSF|Python Software|Zlib|CC0|HPND|Unlicense|PostgreSQL|Dual License", re.I
)
OTHERWISE = re.compile(r"GPL|MPL|Mozilla|proprietary|LicenseRef", re.I)


def runtime_packages():
    """Return the names of everything that requirements.txt installs here, directly or not."""
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    waiting = [Requirement(line) for line in lines if re.match(r"\w", line)]
    found, seen = {}, set()
    while waiting:
        wanted = waiting.pop()
        if (key := (wanted.name.lower(), *sorted(wanted.extras))) in seen:
            continue
        seen.add(key)
        try:
            package = distribution(wanted.name)
        except PackageNotFoundError:
            continue  # for another system
        found[package.metadata["Name"]] = package
        for line in package.requires or []:
            needed = Requirement(line)
            extras = wanted.extras or {""}
            if needed.marker is None or any(
                needed.marker.evaluate({"extra": extra}) for extra in extras
            ):
                waiting.append(needed)
    return found


def licence_of(package):
    """Return the licence in a package's metadata."""
    metadata = package.metadata
    classified = [c for c in metadata.get_all("Classifier") or [] if c.startswith("License ::")]
    first_line = (metadata.get("License") or "").strip().split("\n")[0]
    return " ".join([metadata.get("License-Expression") or "", first_line, *classified])


def is_on_the_page(name):
    stem = "nvidia-…" if name.startswith("nvidia-") else name
    return f"`{stem.replace('_', '-').lower()}`" in PAGE


def test_every_licence_is_permissive_or_explained():
    packages = runtime_packages()
    assert {"Django", "torch", "psycopg", "redis", "boto3"} <= set(packages)
    unexplained = {
        name: licence_of(package)
        for name, package in packages.items()
        if not is_on_the_page(name)
        and (OTHERWISE.search(licence_of(package)) or not PERMISSIVE.search(licence_of(package)))
    }
    assert not unexplained, "explain it in docs/decisions/licence.md, or do without the package"


def test_the_page_explains_only_installed_packages():
    rows = re.findall(r"^\| (`.*?`(?:, `.*?`)*) \|", PAGE, re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`(.*?)`", row)} - {"nvidia-…"}
    installed = {name.replace("_", "-").lower() for name in runtime_packages()}
    # torch requires NVIDIA's packages on Linux only.
    assert named - installed <= {"cuda-toolkit"}


def test_our_own_licence_matches_the_metadata():
    assert (
        "Apache License\n                           Version 2.0" in (ROOT / "LICENSE").read_text()
    )
    assert 'license = "Apache-2.0"' in (ROOT / "pyproject.toml").read_text()

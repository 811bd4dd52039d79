"""The project's own source as syntax trees, for the tests that enforce its structure."""

import ast
import functools
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("gallery", "searchsite")


@dataclass(frozen=True)
class Module:
    """One Python file: its dotted name, its path, its text and its tree."""

    name: str
    path: Path
    text: str
    tree: ast.Module

    @property
    def label(self):
        """The path as messages show it."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def is_package(self):
        """Whether this is an __init__.py."""
        return self.path.name == "__init__.py"


@dataclass(frozen=True)
class Import:
    """One imported dotted name, its line, and whether it runs when the module is loaded."""

    target: str
    line: int
    at_module_level: bool


@functools.cache
def modules(packages=PACKAGES):
    """Return every module of these packages (by default the site's own), without migrations."""
    paths = [
        path
        for package in packages
        for path in sorted((ROOT / package).rglob("*.py"))
        if "migrations" not in path.parts
    ]
    return tuple(_read(path) for path in paths)


def _read(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    parts = parts[:-1] if parts[-1] == "__init__" else parts
    text = path.read_text(encoding="utf-8")
    return Module(".".join(parts), path, text, ast.parse(text, filename=str(path)))


def imports_of(module):
    """Return every import of a module, including those inside functions, with absolute names."""
    inside = {
        id(node)
        for function in ast.walk(module.tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for node in ast.walk(function)
    } | {
        id(node)
        for block in ast.walk(module.tree)
        if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.dump(block.test)
        for node in ast.walk(block)
    }
    found = []
    for node in ast.walk(module.tree):
        for target in _targets(node, module):
            found.append(Import(target, node.lineno, id(node) not in inside))
    return found


def _targets(node, module):
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            parts = module.name.split(".")
            cut = node.level - 1 if module.is_package else node.level
            base = ".".join([*parts[: len(parts) - cut], *([base] if base else [])])
        # `from gallery import tasks` imports gallery.tasks as much as `import gallery.tasks`.
        return [f"{base}.{alias.name}" for alias in node.names]
    return []


def is_within(name, package):
    """Return whether a dotted name is a package or inside it."""
    return name == package or name.startswith(f"{package}.")


def tracked(folder, pattern):
    """Return the files of a folder by pattern, without those that git ignores."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", folder],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:  # An unpacked archive has no git repository.
        return sorted((ROOT / folder).rglob(pattern))
    paths = [ROOT / line for line in listed.stdout.splitlines()]
    return [path for path in paths if path.match(pattern) and path.exists()]

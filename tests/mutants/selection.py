"""Choose the modules to mutate, and the test files that should detect the mutants."""

import ast
from pathlib import Path

# Modules that are mutated by default: those with rules, not pages or start-up code.
CORE = (
    "gallery/search", "gallery/ingest", "gallery/library", "gallery/embedding", "gallery/vectors",
    "gallery/api", "gallery/http", "gallery/delivery.py",
)  # fmt: skip
MIN_LINES = 40

# Further test files for a module, besides its own and those that import it; keys may be folders.
# Keep them few and fast, because every mutant runs them.
ALSO = {
    "gallery/search": ("tests/gallery/search/test_engine.py",),
    "gallery/ingest": ("tests/gallery/ingest/test_intake.py",),
    "gallery/library/undo.py": ("tests/gallery/views/test_selection.py",),
    "gallery/library/collections.py": ("tests/gallery/views/test_collections.py",),
    "gallery/library/members.py": ("tests/gallery/views/test_collections.py",),
}


def modules_of(root, names):
    """Return paths of modules, relative to the root: the named files and folders, or the core."""
    found = {}
    for name in names or CORE:
        path = root / name
        files = sorted(path.rglob("*.py")) if path.is_dir() else [path]
        for file in files:
            if not file.exists() and names:
                raise SystemExit(f"{name} does not exist.")
            if file.exists() and (names or _is_long(file)):
                found[file.relative_to(root)] = None
    outside = [module for module in found if module.parts[0] != "gallery"]
    if outside:
        # The rest starts and kills processes: a mutant of it could kill an unrelated one.
        raise SystemExit(f"Only modules of gallery/ are mutated, not {outside[0]}.")
    return list(found)


def _is_long(file):
    return len(file.read_text().splitlines()) >= MIN_LINES


def files_testing(root, module):
    """Return the test files for a module, its own first: mirrored, importing it, and those in
    ALSO."""
    own = root / "tests" / module.parent
    found = [own / f"test_{module.stem}.py", *sorted(own.glob(f"test_{module.stem}_*.py"))]
    dotted = ".".join(module.with_suffix("").parts)
    found += [file for file in sorted((root / "tests").rglob("test_*.py")) if _names(file, dotted)]
    for place, files in ALSO.items():
        if Path(place) in (module, *module.parents):
            found += [root / file for file in files]
    files = list(dict.fromkeys(path.relative_to(root) for path in found if path.exists()))
    return files or [own.relative_to(root)]


def _names(file, dotted):
    """Return whether a test file imports a module, or patches it by its dotted name."""
    text = file.read_text()
    if f'"{dotted}.' in text:
        return True
    package, _, name = dotted.rpartition(".")
    if package not in text:
        return False
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import) and any(alias.name == dotted for alias in node.names):
            return True
        if isinstance(node, ast.ImportFrom) and (
            node.module == dotted
            or (node.module == package and any(alias.name == name for alias in node.names))
        ):
            return True
    return False

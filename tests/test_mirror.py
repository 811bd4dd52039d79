"""Every module has its test file, at the same path under tests/ as the module has in the code."""

import ast

from tests.source_tree import PACKAGES, ROOT, modules, tracked

# Shorter modules are tested together with their callers.
MIN_LINES = 40
MIN_SHARE = 0.96
MIN_TEST_LINES_PER_CODE_LINE = 1.1


def test_modules_have_their_test_files():
    """Count every long module, even one that defines nothing, and only tests at its own path."""
    found = [module for module in modules() if len(module.text.splitlines()) >= MIN_LINES]
    missing = [module.label for module in found if not (ROOT / mirrored(module.label)).exists()]
    share = 1 - len(missing) / len(found)
    places = "\n".join(f"{label} → {mirrored(label)}" for label in missing)
    print(f"{share:.1%} of {len(found)} modules have their test file; missing:\n{places}")
    assert share >= MIN_SHARE, f"add these test files:\n{places}"
    defining = [module.label for module in found if _defines(module) and module.label in missing]
    assert not defining, "only modules that re-export names may be tested elsewhere"


def test_there_are_more_lines_of_tests_than_of_code():
    code = sum(_lines(module.path) for module in modules())
    tests = sum(_lines(path) for path in tracked("tests", "*.py"))
    assert tests >= MIN_TEST_LINES_PER_CODE_LINE * code, f"{tests} : {code} = {tests / code:.2f}"


def _defines(module):
    """Return whether a module defines functions or classes."""
    return any(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in module.tree.body)


def mirrored(label):
    """Return tests/gallery/x/test_y.py for gallery/x/y.py; a package's file is named after it."""
    *folders, name = label.removesuffix(".py").split("/")
    if name == "__init__":
        name = folders[-1]
    if folders[-1] == "commands":  # commands are tested beside the modules they share
        folders = folders[:-1]
    return "/".join(("tests", *folders, f"test_{name}.py"))


def _lines(path):
    return len(path.read_text(encoding="utf-8").splitlines())


def test_test_paths_follow_the_packages():
    assert PACKAGES == ("gallery", "searchsite")
    assert mirrored("gallery/search/target.py") == "tests/gallery/search/test_target.py"
    assert mirrored("gallery/search/__init__.py") == "tests/gallery/search/test_search.py"
    command = "gallery/management/commands/search.py"
    assert mirrored(command) == "tests/gallery/management/test_search.py"

"""Every module has its test file, in the same place under tests/ as the module has in the code."""

import ast

from tests.source_tree import PACKAGES, ROOT, modules, tracked

# Shorter modules are tested with what uses them.
LEAST_LINES = 40
LEAST_SHARE = 0.96
LEAST_TEST_LINES_PER_CODE_LINE = 1.1


def test_modules_have_their_test_files():
    """Every long module counts, even one that defines nothing, and only its own place counts."""
    found = [module for module in modules() if len(module.text.splitlines()) >= LEAST_LINES]
    missing = [module.label for module in found if not (ROOT / mirrored(module.label)).exists()]
    share = 1 - len(missing) / len(found)
    places = "\n".join(f"{label} → {mirrored(label)}" for label in missing)
    print(f"{share:.1%} of {len(found)} modules have their test file; missing:\n{places}")
    assert share >= LEAST_SHARE, f"add these test files:\n{places}"
    defining = [module.label for module in found if _defines(module) and module.label in missing]
    assert not defining, "only modules that re-export names may be tested elsewhere"


def test_there_are_more_lines_of_tests_than_of_code():
    code = sum(_lines(module.path) for module in modules())
    tests = sum(_lines(path) for path in tracked("tests", "*.py"))
    assert tests >= LEAST_TEST_LINES_PER_CODE_LINE * code, f"{tests} : {code} = {tests / code:.2f}"


def _defines(module):
    """Whether a module has functions or classes of its own."""
    return any(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in module.tree.body)


def mirrored(label):
    """gallery/x/y.py is tested in tests/gallery/x/test_y.py, a package in a file of its name."""
    *folders, name = label.removesuffix(".py").split("/")
    if name == "__init__":
        name = folders[-1]
    if folders[-1] == "commands":  # the commands are tested beside what they share
        folders = folders[:-1]
    return "/".join(("tests", *folders, f"test_{name}.py"))


def _lines(path):
    return len(path.read_text(encoding="utf-8").splitlines())


def test_places_follow_the_packages():
    assert PACKAGES == ("gallery", "searchsite")
    assert mirrored("gallery/search/target.py") == "tests/gallery/search/test_target.py"
    assert mirrored("gallery/search/__init__.py") == "tests/gallery/search/test_search.py"
    command = "gallery/management/commands/search.py"
    assert mirrored(command) == "tests/gallery/management/test_search.py"

"""Every module has its test file, in the same place under tests/ as the module has in the code."""

import ast

from tests.source_tree import PACKAGES, ROOT, modules, tracked

# Shorter modules are tested with what uses them.
LEAST_LINES = 40
LEAST_SHARE = 0.95
LEAST_TEST_LINES_PER_CODE_LINE = 1.1
# Modules whose tests are in another file, because they make sense together only.
TESTED_IN = {
    # Two towers of one encoder, which need its weights.
    "gallery/embedding/starter_image.py": "tests/gallery/embedding/test_starter.py",
    "gallery/embedding/starter_text.py": "tests/gallery/embedding/test_starter.py",
    # The command's tests share the encoder's fixtures.
    "gallery/management/commands/encoders.py": "tests/gallery/embedding/test_encoders_command.py",
    # A whole site is started, stopped and disturbed.
    "gallery/management/commands/run_site.py": "tests/searchsite/test_run_site.py",
    "searchsite/embedded/supervisor.py": "tests/searchsite/test_run_site.py",
    # The answers to errors, seen from outside.
    "gallery/api/__init__.py": "tests/gallery/api/test_errors.py",
    # One table of settings, which these compare with its documentation.
    "searchsite/settings.py": "tests/test_settings_documented.py",
}


def test_modules_have_their_test_files():
    found = [module for module in modules() if _counts(module)]
    missing = [module.label for module in found if not (ROOT / place_of(module)).exists()]
    share = 1 - len(missing) / len(found)
    places = "\n".join(f"{label} → {mirrored(label)}" for label in missing)
    print(f"{share:.1%} of {len(found)} modules have their test file; missing:\n{places}")
    assert share >= LEAST_SHARE, f"add these test files:\n{places}"


def test_modules_tested_elsewhere_are_there_and_have_no_file_of_their_own():
    labels = {module.label for module in modules()}
    assert set(TESTED_IN) <= labels, "these modules are gone"
    assert not [label for label in TESTED_IN if (ROOT / mirrored(label)).exists()]
    assert not [place for place in TESTED_IN.values() if not (ROOT / place).exists()]


def test_there_are_more_lines_of_tests_than_of_code():
    code = sum(_lines(module.path) for module in modules())
    tests = sum(_lines(path) for path in tracked("tests", "*.py"))
    assert tests >= LEAST_TEST_LINES_PER_CODE_LINE * code, f"{tests} : {code} = {tests / code:.2f}"


def _counts(module):
    """Long enough, and more than a list of imports, addresses or names."""
    defines = any(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in module.tree.body)
    return defines and len(module.text.splitlines()) >= LEAST_LINES


def place_of(module):
    return TESTED_IN.get(module.label, mirrored(module.label))


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

"""One name for one thing: a name has the same meaning in every module of the app."""

import ast
import re
from collections import defaultdict

from tests.source_tree import ROOT, is_within, modules, tracked

# Layers of entry points: a module there is named after the thing that it exposes.
# `library/trash.py` moves pictures; `views/trash.py` is the page that calls it.
MIRRORS = (
    "gallery.views", "gallery.api", "gallery.admin", "gallery.management.commands",
    "gallery.templatetags",
)  # fmt: skip
# Django expects this class in every command.
REPEATED_CLASSES = {"Command"}
# Each adapter has a `load`, which ENCODER_ADAPTERS names; each package has an __init__.
REPEATED_FUNCTIONS = {"load"}
# Limits are MAX_… and MIN_…, parameters `limit`, `maximum` and `minimum`.
OTHER_LIMITS = re.compile(
    r"_?(MOST|LEAST|BIGGEST|SMALLEST|LARGEST|LONGEST|SHORTEST|FEWEST|MAXIMUM|MINIMUM)_"
)
OTHER_PARAMETERS = {"most", "least", "biggest", "fewest"}
# Words that read as if translated: use repair, duplicate, action, invalid, started instead.
STRANGE = re.compile(r"(^|_)(told|mend(s|ed|er|ers)?|deeds?|twins?|begun|anew|junk|wears?)(_|$)")


def app_modules():
    return [module for module in modules() if is_within(module.name, "gallery")]


def public_classes(module):
    """Return the classes and type aliases of a module."""
    for node in module.tree.body:
        if isinstance(node, ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign):
            names = [target.id for target in node.targets if isinstance(target, ast.Name)]
            yield from (name for name in names if re.fullmatch(r"[A-Z][a-z]\w*", name))


def public_functions(module):
    for node in module.tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node


def repeated(named):
    """Return the names of (name, label) pairs that appear in several modules."""
    found = defaultdict(set)
    for name, label in named:
        found[name].add(label)
    return {name: sorted(labels) for name, labels in found.items() if len(labels) > 1}


def test_no_public_class_has_the_name_of_another():
    named = [
        (name, module.label)
        for module in app_modules()
        for name in public_classes(module)
        if not name.startswith("_") and name not in REPEATED_CLASSES
    ]
    # A class that only exists for the type checker is defined twice in one module, not in two.
    assert repeated(named) == {}


def test_no_module_has_the_name_of_another():
    named = [
        (module.path.stem, module.label)
        for module in app_modules()
        if not module.is_package and not any(is_within(module.name, layer) for layer in MIRRORS)
    ]
    assert repeated(named) == {}, "say which one it is; a way into it may repeat its name"


def test_no_function_of_the_domain_has_the_name_of_another():
    named = [
        (node.name, module.label)
        for module in app_modules()
        if not any(is_within(module.name, layer) for layer in (*MIRRORS, "gallery.http"))
        for node in public_functions(module)
        if node.name not in REPEATED_FUNCTIONS and module.name not in ("gallery.tasks",)
    ]
    assert repeated(named) == {}


def test_limits_are_named_max_and_min():
    broken = [
        f"{module.label}:{node.lineno} {name}"
        for module in modules()
        for node in ast.walk(module.tree)
        for name in _stored_names(node)
        if OTHER_LIMITS.match(name) or name in OTHER_PARAMETERS
    ]
    assert not broken, "MAX_… and MIN_…; limit, maximum and minimum:\n" + "\n".join(broken)


def test_names_are_plain_english():
    broken = [
        f"{module.label}:{node.lineno} {name}"
        for module in modules(("gallery", "searchsite", "tests"))
        for node in ast.walk(module.tree)
        for name in _stored_names(node)
        if STRANGE.search(name.lower())
    ]
    assert not broken, "use the word that software uses:\n" + "\n".join(broken)


def _stored_names(node):
    """Return the names that a statement defines: of functions, classes, parameters and
    variables."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.arg):
        return [node.arg]
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        return [node.id]
    return []


def test_nothing_exists_only_for_tests():
    """A public function or class that only tests use belongs to the tests."""
    used = "\n".join(
        [_without_face(module) for module in modules()]
        + [path.read_text() for path in tracked("templates", "*.html")]
        + [path.read_text() for path in tracked("benchmarks", "*.py")]
        + [(ROOT / "manage.py").read_text(), (ROOT / "Makefile").read_text()]
    )
    words = defaultdict(int)
    for word in re.findall(r"\w+", used):
        words[word] += 1
    unused = [
        f"{module.label}:{node.lineno} {node.name}"
        for module in modules()
        for node in module.tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        # A decorator registers it: a view of the API, a check, a template tag or an admin.
        and not node.decorator_list
        and words[node.name] <= 1
    ]
    assert not unused, "delete it, or move it to the tests:\n" + "\n".join(unused)


def _without_face(module):
    """Return a module's text; empty for a package that only exports names of its modules."""
    return "" if module.is_package and "__all__" in module.text else module.text

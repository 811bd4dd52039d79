"""The rules that keep the code simple, checked on the source itself."""

import ast
import re
import subprocess
import sys

import pytest
from django.urls import URLPattern, URLResolver

from tests.source_tree import PACKAGES, ROOT, imports_of, is_within, modules, tracked

MAX_FILE_LINES = 500
MAX_FUNCTION_LINES = 60

# The layers of the app, from the top down. Imports point downwards only.
PAGES = ("gallery.views", "gallery.urls", "gallery.templatetags", "gallery.forms")
ADMIN = ("gallery.admin", "gallery.admin_site")
ENTRY_POINTS = (
    *PAGES, *ADMIN, "gallery.api", "gallery.http", "gallery.management", "gallery.tasks",
    "gallery.hints", "gallery.apps", "gallery.checks", "gallery.delivery",
)  # fmt: skip
DOMAIN = (
    "gallery.ingest", "gallery.search", "gallery.explore", "gallery.library", "gallery.browsing",
)  # fmt: skip
MODEL_SIDE = ("gallery.embedding", "gallery.vectors")
FLOOR = ("gallery.models", "gallery.migrations", "gallery.exceptions")
# Packages that are planned but not built yet.
NOT_BUILT = {"gallery.explore"}
HEAVY = ("torch", "torchvision", "open_clip", "timm", "transformers")

# Modules that may not import something, and what to do instead.
RULES = [
    (
        ("gallery.models",),
        (*ENTRY_POINTS, *DOMAIN, *MODEL_SIDE),
        "models are the floor: move what they need into models, or the caller up",
    ),
    (
        ("gallery.vectors",),
        (*ENTRY_POINTS, *DOMAIN, "gallery.embedding"),
        "vectors stand on models alone: pass them what they need",
    ),
    (
        ("gallery.embedding",),
        (*ENTRY_POINTS, *DOMAIN),
        "embedding stands on vectors and models: pass it what it needs",
    ),
    (
        ("gallery.ingest",),
        (
            "gallery.embedding",
            "gallery.search",
            "gallery.explore",
            "gallery.library",
            "gallery.browsing",
        ),
        "ingest knows nothing of encoders: it leaves an EmbeddingJob and ends",
    ),
    (
        ("gallery.library",),
        ("gallery.embedding", "gallery.search", "gallery.explore", "gallery.browsing"),
        "library writes: pass it the pictures that a search or a page has found",
    ),
    (
        ("gallery.search",),
        ("gallery.explore", "gallery.library", "gallery.browsing"),
        "search finds: what is shown around the results belongs to browsing",
    ),
    (
        DOMAIN,
        ENTRY_POINTS,
        "domain packages never enqueue or render: the entry point calls tasks in on_commit",
    ),
    (
        ("gallery.http",),
        (*PAGES, *ADMIN, "gallery.api", "gallery.management", "gallery.tasks"),
        "every entry point uses http, so it knows none of them",
    ),
    (
        ("gallery.views", "gallery.forms"),
        (*ADMIN, "gallery.api", "gallery.management", "gallery.tasks"),
        "pages share with the API through http, browsing and delivery; workers are hinted",
    ),
    (
        ("gallery.api",),
        (*PAGES, *ADMIN, "gallery.management", "gallery.tasks"),
        "the API shares with pages through http, browsing and delivery; workers are hinted",
    ),
    (
        ("gallery.admin",),
        ("gallery.views", "gallery.api", "gallery.management", "gallery.tasks"),
        "the admin calls the domain packages itself",
    ),
    (
        ("gallery.management",),
        (*PAGES, *ADMIN, "gallery.api", "gallery.http"),
        "commands call the domain packages themselves; they have no request",
    ),
    (
        ("gallery.tasks", "gallery.hints"),
        (*PAGES, *ADMIN, "gallery.api", "gallery.http", "gallery.management"),
        "tasks call the domain packages themselves; they have no request",
    ),
    (
        ("gallery.exceptions",),
        ("gallery",),
        "exceptions import nothing of the app, so that everything may import them",
    ),
    (
        ("searchsite.embedded", "searchsite.env"),
        ("gallery", "django"),
        "local services and the environment come before Django and the app",
    ),
]
READERS_OF_THE_ENVIRONMENT = {"searchsite/env.py", "searchsite/settings.py"}
# These only pass the environment on, or name the settings module before Django reads it.
MAY_NAME_THE_SETTINGS_MODULE = {
    f"searchsite/{name}.py" for name in ("wsgi", "asgi", "celery", "command_line")
}
PILLOW_IS_FOR = ("gallery.ingest", "gallery.embedding")
# These look like external hosts but are namespace names, which nothing loads.
NAMESPACES = ("http://www.w3.org/",)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule[0][0])
def test_imports_point_downwards_only(rule):
    sources, forbidden, advice = rule
    broken = [
        f"{module.label}:{found.line} imports {found.target}"
        for module in modules()
        if any(is_within(module.name, source) for source in sources)
        for found in imports_of(module)
        if any(is_within(found.target, target) for target in forbidden)
    ]
    assert not broken, f"{advice}:\n" + "\n".join(broken)


def test_every_module_is_in_a_layer_and_every_layer_exists():
    layers = {*ENTRY_POINTS, *DOMAIN, *MODEL_SIDE, *FLOOR}
    found = {".".join(module.name.split(".")[:2]) for module in modules()}
    found = {name for name in found if is_within(name, "gallery")} - {"gallery"}
    # Nothing is imported from migrations, and they import what Django generated.
    found.add("gallery.migrations")
    assert found - layers == set(), "add its layer above, so that the rules cover it"
    assert layers - found <= NOT_BUILT, "that layer is gone"
    assert ENTRY_POINTS and not set(ENTRY_POINTS) & {*DOMAIN, *MODEL_SIDE, *FLOOR}


def test_other_packages_import_only_the_public_face_of_a_package():
    """Other packages use only what a package exports, if it declares its exports."""
    faces = {
        module.name: _exports(module)
        for module in modules()
        if module.is_package and "public face" in (ast.get_docstring(module.tree) or "")
    }
    assert {"gallery.search", "gallery.browsing"} <= set(faces)
    broken = [
        f"{module.label}:{found.line} imports {found.target}"
        for face, exports in faces.items()
        for module in modules()
        if not is_within(module.name, face)
        for found in imports_of(module)
        if is_within(found.target, face)
        and found.target.removeprefix(face).lstrip(".") not in {"", *exports}
    ]
    assert not broken, "import it from the package, which exports it:\n" + "\n".join(broken)


def _exports(module):
    lists = [
        node.value
        for node in module.tree.body
        if isinstance(node, ast.Assign)
        and any(isinstance(name, ast.Name) and name.id == "__all__" for name in node.targets)
    ]
    assert lists, f"{module.label} states a public face: list it in __all__"
    return set(ast.literal_eval(lists[0]))


def test_model_libraries_are_imported_in_embedding_only_and_inside_functions():
    broken = [
        f"{module.label}:{found.line} imports {found.target}"
        for module in modules()
        for found in imports_of(module)
        if any(is_within(found.target, heavy) for heavy in HEAVY)
        and (found.at_module_level or not is_within(module.name, "gallery.embedding"))
    ]
    assert not broken, "they take seconds to load: gallery/embedding, inside functions\n" + (
        "\n".join(broken)
    )


def test_pillow_is_imported_only_where_pictures_are_read():
    broken = [
        f"{module.label}:{found.line} imports {found.target}"
        for module in modules()
        for found in imports_of(module)
        if any(is_within(found.target, name) for name in ("PIL", "pillow_heif"))
        and not any(is_within(module.name, package) for package in PILLOW_IS_FOR)
    ]
    assert not broken, "untrusted bytes are opened in ingest and nowhere else:\n" + "\n".join(
        broken
    )


def test_the_environment_is_read_in_two_places():
    broken = [
        f"{module.label}:{node.lineno}"
        for module in modules()
        if module.label not in READERS_OF_THE_ENVIRONMENT
        for node in ast.walk(module.tree)
        if _reads_environment(node) and not _names_settings_module(module, node)
    ]
    assert not broken, "add a row to searchsite/env.py and use django.conf.settings:\n" + (
        "\n".join(broken)
    )


def _reads_environment(node):
    if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv", "environb"}:
        return isinstance(node.value, ast.Name) and node.value.id == "os"
    return (
        isinstance(node, ast.ImportFrom)
        and node.module == "os"
        and any(alias.name in {"environ", "getenv"} for alias in node.names)
    )


def _names_settings_module(module, node):
    line = module.text.splitlines()[node.lineno - 1]
    if module.label in MAY_NAME_THE_SETTINGS_MODULE:
        return 'os.environ.setdefault("DJANGO_SETTINGS_MODULE"' in line
    # A program that starts another one passes on its whole environment without reading it.
    return bool(re.search(r"(\*\*\s*os\.environ|dict\(os\.environ\)|os\.environ \|)", line))


def test_distance_sql_lives_in_one_module():
    distance = re.compile(r"<#>|<=>|<->|MaxInnerProduct|CosineDistance|L2Distance")
    broken = [
        module.label
        for module in modules()
        if distance.search(module.text) and module.label != "gallery/vectors/nearest.py"
    ]
    assert not broken, f"only gallery/vectors/nearest.py computes distances: {broken}"


def test_vectors_are_accessed_in_one_package():
    lookup = re.compile(r"\bembeddings__|\.embeddings\b|gallery_embedding\b")
    inside = ("gallery.vectors", "gallery.models")
    broken = [
        f"{module.label} {found}"
        for module in modules()
        if not any(is_within(module.name, package) for package in inside)
        for found in (
            *(f"line {i.line}: {i.target}" for i in imports_of(module) if _is_vector_model(i)),
            *lookup.findall(module.text),
        )
    ]
    assert not broken, "ask gallery.vectors, or a method of ImageQuerySet:\n" + "\n".join(broken)


def _is_vector_model(found):
    names = ("Embedding", "EmbeddingQuerySet")
    return found.target.startswith("gallery.models") and found.target.rsplit(".", 1)[-1] in names


def test_every_module_has_a_docstring():
    silent = [
        module.label
        for module in modules()
        if module.text.strip() and not ast.get_docstring(module.tree)
    ]
    assert not silent, f"open with a docstring: {silent}"


def test_files_and_functions_stay_small():
    long = [
        f"{module.label} has {count} lines"
        for module in modules()
        if (count := len(module.text.splitlines())) > MAX_FILE_LINES
    ]
    long += [
        f"{module.label}:{node.lineno} {node.name} has {count} lines"
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (count := (node.end_lineno or node.lineno) - node.lineno + 1) > MAX_FUNCTION_LINES
    ]
    assert not long, "split them:\n" + "\n".join(long)


TEMPLATES = tracked("templates", "*.html") + tracked("gallery", "*.html")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_templates_have_nothing_that_the_content_security_policy_blocks(path):
    text = re.sub(r"{%\s*comment.*?endcomment\s*%}|{#.*?#}", "", path.read_text(), flags=re.S)
    assert not re.search(r"<style\b", text), "put it into the stylesheet"
    assert not re.search(r"<[^>{]*\sstyle=", text), "a style attribute: give it a class"
    assert not re.search(r"<[a-z][^>]*\son[a-z]+=", text), "listen for the event in a module"
    for script in re.findall(r"<script\b[^>]*>", text):
        assert "src=" in script or "json" in script, f"an inline script: {script}"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_templates_load_nothing_from_another_host(path):
    loads = (
        r"""(?:src|srcset|action|data|poster|hx-(?:get|post)|<link[^>]*href)=["'](\w+:)?//[^"']+"""
    )
    found = [hit.group(0) for hit in re.finditer(loads, path.read_text())]
    assert not found, f"serve it from here: {found}"


def test_stylesheets_and_scripts_load_nothing_from_another_host():
    elsewhere = re.compile(
        r"""(?:url\(["']?|(?:\bimport|\bfrom)\s*\(?["'`]|fetch\(["'`])(?:https?:)?//"""
    )
    broken = [
        path.relative_to(ROOT).as_posix()
        for pattern in ("*.css", "*.js")
        for path in tracked("static", pattern)
        if elsewhere.search(path.read_text())
    ]
    assert not broken, f"serve it from here: {broken}"


PROBE = """
import sys
import django
django.setup()
import importlib, pkgutil
from django.urls import get_resolver
import searchsite.celery, searchsite.wsgi, gallery.tasks, gallery.admin, gallery.views
for found in pkgutil.walk_packages(gallery.views.__path__, "gallery.views."):
    importlib.import_module(found.name)
for found in pkgutil.iter_modules(importlib.import_module("gallery.management.commands").__path__):
    importlib.import_module(f"gallery.management.commands.{found.name}")
get_resolver().url_patterns
searchsite.celery.app.loader.import_default_modules()
print(" ".join(sorted(name for name in %r if name in sys.modules)))
"""


@pytest.mark.slow
def test_importing_the_site_the_tasks_and_every_view_loads_no_model_library():
    probe = subprocess.run(
        [sys.executable, "-c", PROBE % (HEAVY,)],
        cwd=ROOT,
        env=_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert probe.returncode == 0, probe.stderr
    assert probe.stdout.strip() == "", f"loaded at import: {probe.stdout}"


def _environment():
    import os

    from django.conf import settings

    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "VAR_DIR": str(settings.VAR_DIR),
    }


def test_every_page_address_has_a_name():
    from django.urls import get_resolver

    def unnamed(patterns, prefix=""):
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                if getattr(pattern, "app_name", None) not in {"admin"}:
                    yield from unnamed(pattern.url_patterns, f"{prefix}{pattern.pattern}")
            elif isinstance(pattern, URLPattern) and not pattern.name:
                yield f"{prefix}{pattern.pattern}"

    assert list(unnamed(get_resolver().url_patterns)) == []


def test_the_rules_detect_a_broken_module(tmp_path):
    """The checks above work: they find imports of every form."""
    from tests.source_tree import Module

    text = (
        "import torch\nfrom gallery import tasks\n"
        "def f():\n    from ..embedding import queue\n    import timm.data\n"
    )
    module = Module("gallery.ingest.example", tmp_path / "example.py", text, ast.parse(text))
    found = {(one.target, one.at_module_level) for one in imports_of(module)}
    assert found == {
        ("torch", True),
        ("gallery.tasks", True),
        ("gallery.embedding.queue", False),
        ("timm.data", False),
    }
    assert {module.name.split(".")[0] for module in modules()} == set(PACKAGES)

"""The stylesheet and the pages use the same classes: none is unused, none is undefined."""

import re
from pathlib import Path

from django.contrib.staticfiles import finders

from tests.source_tree import ROOT, tracked

# Added by Django to its forms and by htmx while it works.
FROM_LIBRARIES = {"errorlist", "helptext", "htmx-request"}
# Templates of Django's admin use its classes; their stylesheets are in static/css/admin.
OTHER_STYLESHEETS = ("templates/admin/", "gallery/admin/")
STYLESHEETS = ("css/site.css", "css/api.css")

_TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_VALUE = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_ATTRIBUTE = re.compile(r'\bclass="((?:\{%.*?%\}|\{\{.*?\}\}|[^"])*)"', re.DOTALL)
_CLASS_BLOCK = re.compile(r"\{% block \w+_class %\}(.*?)\{% endblock %\}")
_NAME = r"-?[a-zA-Z_][\w-]*"


def defined_classes():
    """Return every class that a selector of the stylesheets names."""
    text = "".join(Path(finders.find(sheet)).read_text() for sheet in STYLESHEETS)
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    preludes = re.findall(r"([^{};]*)\{", text)
    return {name for prelude in preludes for name in re.findall(rf"\.({_NAME})", prelude)}


def sources(folder, pattern):
    """Return files by path, without those that other stylesheets style."""
    found = {
        path.relative_to(ROOT).as_posix(): path.read_text() for path in tracked(folder, pattern)
    }
    return {path: text for path, text in found.items() if not path.startswith(OTHER_STYLESHEETS)}


def markup_classes():
    """Return the classes in the markup of templates: whole ones, and prefixes of computed ones."""
    whole, beginnings = {}, set()
    for path, text in sources("templates", "*.html").items():
        for pattern in (_ATTRIBUTE, _CLASS_BLOCK):
            for value in pattern.findall(text):
                marked = _TAG.sub(" ", _VALUE.sub("\0", value))
                beginnings.update(re.findall(rf"({_NAME})\0", marked))
                for name in re.findall(rf"(?<![\w-]){_NAME}(?![\w\0-])", marked):
                    whole.setdefault(name, path)
        for value in re.findall(r'\{% icon "[\w-]+" "([^"]*)"', text):
            for name in value.split():
                whole.setdefault(name, path)
    return whole, beginnings


def quoted_words():
    """Return words and prefixes of computed words between quotes in Python, JavaScript and tags."""
    words, beginnings = set(), set()
    texts = [
        *sources("gallery", "*.py").values(),
        *sources("static/js", "*.js").values(),
        *(" ".join(_TAG.findall(text)) for text in sources("templates", "*.html").values()),
    ]
    for text in texts:
        for value in re.findall(r'"([^"\n]*)"|`([^`]*)`', text):
            words.update(re.findall(rf"(?<![\w-]){_NAME}(?![\w-])", " ".join(value)))
            beginnings.update(re.findall(rf"({_NAME})\$?\{{", " ".join(value)))
    return words, beginnings


def test_no_class_of_the_stylesheet_is_unused():
    whole, computed = markup_classes()
    quoted, more = quoted_words()
    # `fate--{{ progress }}` may end in any word, `r{step}` in a number.
    ends = [rf"{start}{'.+' if start.endswith('-') else '[0-9]+'}" for start in computed | more]
    any_computed = re.compile("|".join(ends))
    unused = defined_classes() - whole.keys() - quoted - FROM_LIBRARIES
    dead = {name for name in unused if not any_computed.fullmatch(name)}
    assert not dead, f"no page uses {sorted(dead)}"


def test_no_page_uses_a_class_that_the_stylesheet_does_not_define():
    whole, _ = markup_classes()
    undefined = {name: whole[name] for name in whole.keys() - defined_classes()}
    assert not undefined, f"scripts use data-… attributes; these have no style: {undefined}"

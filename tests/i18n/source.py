"""Find strings in the source that are not passed to gettext, so that no page can translate them."""

import ast
import re

# Two words with a space between them, a word after a value, or one word as a sentence: almost
# always a sentence or a label.
_WORDS = re.compile(
    r"[A-Za-z]{2,}[,;:.!?’”)]* [“(]?(?:[A-Za-z]|\{)|\{\} [a-z]{3,}|^[A-Z][a-z]+[.!?…]$"
)
_MARKUP_OR_CODE = re.compile(
    r"<\w|SELECT |CREATE |DROP |ALTER |UPDATE |INSERT |^SET |ORDER BY|%\(asctime\)"
)
_TRANSLATORS = {
    "_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy",
    "npgettext", "npgettext_lazy",
}  # fmt: skip
# Their strings are for developers: logs, SQL, types, programming errors, tables of the schema.
_FOR_DEVELOPERS = {
    "Literal", "NotImplementedError", "RuntimeError", "SQL", "TypeError", "ValueError",
    "AssertionError", "cast", "compile", "execute", "warn", "TypeVar",
}  # fmt: skip
_LOGGERS = {"logger", "logging", "log", "warnings"}


def untranslated(module):
    """Return (line, text) of each string of a module outside gettext, docstrings and logs."""
    skipped = set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(node.value)
        elif isinstance(node, ast.Call) and _is_skipped(node.func):
            skipped.update(ast.walk(node))
        elif isinstance(node, ast.keyword) and node.arg == "summary":
            skipped.update(
                ast.walk(node.value)
            )  # The summary of an operation, in the API's schema.
        elif isinstance(node, ast.JoinedStr):
            skipped.update(node.values)
        elif isinstance(node, ast.Subscript):
            skipped.update(ast.walk(node.slice))
    for node in ast.walk(module.tree):
        if node not in skipped and isinstance(node, ast.Constant | ast.JoinedStr):
            text = _text_of(node)
            if _WORDS.search(text) and not _MARKUP_OR_CODE.search(text):
                yield node.lineno, text


def _is_skipped(function):
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    owner = getattr(function.value, "id", "") if isinstance(function, ast.Attribute) else ""
    return name in _TRANSLATORS | _FOR_DEVELOPERS or owner in _LOGGERS


def _text_of(node):
    if isinstance(node, ast.JoinedStr):
        return "".join(
            _text_of(one) if isinstance(one, ast.Constant) else "{}" for one in node.values
        )
    return node.value if isinstance(node.value, str) else ""


_TEMPLATE_NOISE = re.compile(
    r"{%\s*comment.*?endcomment\s*%}|{%\s*blocktranslate.*?endblocktranslate\s*%}|{#.*?#}|{{.*?}}"
    r"|{%\s*block (?:main_class|drop|bodyclass)\s*%}.*?endblock\s*%}"
    r"|{%\s*block body_attributes\s*%}.*?endblock body_attributes\s*%}"
    r"|<(script|style|code|kbd|pre)\b.*?</\1>|<!--.*?-->"
    r"|<(?P<kept>\w+)[^>]*translate=\"no\".*?</(?P=kept)>",
    re.DOTALL,
)
_READ_ATTRIBUTE = re.compile(
    r"\b(?:alt|title|placeholder|aria-label|aria-description|data-confirm|label)=\"([^\"]*)\""
)


def untranslated_in_template(text):
    """Return the literal words of a template outside translate and blocktranslate."""
    text = _TEMPLATE_NOISE.sub(" ", text)
    text = re.sub(r"{%.*?%}", " ", text, flags=re.DOTALL)
    attributes = _READ_ATTRIBUTE.findall(text)
    pieces = re.sub(r"<[^>]*>", "\n", text).splitlines()
    for piece in (*attributes, *pieces):
        piece = " ".join(re.sub(r"&\w+;", " ", piece).split())
        if re.search(r"[A-Za-z]{3,}", piece):
            yield piece

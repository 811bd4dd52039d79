"""Each kind of change is made, and everything else stays unchanged."""

import ast

import pytest

from tests.mutants.mutations import mutants_of


def changes(source):
    """Return the changed lines of every mutant of a source, without indentation."""
    original = source.splitlines()
    found = []
    for mutant in mutants_of(source):
        lines = mutant.source.splitlines()
        found += [new.strip() for old, new in zip(original, lines, strict=True) if old != new]
    return found


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a < b", "(a <= b)"),
        ("a in b", "(a not in b)"),
        ("x = a and b", "x = (a or b)"),
        ("x = a and b", "x = b"),
        ("x = not a", "x = a"),
        ("x = a + b", "x = (a - b)"),
        ("x += 1", "x -= 1"),
        ("LIMIT = 60", "LIMIT = 61"),
        ("LIMIT: int = 60", "LIMIT: int = 61"),
        ("SHARE = .5", "SHARE = 0.56"),
        ("x = True", "x = False"),
        ("x = rows[:most]", "x = rows[:]"),
        ("x = min(a, b)", "x = max(a, b)"),
        ("x = rows.filter(owner=me)", "x = rows"),
        ("x = rows.filter(owner=me)", "x = rows.filter()"),
        ("x = rows.select_for_update().get(pk=pk)", "x = rows.get(pk=pk)"),
        ("x = Image.objects.visible_to(viewer).count()", "x = Image.objects.count()"),
        ("x = Image.objects.order_by('-pk')", "x = Image.objects.order_by('pk')"),
        ("x = get_object_or_404(rows, pk=pk, owner=me)", "x = get_object_or_404(rows, pk=pk)"),
        ("delete(file)", "pass"),
        ("if a:\n    raise Wrong", "if False:"),
        ("if a:\n    raise Wrong", "pass"),
        ("if a:\n    b()", "if not (a):"),
        ("x = a if allowed(b) else c", "x = a if not (allowed(b)) else c"),
        ("for x in y:\n    break", "continue"),
        ("def f():\n    return g()", "return None"),
        ("def f(most=9): pass", "def f(most=10): pass"),
        ("@login_required\ndef f(): pass", "# @login_required"),
        ("with transaction.atomic():\n    a", 'with __import__("contextlib").nullcontext():'),
    ],
)  # fmt: skip
def test_a_change_is_made(source, expected):
    assert expected in changes(source)


@pytest.mark.parametrize(
    "source",
    [
        '"""Words."""',
        "def f():\n    '''Words.'''\n    ...",
        "logger.info('%d rows', 3)",
        "x: Literal[3]",
        "def f(x: Literal[3]) -> Literal[4]: ...",
        "if TYPE_CHECKING:\n    x = 3",
        "x = f'{a + 1} rows'",
        "@dataclass(frozen=True)\nclass A:\n    x: int",
        "x = 'words'",
        "x = _('%d words')",
    ],
)
def test_strings_for_people_and_annotations_are_left_alone(source):
    assert mutants_of(source) == []


def test_every_mutant_is_valid_python_and_unique():
    source = "\n".join(
        [
            "def f(rows, *, most=3):",
            "    # Grüße — more bytes than letters",
            "    kept = [row for row in rows if row.good and row.size < most * 2]",
            "    return sorted(kept, reverse=True)[:most] or None",
        ]
    )
    mutants = mutants_of(source)
    assert len(mutants) > 10
    assert len({mutant.source for mutant in mutants}) == len(mutants)
    for mutant in mutants:
        ast.parse(mutant.source)
        assert "Grüße — more" in mutant.source


def test_a_diff_shows_only_the_changed_line():
    mutant = mutants_of("a = 1\nb = c < d\n")[-1]
    assert "-b = c < d\n+b = (c <= d)" in mutant.diff("a = 1\nb = c < d\n", "gallery/x.py")

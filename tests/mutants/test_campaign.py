"""A sample project: the mutant that its tests detect is killed, the one that they miss is
reported."""

from pathlib import Path

import pytest

from tests.mutants.campaign import TestsFail, mutate, mutate_module, sample_of, score
from tests.mutants.workspace import Workspace

MODULE = Path("gallery/price.py")
SOURCE = "def discount(count):\n    return count > 10\n"
NOTICES = """
from gallery.price import discount

def test_many_are_cheaper():
    assert discount(20) is True
    assert discount(2) is False
"""
EXACT = NOTICES + "    assert discount(10) is False\n    assert discount(11) is True\n"


@pytest.fixture
def project(tmp_path):
    """Create a project of one module and one test file."""

    def make(tests, source=SOURCE):
        for name, text in {
            MODULE.as_posix(): source,
            "tests/gallery/test_price.py": tests,
            "conftest.py": "",
        }.items():
            file = tmp_path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return tmp_path

    return make


def try_all(root, **options):
    with Workspace(root, arguments=["-p", "no:django"]) as workspace:
        return mutate_module(
            MODULE, root=root, workspaces=[workspace], size=0, seed=1, say=lambda _: None, **options
        )


def test_a_planted_survivor_is_found_and_the_rest_is_killed(project):
    report = try_all(project(NOTICES))
    assert report.made == report.tried == 3
    assert [(one.line, one.description) for one in report.survivors] == [
        (2, "one more"),
        (2, "swap comparison"),
    ]
    assert "+    return (count >= 10)" in report.survivors[1].diff(SOURCE, MODULE)
    assert score("price", [report]) == "price: 1 of 3 mutants killed (33 %)"


def test_exact_tests_kill_every_mutant(project):
    report = try_all(project(EXACT))
    assert report.survivors == []
    assert score("price", [report]) == "price: 3 of 3 mutants killed (100 %)"


def test_the_working_tree_is_never_changed(project):
    root = project(NOTICES)
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    try_all(root)
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before


def test_a_mutant_that_times_out_counts_as_killed(project, monkeypatch):
    monkeypatch.setattr("tests.mutants.campaign.MIN_TIMEOUT_S", 5)
    monkeypatch.setattr("tests.mutants.campaign.TIMEOUT_FACTOR", 0)
    source = "def rest(count):\n    while count > 10:\n        count -= 10\n    return count\n"
    tests = "from gallery.price import rest\n\ndef test_rest():\n    assert rest(25) == 5\n"
    report = try_all(project(tests, source))
    assert report.timeouts == 1
    assert all(one.description != "swap operator" for one in report.survivors)


def test_tests_that_fail_without_a_mutant_are_reported(project):
    root = project(NOTICES.replace("is True", "is None"))
    with pytest.raises(TestsFail, match="fail without any mutant"):
        try_all(root)
    reports, problems = mutate(
        [MODULE], root=root, size=0, seed=1, say=lambda _: None,
        make_workspaces=lambda: [Workspace(root, arguments=["-p", "no:django"])],
    )  # fmt: skip
    assert reports == []
    assert len(problems) == 1


def test_named_tests_replace_the_default_ones(project):
    root = project(EXACT)
    (root / "tests" / "test_other.py").write_text("def test_nothing():\n    pass\n")
    report = try_all(root, tests=["tests/test_other.py"])
    assert report.killed == 0


def test_a_sample_is_bounded_and_the_same_for_the_same_seed():
    mutants = list(range(100))
    first = sample_of(mutants, size=10, seed=1)
    assert first == sample_of(mutants, size=10, seed=1) == sorted(first)
    assert first != sample_of(mutants, size=10, seed=2)
    assert len(first) == 10
    assert sample_of(mutants, size=0, seed=1) == mutants

"""A mutation run over modules: a sample of mutants each, and what survived."""

import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue

from tests.mutants.mutations import Mutant, mutants_of
from tests.mutants.selection import files_testing

# A mutant may make tests slower, and other work may share the processor; endless loops end here.
TIMEOUT_FACTOR = 4
LEAST_TIMEOUT_S = 30


class TestsFail(Exception):
    """The tests of a module fail without any mutant, so they can say nothing about mutants."""

    __test__ = False


def say_now(line):
    """Print at once, also into a file or a pipe: a run takes minutes."""
    print(line, flush=True)


@dataclass(kw_only=True)
class Report:
    """What came of one module. `survivors` are in the order of their lines."""

    module: Path
    made: int
    tried: int = 0
    timeouts: int = 0
    survivors: list[Mutant] = field(default_factory=list)

    @property
    def killed(self):
        """How many a test noticed."""
        return self.tried - len(self.survivors)


def sample_of(mutants, *, size, seed):
    """At most `size` of the mutants, the same for the same seed, in the order of their lines."""
    if size <= 0 or len(mutants) <= size:
        return mutants
    chosen = random.Random(seed).sample(range(len(mutants)), size)
    return [mutants[position] for position in sorted(chosen)]


def mutate_module(module, *, root, workspaces, size, seed, tests=(), say=say_now):
    """Tries a sample of a module's mutants in all workspaces at once. Raises TestsFail."""
    source = (root / module).read_text()
    mutants = mutants_of(source)
    chosen = sample_of(mutants, size=size, seed=seed)
    files = [Path(test) for test in tests] or files_testing(root, module)
    report = Report(module=module, made=len(mutants))
    say(f"{module}: {len(chosen)} of {len(mutants)} mutants, noticed by {_listed(files)}")
    baselines = _run_unchanged(workspaces, files, module)
    timeout_s = max(LEAST_TIMEOUT_S, TIMEOUT_FACTOR * max(one.seconds for one in baselines))
    free = SimpleQueue()
    for workspace in workspaces:
        free.put(workspace)

    def try_one(mutant):
        workspace = free.get()
        try:
            return mutant, workspace.try_mutant(module, mutant, files, timeout_s=timeout_s)
        finally:
            free.put(workspace)

    with ThreadPoolExecutor(len(workspaces)) as pool:
        for mutant, run in pool.map(try_one, chosen):
            report.tried += 1
            report.timeouts += run.status is None
            if run.passed:
                report.survivors.append(mutant)
                say(f"\nSurvived: {module}:{mutant.line} {mutant.description}")
                say(mutant.diff(source, module))
    # Once more, in case a mutant left something behind that made the tests after it fail.
    _run_unchanged(workspaces, files, module)
    return report


def _run_unchanged(workspaces, files, module):
    with ThreadPoolExecutor(len(workspaces)) as pool:
        runs = list(pool.map(lambda workspace: workspace.run(files), workspaces))
    for run in runs:
        if not run.passed:
            raise TestsFail(f"The tests of {module} fail without any mutant:\n{run.output[-3000:]}")
    return runs


def _listed(files):
    shown = ", ".join(map(str, files[:4]))
    return shown if len(files) <= 4 else f"{shown} and {len(files) - 4} more"


def mutate(modules, *, root, make_workspaces, size, seed, tests=(), say=say_now):
    """Tries every module in turn. Returns the reports, and what could not be tried and why."""
    reports, problems = [], []
    with ExitStack() as stack:
        workspaces = [stack.enter_context(made) for made in make_workspaces()]
        for module in modules:
            try:
                report = mutate_module(
                    module, root=root, workspaces=workspaces, size=size, seed=seed, tests=tests,
                    say=say,
                )  # fmt: skip
            except TestsFail as problem:
                problems.append(str(problem))
                say(str(problem))
                continue
            reports.append(report)
            say(score(report.module, [report]) + "\n")
    return reports, problems


def score(label, reports):
    """One line: how many of the mutants that were tried a test noticed."""
    tried = sum(report.tried for report in reports)
    killed = sum(report.killed for report in reports)
    late = sum(report.timeouts for report in reports)
    share = f"{100 * killed / tried:.0f} %" if tried else "nothing to try"
    note = f", {late} by running out of time" if late else ""
    return f"{label}: {killed} of {tried} mutants killed ({share}){note}"

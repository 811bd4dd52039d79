"""Run mutations over modules: a sample of mutants for each, and the survivors."""

import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue

from tests.mutants.mutations import Mutant, mutants_of
from tests.mutants.selection import files_testing

# A mutant can make tests slower, and other work may share the processor. Endless loops end here.
TIMEOUT_FACTOR = 4
MIN_TIMEOUT_S = 30


class TestsFail(Exception):
    """The tests of a module fail without any mutant, so they reveal nothing about mutants."""

    __test__ = False


def say_now(line):
    """Print immediately, even to a file or a pipe: a run takes minutes."""
    print(line, flush=True)


@dataclass(kw_only=True)
class Report:
    """The result for one module. `survivors` are in order of line."""

    module: Path
    made: int
    tried: int = 0
    timeouts: int = 0
    survivors: list[Mutant] = field(default_factory=list)

    @property
    def killed(self):
        """The number of mutants that a test detected."""
        return self.tried - len(self.survivors)


def sample_of(mutants, *, size, seed):
    """Return at most `size` of the mutants in order of line; the same seed gives the same ones."""
    if size <= 0 or len(mutants) <= size:
        return mutants
    chosen = random.Random(seed).sample(range(len(mutants)), size)
    return [mutants[position] for position in sorted(chosen)]


def mutate_module(module, *, root, workspaces, size, seed, tests=(), say=say_now):
    """Try a sample of a module's mutants in all workspaces in parallel. Raise TestsFail."""
    source = (root / module).read_text()
    mutants = mutants_of(source)
    chosen = sample_of(mutants, size=size, seed=seed)
    files = [Path(test) for test in tests] or files_testing(root, module)
    report = Report(module=module, made=len(mutants))
    say(f"{module}: {len(chosen)} of {len(mutants)} mutants, noticed by {_listed(files)}")
    baselines = _run_unchanged(workspaces, files, module)
    timeout_s = max(MIN_TIMEOUT_S, TIMEOUT_FACTOR * max(one.seconds for one in baselines))
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
    # Run once more, in case a mutant left something behind that made later tests fail.
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
    """Try every module in turn. Return the reports, and the modules that could not be tried and
    why."""
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
    """Return one line: how many of the mutants that were tried a test detected."""
    tried = sum(report.tried for report in reports)
    killed = sum(report.killed for report in reports)
    late = sum(report.timeouts for report in reports)
    share = f"{100 * killed / tried:.0f} %" if tried else "nothing to try"
    note = f", {late} by running out of time" if late else ""
    return f"{label}: {killed} of {tried} mutants killed ({share}){note}"

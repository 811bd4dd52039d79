"""The command behind `make mutants`."""

import argparse
import os
import sys
from contextlib import ExitStack

from tests.mutants.campaign import mutate, score
from tests.mutants.selection import modules_of
from tests.mutants.workspace import Workspace
from tests.source_tree import ROOT

# Mutants per module, unless all are requested: about five minutes on two cores.
SAMPLE = 40
# Mutants per module if no module is named.
SAMPLE_OF_ALL = 8
JOBS = 2


def main():
    """Parse the command line and print the survivors. Exit with status 1 if tests fail without a
    mutant."""
    options = _parser().parse_args()
    modules = modules_of(ROOT, options.modules)
    size = options.sample if options.sample is not None else _sample(options.modules)
    # The jobs would share one database.
    jobs = 1 if os.environ.get("DATABASE_URL") else options.jobs
    with ExitStack() as servers:
        folders = [ROOT / "var" / f"mutants-{number}" for number in range(jobs)]
        _start_databases(folders, servers)
        reports, problems = mutate(
            modules,
            root=ROOT,
            make_workspaces=lambda: [_workspace(folder, slow=options.slow) for folder in folders],
            size=size,
            seed=options.seed,
            tests=options.tests,
        )
    for report in reports:
        for survivor in report.survivors:
            print(f"survived: {report.module}:{survivor.line} {survivor.description}")
    print(score("Altogether", reports))
    sys.exit(1 if problems else 0)


def _parser():
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument(
        "modules", nargs="*", help="Files or folders of gallery/; default: the core."
    )
    parser.add_argument(
        "--sample", type=int, help=f"Mutants of each module (0: all); default {SAMPLE}, or "
        f"{SAMPLE_OF_ALL} when no module is named."
    )  # fmt: skip
    parser.add_argument("--seed", type=int, default=1, help="Another seed, another sample.")
    parser.add_argument("--jobs", type=int, default=JOBS, help="Mutants tried at a time.")
    parser.add_argument("--tests", nargs="+", default=(), help="Test files, in place of the usual.")
    parser.add_argument("--slow", action="store_true", help="Run slow tests too.")
    return parser


def _sample(names):
    return SAMPLE if names else SAMPLE_OF_ALL


def _workspace(folder, *, slow):
    marked = "not browser" if slow else "not slow and not browser"
    # Set here, because importing anything from searchsite would choose the site's own settings.
    environment = {"VAR_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "tests.settings"}
    return Workspace(ROOT, arguments=["--reuse-db", "-m", marked], environment=environment)


def _start_databases(folders, servers):
    """Keep one PostgreSQL per job until the end, instead of one per run."""
    if os.environ.get("DATABASE_URL"):
        return
    from searchsite.embedded import postgres

    for folder in folders:
        postgres.ensure_running(folder)
        servers.callback(postgres.stop, folder)


if __name__ == "__main__":
    main()

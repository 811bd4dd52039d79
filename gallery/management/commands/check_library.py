"""`manage.py check_library`: report problems in the library, and repair them with --fix."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from tqdm import tqdm

from gallery.hints import hint_workers
from gallery.ingest.library_check import Finding, find_problems
from gallery.ingest.library_repair import repair
from gallery.management.base import TranslatedCommand


class Command(TranslatedCommand):
    """Exits with status 1 if a problem was not repaired."""

    summary = _(
        "Find missing, orphaned and leftover files and lost jobs. Use --fix to repair them."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add --fix and --json."""
        parser.add_argument(
            "--fix", action="store_true", help=gettext("repair what can be repaired")
        )
        parser.add_argument(
            "--json", action="store_true", help=gettext("one JSON object on stdout")
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Check everything, with a progress bar on stderr and the findings on stdout."""
        quiet = options["json"]
        findings: list[tuple[Finding, bool]] = []
        with tqdm(unit=gettext(" checked"), file=sys.stderr, leave=False, disable=None) as bar:

            def advance(what: str, count: int) -> None:
                bar.set_description(what, refresh=False)
                bar.update(count)

            for finding in find_problems(progress=advance):
                repaired = options["fix"] and repair(finding)
                findings.append((finding, repaired))
                if not quiet:
                    bar.clear()
                    self.stdout.write(f"{finding.sentence}{' Repaired.' if repaired else ''}")
        if any(repaired for _, repaired in findings):
            hint_workers()
        if quiet:
            self.stdout.write(json.dumps(_report(findings)))
        else:
            self.stdout.write(_summary(findings, tried=options["fix"]))
        if any(not repaired for _, repaired in findings):
            sys.exit(1)


def _report(findings: list[tuple[Finding, bool]]) -> dict[str, Any]:
    return {
        "problems": len(findings),
        "repaired": sum(repaired for _, repaired in findings),
        "findings": [
            {
                "problem": finding.problem.value,
                "subject": finding.subject,
                "sentence": finding.sentence,
                "repaired": repaired,
            }
            for finding, repaired in findings
        ],
    }


def _summary(findings: list[tuple[Finding, bool]], *, tried: bool) -> str:
    if not findings:
        return gettext("No problems found.")
    repaired = [finding for finding, is_repaired in findings if is_repaired]
    left = [finding for finding, is_repaired in findings if not is_repaired]
    if not left:
        return gettext("All repaired: %(kinds)s.") % {"kinds": _counted(repaired)}
    if not tried:
        return gettext("%(count)s found: %(kinds)s. Use --fix to repair what can be repaired.") % {
            "count": len(left),
            "kinds": _counted(left),
        }
    summary = gettext("%(count)s can’t be repaired: %(kinds)s.") % {
        "count": len(left),
        "kinds": _counted(left),
    }
    return (
        gettext("%(summary)s Repaired: %(kinds)s.")
        % {"summary": summary, "kinds": _counted(repaired)}
        if repaired
        else summary
    )


def _counted(findings: list[Finding]) -> str:
    kinds = Counter(finding.problem.value.replace("_", " ") for finding in findings)
    return ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())

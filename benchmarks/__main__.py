"""Measure everything and print one Markdown page: `python -m benchmarks --help`."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module

from benchmarks.findings import Results
from benchmarks.machine import description
from benchmarks.places import REPORT, ROOT, part_report, part_title
from benchmarks.plan import Plan
from benchmarks.processes import MeasurementFailedError
from benchmarks.report import page, verdicts

GROUPS = (
    "calls",
    "throughput",
    "starting",
    "memory",
    "helper",
    "disk",
    "reading",
    "hundred_million",
    "rebuilding",
    "searching",
    "page_server",
    "page_browser",
    "page_peers",
    "sweeps",
    "decorator",
    "command_line",
    "crowd",
    "peers",
)
LEFT_OUT_WHEN_QUICK = ("peers", "page_browser", "page_peers")
PEERS = ("peers", "page_peers")


def main() -> int:
    """Run the groups asked for; return 1 if `--check` was given and a bar isn't kept."""
    arguments = _arguments()
    plan = Plan(
        is_quick=arguments.quick,
        rounds=arguments.rounds or (3 if arguments.quick else 5),
        peers=tuple(arguments.peers.split(",")) if arguments.peers else (),
    )
    results = _run(_groups(arguments), plan)
    about = part_title(arguments.only) if arguments.only else ""
    text = page(results, description(), about).replace(str(ROOT), ".")
    print(text)
    if arguments.write:
        place = REPORT if not arguments.only else part_report(arguments.only)
        place.write_text(text, encoding="utf-8")
        print(f"written: {place}", file=sys.stderr)
    if not arguments.check:
        return 0
    print("\n".join(verdicts(results)))
    kept = all(finding.holds is not False for finding in results.findings)
    return 0 if kept and not results.skipped else 1


def _run(groups: list[str], plan: Plan) -> Results:
    """Run one group after the other; one that fails is named and doesn't stop the rest."""
    results = Results()
    for name in groups:
        print(f"measuring: {name}", file=sys.stderr, flush=True)
        try:
            found = import_module(f"benchmarks.groups.{name}").measure(plan)
        except (MeasurementFailedError, OSError) as failure:
            print(f"{name} failed: {failure}", file=sys.stderr, flush=True)
            results.skipped.append(f"{name}: {failure}")
            continue
        results.findings += found.findings
        results.tables += found.tables
        results.skipped += found.skipped
    return results


def _groups(arguments: argparse.Namespace) -> list[str]:
    if arguments.only:
        return [name for name in GROUPS if name in arguments.only]
    left_out = LEFT_OUT_WHEN_QUICK if arguments.quick else ()
    if arguments.no_peers:
        left_out = (*left_out, *PEERS)
    return [name for name in GROUPS if name not in left_out]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="under 2 minutes, smaller shapes")
    parser.add_argument("--check", action="store_true", help="pass or fail for each bar")
    parser.add_argument(
        "--write",
        action="store_true",
        help=f"write docs/{REPORT.name}, too; with --only, a page of these groups",
    )
    parser.add_argument(
        "--only", nargs="+", choices=GROUPS, metavar="GROUP", help=", ".join(GROUPS)
    )
    parser.add_argument("--no-peers", action="store_true", help="leave out the other trackers")
    parser.add_argument("--peers", metavar="NAMES", help="only these, separated by commas")
    parser.add_argument("--rounds", type=int, help="how often each is measured, in turns")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

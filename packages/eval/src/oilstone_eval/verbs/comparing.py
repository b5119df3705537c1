"""`compare`, `table` and `export`: what reports say."""

import argparse
from pathlib import Path
from typing import Any

from oilstone_eval.verbs import options
from oilstone_schemas import command
from oilstone_schemas.command import OilstoneError


def add(verbs: Any) -> None:
    """Add the verbs."""
    _compare(verbs)
    _table(verbs)
    _export(verbs)


def _compare(verbs: Any) -> None:
    verb = command.verb(
        verbs, "compare", _do_compare, "paired differences between reports on the same problems",
        "oilstone-eval compare report/phase2 report/phase1 report/base",
    )  # fmt: skip
    verb.add_argument("report", help="a report")
    verb.add_argument("baselines", nargs="+", metavar="BASELINE", help="a report to compare with")
    verb.add_argument(
        "--margin", action="append", default=[], metavar="METRIC=LOSS",
        help="test that no more than LOSS is lost (non-inferiority), such as pass@1=0.02",
    )  # fmt: skip
    verb.add_argument(
        "--page", type=Path, metavar="FILE.html", help="write it as a page too, with what changed"
    )


def _do_compare(args: argparse.Namespace) -> options.Result:
    from oilstone_eval import compare, reports

    margins = dict(_margin(each) for each in args.margin)
    report, *baselines = [reports.read(each) for each in (args.report, *args.baselines)]
    found = compare.compare(report, baselines, margins)
    if args.page:
        from oilstone_eval import sides

        args.page.write_bytes(sides.page(found, report, baselines).encode(errors="replace"))
    return {**found, "message": compare.text(found)}


def _margin(given: str) -> tuple[str, float]:
    name, _, text = given.partition("=")
    try:
        margin = float(text)
    except ValueError:
        margin = 0.0
    if not margin > 0:
        raise OilstoneError(f"--margin {given!r}: write it as METRIC=LOSS, LOSS above 0")
    return name, margin


def _table(verbs: Any) -> None:
    verb = command.verb(
        verbs, "table", _do_table, "the metrics of several reports, one row each",
        "oilstone-eval table base=report/base phase1=report/phase1",
    )  # fmt: skip
    verb.add_argument("reports", nargs="+", metavar="NAME=REPORT", help="a report and its name")


def _do_table(args: argparse.Namespace) -> options.Result:
    from oilstone_eval import reports, table

    found = table.table([reports.read(each) for each in args.reports])
    return {**found, "message": table.text(found)}


def _export(verbs: Any) -> None:
    verb = command.verb(
        verbs, "export", _do_export, "a report as the results file of another evaluator",
        "oilstone-eval export report/ --as human-eval --out results.jsonl",
    )  # fmt: skip
    verb.add_argument("report", help="a report")
    verb.add_argument(
        "--as",
        dest="format",
        choices=("human-eval", "evalplus", "lm-eval"),
        required=True,
        help="whose file",
    )
    verb.add_argument("--out", type=Path, required=True, metavar="FILE", help="the file")


def _do_export(args: argparse.Namespace) -> options.Result:
    from oilstone_eval import reports
    from oilstone_eval.formats.export import export

    count = export(reports.read(args.report, named=False), args.format, args.out)
    return {"out": str(args.out), "samples": count, "message": str(args.out)}

"""`review`: people mark a random part, and the agreement with the judge is told."""

import argparse
from pathlib import Path
from typing import Any

from oilstone_eval.verbs.options import Result
from oilstone_schemas import command
from oilstone_schemas.command import OilstoneError


def add(verbs: Any) -> None:
    """Add the verb and its three parts."""
    review = verbs.add_parser(
        "review", help="sheets of random samples for people to mark, and the agreement",
        description="Let people mark a random part of what was judged.", allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="example:\n  oilstone-eval review export report/ --out sheet.html",
    )  # fmt: skip
    parts = review.add_subparsers(dest="part", required=True, metavar="PART")
    _export(parts)
    _import(parts)
    _agreement(parts)


def _export(parts: Any) -> None:
    verb = command.verb(
        parts, "export", _do_export, "write random samples to a sheet, without verdicts",
        "oilstone-eval review export report/ --out sheet.csv",
    )  # fmt: skip
    verb.add_argument("report", help="a report")
    verb.add_argument("--out", type=Path, required=True, metavar="FILE", help=".csv or .html")
    verb.add_argument("-n", type=int, default=50, help="how many samples; default: 50")
    verb.add_argument("--seed", type=int, default=0, help="of the draw; default: 0")


def _do_export(args: argparse.Namespace) -> Result:
    from oilstone_eval import reports
    from oilstone_eval.review import sheet

    if args.n < 1:
        raise OilstoneError(f"-n {args.n}: at least 1")
    count = sheet.write(reports.read(args.report, named=False), args.out, args.n, args.seed)
    return {"out": str(args.out), "samples": count, "message": str(args.out)}


def _import(parts: Any) -> None:
    verb = command.verb(
        parts, "import", _do_import, "check a marked sheet and write its marks as JSONL",
        "oilstone-eval review import report/ marks.csv --reviewer ann --out ann.marks.jsonl",
    )  # fmt: skip
    verb.add_argument("report", help="the report that the sheet is from")
    verb.add_argument("sheet", type=Path, help="the marked sheet, CSV")
    verb.add_argument("--reviewer", required=True, metavar="NAME", help="who marked it")
    verb.add_argument("--out", type=Path, required=True, metavar="FILE", help="the marks, .jsonl")


def _do_import(args: argparse.Namespace) -> Result:
    from oilstone_eval import reports
    from oilstone_eval.review import marks

    report = reports.read(args.report, named=False)
    count = marks.take(report, args.sheet, args.reviewer, args.out)
    return {"out": str(args.out), "marks": count, "message": f"{args.out}: {count} marks"}


def _agreement(parts: Any) -> None:
    verb = command.verb(
        parts, "agreement", _do_agreement, "tell how far judge and reviewers agree (Cohen's kappa)",
        "oilstone-eval review agreement report/ ann.marks.jsonl bob.marks.jsonl",
    )  # fmt: skip
    verb.add_argument("report", help="the report")
    verb.add_argument("marks", nargs="+", type=Path, metavar="MARKS", help="imported marks")


def _do_agreement(args: argparse.Namespace) -> Result:
    from oilstone_eval import reports
    from oilstone_eval.review import agreement

    found = agreement.agreement(reports.read(args.report, named=False), args.marks)
    return {**found, "message": agreement.text(found)}

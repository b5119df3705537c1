"""`oilstone-data from-verdicts`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from oilstone_schemas import command

HELP = "expert iteration: judged samples that are good enough become a dataset"
EXAMPLE = (
    "oilstone-data from-verdicts work/rust-tiny/report/phase2 \\\n"
    "      --problems work/rust-tiny/problems --out work/rust-tiny/harvest"
)


def add(verbs: Any) -> None:
    """Add the verb to the command's subparsers."""
    verb = command.verb(verbs, "from-verdicts", _from_verdicts, HELP, EXAMPLE)
    verb.add_argument("reports", type=Path, nargs="+", metavar="REPORT", help="a report artifact")
    places: dict[str, Any] = {"type": Path, "nargs": "+", "default": [], "metavar": "P"}
    verb.add_argument(
        "--samples", **places, help="where the judged samples are, if not where they were"
    )
    verb.add_argument(
        "--tasks", **places, help="where the samples' problems are, if not where they were"
    )
    verb.add_argument(
        "--problems", **places, help="evaluation problems: rows about any of them are refused"
    )
    verb.add_argument("--recipe", type=Path, help="from-verdicts.yaml; else the defaults")
    verb.add_argument("--out", type=Path, required=True, help="folder of the dataset artifact")
    verb.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="override a recipe key"
    )


def _from_verdicts(args: argparse.Namespace) -> dict[str, Any]:
    from oilstone_data.from_verdicts import Places, from_verdicts

    places = Places(args.samples, args.tasks, args.problems)
    return from_verdicts(args.reports, places, args.recipe, args.out, args.set)

"""`oilstone-data from-outcomes`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from oilstone_schemas import command

HELP = "production feedback: served answers that proved good become a dataset"
EXAMPLE = "oilstone-data from-outcomes outcomes --problems problems --out work/feedback"


def add(verbs: Any) -> None:
    """Add the verb to the command's subparsers."""
    verb = command.verb(verbs, "from-outcomes", _from_outcomes, HELP, EXAMPLE)
    verb.add_argument(
        "outcomes",
        type=Path,
        nargs="+",
        metavar="OUTCOMES",
        help="an artifact's folder, or a JSONL file of outcome.v1 rows",
    )
    verb.add_argument(
        "--problems",
        type=Path,
        nargs="+",
        default=[],
        metavar="P",
        help="evaluation problems: rows about any of them are refused",
    )
    verb.add_argument("--recipe", type=Path, help="from-outcomes.yaml; else the defaults")
    verb.add_argument("--out", type=Path, required=True, help="folder of the dataset artifact")
    verb.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="override a recipe key"
    )


def _from_outcomes(args: argparse.Namespace) -> dict[str, Any]:
    from oilstone_data.from_outcomes import from_outcomes

    return from_outcomes(args.outcomes, args.problems, args.recipe, args.out, args.set)

"""`oilstone-data retrain`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from oilstone_schemas import command

HELP = "whether new outcomes justify a training run: ends 0 for run, 1 for not yet"
EXAMPLE = "oilstone-data retrain retrain.yaml --outcomes outcomes --since work/rust-tiny/data"


def add(verbs: Any) -> None:
    """Add the verb to the command's subparsers."""
    verb = command.verb(verbs, "retrain", _retrain, HELP, EXAMPLE)
    verb.add_argument("recipe", type=Path, metavar="RECIPE", help="retrain.yaml")
    verb.add_argument(
        "--outcomes",
        type=Path,
        nargs="+",
        required=True,
        metavar="DIR",
        help="outcomes artifacts, or JSONL files of outcome.v1 rows",
    )
    verb.add_argument(
        "--reports",
        type=Path,
        nargs="+",
        default=[],
        metavar="REPORT",
        help="reports whose passed samples count as new rows, if they are newer than the dataset",
    )
    verb.add_argument(
        "--since", type=Path, required=True, metavar="DATASET", help="the dataset trained on last"
    )
    verb.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="override a recipe key"
    )


def _retrain(args: argparse.Namespace) -> tuple[dict[str, Any], int]:
    from oilstone_data.retrain import retrain

    return retrain(args.recipe, args.outcomes, args.reports, args.since, args.set)

"""`oilstone-data filter`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from oilstone_data.verbs.build import add_engine
from oilstone_schemas import command

HELP = "the recipe's filters alone, over lines that stay as they are"
EXAMPLE = "oilstone-data filter data.yaml --out filtered --workers 4"


def add(verbs: Any) -> None:
    """Add the verb to the command's subparsers."""
    verb = command.verb(verbs, "filter", _filter, HELP, EXAMPLE)
    verb.add_argument("recipe", type=Path, metavar="RECIPE", help="data.yaml with `sources`")
    verb.add_argument("--out", type=Path, required=True, help="folder for kept and refused rows")
    verb.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="override a recipe key"
    )
    verb.add_argument(
        "--reasons-only", action="store_true", help="write why rows are refused, not the rows"
    )
    add_engine(verb)


def _filter(args: argparse.Namespace) -> dict[str, Any]:
    from oilstone_data.filter import filter_rows

    how = (args.engine, args.workers)
    return filter_rows(args.recipe, args.out, args.set, how, args.reasons_only)

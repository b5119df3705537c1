"""`oilstone-data build`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from oilstone_schemas import command

EXAMPLE = "oilstone-data build recipes/rust-tiny/data.yaml --out work/rust-tiny/data"


def add(verbs: Any) -> None:
    """Add the verb to the command's subparsers."""
    verb = command.verb(
        verbs, "build", _build, "sources -> split, checked, hashed dataset", EXAMPLE
    )
    verb.add_argument("recipe", type=Path, metavar="RECIPE", help="data.yaml")
    verb.add_argument("--out", type=Path, required=True, help="folder of the dataset artifact")
    verb.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="override a recipe key"
    )


def _build(args: argparse.Namespace) -> dict[str, Any]:
    from oilstone_data.build import build

    return build(args.recipe, args.out, args.set)

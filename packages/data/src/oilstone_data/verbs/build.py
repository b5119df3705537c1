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
    add_engine(verb)


def add_engine(verb: argparse.ArgumentParser) -> None:
    """Add the options that say who does the work; they change nothing in what is made."""
    verb.add_argument(
        "--engine", choices=("local", "ray"), default="local", help="who runs the parts of sources"
    )
    verb.add_argument("--workers", type=_count, default=1, help="processes at once; default: 1")


def _count(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of processes, 1 or more")
    return int(text)


def _build(args: argparse.Namespace) -> dict[str, Any]:
    from oilstone_data.build import build

    return build(args.recipe, args.out, args.set, (args.engine, args.workers))

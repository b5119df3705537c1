"""`oilstone-data export`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from oilstone_schemas import command

HELP = "rows as problems, or known solutions as samples"
WHAT = "a dataset artifact, or a recipe whose sources hold problems"
EXAMPLE = "oilstone-data export work/rust-tiny/data --as problems --out work/rust-tiny/problems"


def add(verbs: Any) -> None:
    """Add the verb to the command's subparsers."""
    verb = command.verb(verbs, "export", _export, HELP, EXAMPLE)
    verb.add_argument("dataset", type=Path, metavar="DATASET", help=WHAT)
    verb.add_argument(
        "--as", dest="form", choices=("problems", "samples"), required=True, help="what to write"
    )
    verb.add_argument(
        "--split", choices=("train", "eval", "test"), default="test", help="default: test"
    )
    verb.add_argument(
        "--limit",
        type=int,
        metavar="N",
        help="so many rows at most, drawn at random, once and for all",
    )
    verb.add_argument("--out", type=Path, required=True, help="folder of the new artifact")


def _export(args: argparse.Namespace) -> dict[str, Any]:
    from oilstone_data.export import export

    return export(args.dataset, args.form, args.split, args.out, args.limit)

"""`oilstone-data classify`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from oilstone_schemas import command
from oilstone_schemas.command import OilstoneError

HELP = "which domain texts belong to; the weights, for a router"
EXAMPLE = "oilstone-data classify gsm8k/train.jsonl --expect math --out work/domains"


def add(verbs: Any) -> None:
    """Add the verb to the command's subparsers."""
    verb = command.verb(verbs, "classify", _classify, HELP, EXAMPLE)
    verb.add_argument(
        "place",
        type=Path,
        nargs="?",
        metavar="FILE|DATASET",
        help="a JSONL file (.gz too), a dataset or a problems artifact",
    )
    verb.add_argument(
        "--export", action="store_true", help="write domains.json alone; no FILE is needed"
    )
    verb.add_argument(
        "--field",
        action="append",
        default=[],
        metavar="NAME",
        help="of a FILE: what makes the text, may be given again; else the first known one",
    )
    verb.add_argument(
        "--expect", metavar="DOMAIN", help="all texts are of this domain: tell the accuracy"
    )
    verb.add_argument("--out", type=Path, required=True, help="folder of the domains artifact")


def _classify(args: argparse.Namespace) -> dict[str, Any]:
    from oilstone_data.domain.classify import classify

    if args.place is None and not args.export:
        raise OilstoneError("classify: name a FILE or DATASET, or --export for the weights alone")
    place = None if args.export else args.place
    return classify(place, args.out, args.field, args.expect)

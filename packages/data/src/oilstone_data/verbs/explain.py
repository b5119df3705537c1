"""`oilstone-data explain`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from oilstone_schemas import command

EXAMPLE = "oilstone-data explain work/rust-tiny/data stack/1234"


def add(verbs: Any) -> None:
    """Add the verb to the command's subparsers."""
    verb = command.verb(verbs, "explain", _explain, "why a row was kept or refused", EXAMPLE)
    verb.add_argument("dataset", type=Path, metavar="DATASET", help="a dataset artifact")
    verb.add_argument("row_id", metavar="ROW_ID", help="id of a row, or SOURCE/LINE")


def _explain(args: argparse.Namespace) -> dict[str, Any]:
    from oilstone_data.telemetry.explain import explain

    return explain(args.dataset, args.row_id)

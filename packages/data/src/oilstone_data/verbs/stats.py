"""`oilstone-data stats`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from oilstone_schemas import command

EXAMPLE = "oilstone-data stats work/rust-tiny/data"


def add(verbs: Any) -> None:
    """Add the verb to the command's subparsers."""
    verb = command.verb(
        verbs, "stats", _stats, "what a dataset holds, and what it refused", EXAMPLE
    )
    verb.add_argument("dataset", type=Path, metavar="DATASET", help="a dataset artifact")


def _stats(args: argparse.Namespace) -> dict[str, Any]:
    from oilstone_data.telemetry.stats import stats

    return stats(args.dataset)

"""`oilstone-data render`."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import Any

from oilstone_schemas import command

HELP = "a row as the model sees it, through a tokenizer's chat template"
EXAMPLE = "oilstone-data render work/rust-tiny/data tiny/1 --tokenizer work/rust-tiny/base"


def add(verbs: Any) -> None:
    """Add the verb to the command's subparsers."""
    verb = command.verb(verbs, "render", _render, HELP, EXAMPLE)
    verb.add_argument("dataset", type=Path, metavar="DATASET", help="a dataset artifact")
    verb.add_argument("row", metavar="ROW_ID", help="the id of one of its rows")
    verb.add_argument(
        "--tokenizer", type=Path, required=True, metavar="DIR", help="folder with the chat template"
    )
    verb.add_argument(
        "--day", type=date.fromisoformat, help="for templates that write a date: YYYY-MM-DD"
    )


def _render(args: argparse.Namespace) -> dict[str, Any]:
    from oilstone_data.template.show import show

    return show(args.dataset, args.row, args.tokenizer, args.day)

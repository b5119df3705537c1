"""`oilstone-data enrich`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from oilstone_schemas import command

HELP = "reasoning traces and paraphrased prompts from an OpenAI-compatible endpoint"
EXAMPLE = "oilstone-data enrich enrich.yaml --data work/python/data --out work/python/enriched"


def add(verbs: Any) -> None:
    """Add the verb to the command's subparsers."""
    verb = command.verb(verbs, "enrich", _enrich, HELP, EXAMPLE)
    verb.add_argument("recipe", type=Path, metavar="RECIPE", help="enrich.yaml")
    verb.add_argument(
        "--data", type=Path, required=True, metavar="DATASET", help="the dataset to enrich"
    )
    verb.add_argument("--out", type=Path, required=True, help="folder of the new dataset artifact")
    verb.add_argument(
        "--cache",
        type=Path,
        metavar="FILE",
        help="where answers are kept; OUT.answers.jsonl if not given",
    )
    verb.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="override a recipe key"
    )


def _enrich(args: argparse.Namespace) -> dict[str, Any]:
    from oilstone_data.enrich.enrich import enrich

    return enrich(args.recipe, args.data, args.out, args.cache, args.set)

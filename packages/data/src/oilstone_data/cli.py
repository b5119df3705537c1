"""The command `oilstone-data`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from oilstone_schemas import command

EXAMPLE = "oilstone-data build recipes/rust-tiny/data.yaml --out work/rust-tiny/data"


def _build(args: argparse.Namespace) -> dict[str, Any]:
    from oilstone_data.build import build

    return build(args.recipe, args.out, args.set)


def _export(args: argparse.Namespace) -> dict[str, Any]:
    from oilstone_data.export import export

    return export(args.dataset, args.form, args.split, args.out)


def main(argv: Sequence[str] | None = None) -> int:
    """Run `oilstone-data`; returns the exit code."""
    parser = command.parser("oilstone-data", "oilstone-data", __doc__ or "", EXAMPLE)
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    build = command.verb(
        verbs, "build", _build, "sources -> split, checked, hashed dataset", EXAMPLE
    )
    build.add_argument("recipe", type=Path, metavar="RECIPE", help="data.yaml")
    build.add_argument("--out", type=Path, required=True, help="folder of the dataset artifact")
    build.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="override a recipe key"
    )
    export = command.verb(
        verbs,
        "export",
        _export,
        "rows as problems, or known solutions as samples",
        "oilstone-data export work/rust-tiny/data --as problems --out work/rust-tiny/problems",
    )
    export.add_argument("dataset", type=Path, metavar="DATASET", help="a dataset artifact")
    export.add_argument(
        "--as", dest="form", choices=("problems", "samples"), required=True, help="what to write"
    )
    export.add_argument(
        "--split", choices=("train", "eval", "test"), default="test", help="default: test"
    )
    export.add_argument("--out", type=Path, required=True, help="folder of the new artifact")
    return command.run(parser, argv)


if __name__ == "__main__":
    sys.exit(main())

"""The `oilstone-eval` command. What a verb needs is imported when it runs: help must be quick."""

import argparse
from collections.abc import Sequence
from typing import Any

from oilstone_eval.verbs import answering, comparing, judging, measuring, reviewing
from oilstone_schemas import command


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = command.parser(
        "oilstone-eval",
        "oilstone-eval",
        "Generates answers and judges them: compilers, linters and tests decide.",
        "oilstone-eval judge samples/ --problems problems/ --out report/",
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for group in (answering, judging, comparing, reviewing, measuring):
        group.add(verbs)
    example = "oilstone-eval doctor"
    command.verb(verbs, "doctor", _doctor, "say which tools and sandbox this machine has", example)
    return command.run(parser, argv)


def _doctor(args: argparse.Namespace) -> tuple[dict[str, Any], int]:
    from oilstone_eval.doctor import examine

    return examine()

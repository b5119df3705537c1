"""The command `oilstone-data`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from oilstone_data.verbs import (
    build,
    classify,
    enrich,
    explain,
    export,
    filter,
    from_outcomes,
    from_verdicts,
    render,
    retrain,
    stats,
)
from oilstone_schemas import command

VERBS = (
    build,
    filter,
    classify,
    enrich,
    explain,
    stats,
    export,
    from_verdicts,
    from_outcomes,
    retrain,
    render,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run `oilstone-data`; returns the exit code."""
    parser = command.parser("oilstone-data", "oilstone-data", __doc__ or "", build.EXAMPLE)
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    for verb in VERBS:
        verb.add(verbs)
    return command.run(parser, argv)


if __name__ == "__main__":
    sys.exit(main())

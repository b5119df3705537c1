"""The command oilstone-gates."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from oilstone_schemas import command
from oilstone_schemas.command import OilstoneError

PROG = "oilstone-gates"
EXAMPLE = (
    f"{PROG} check recipes/rust-tiny/gates.yaml --report work/rust-tiny/report/phase2 \\\n"
    "    --baseline phase1=work/rust-tiny/report/phase1 --out work/rust-tiny/decision"
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    return command.run(_parser(), argv)


def _parser() -> argparse.ArgumentParser:
    parser = command.parser(PROG, PROG, "Gates as code: a report in, a decision out.", EXAMPLE)
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    check = command.verb(
        verbs,
        "check",
        _check,
        "Evaluate every gate; exit 0 passed, 1 failed or inconclusive, 2 cannot evaluate.",
        EXAMPLE,
    )
    check.add_argument("gates", type=Path, metavar="GATES.yaml", help="the gate file")
    check.add_argument("--report", type=Path, required=True, metavar="DIR", help="report to judge")
    check.add_argument(
        "--baseline",
        action="append",
        default=[],
        metavar="NAME=DIR",
        help="report that the gates of this baseline compare with (repeatable; without NAME=, the"
        " folder's name)",
    )
    check.add_argument("--out", type=Path, required=True, metavar="DIR", help="decision artifact")
    check.add_argument(
        "--adapter", type=Path, metavar="DIR", help="refuse a report about any other adapter"
    )
    check.add_argument(
        "--search",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="where to look, by digest, for samples that were moved (repeatable)",
    )
    check.add_argument(
        "--waivers", type=Path, metavar="FILE", help="waivers.yaml: failures somebody answers for"
    )
    check.add_argument(
        "--as-of",
        metavar="DAY",
        help="the day that waivers and ages are counted from, YYYY-MM-DD; today in UTC when absent",
    )
    return parser


def _check(args: argparse.Namespace) -> tuple[Mapping[str, Any], int]:
    from oilstone_gates import check, evidence, gatefile, table, waivers

    gates = gatefile.load(args.gates)
    baselines = _named(args.baseline)
    offered = waivers.load(args.waivers) if args.waivers else []
    seen = evidence.gather(gates, args.report, baselines, args.adapter, args.search)
    decision, up_to_date = check.check(gates, seen, args.out, offered, args.as_of)
    code = 0 if decision.passed else 1
    if not args.json:
        return {"message": table.render(decision, up_to_date=up_to_date)}, code
    result = {
        "out": str(args.out),
        "digest": decision.manifest.digest,
        "up_to_date": up_to_date,
        "decision": decision.data,
    }
    return result, code


def _named(given: Sequence[str]) -> dict[str, Path]:
    named: dict[str, Path] = {}
    for text in given:
        name, equals, folder = text.partition("=")
        path = Path(folder if equals else text)
        name = name if equals else path.resolve().name
        if name in named:
            raise OilstoneError(f"--baseline {name} is given twice; name each baseline once")
        named[name] = path
    return named

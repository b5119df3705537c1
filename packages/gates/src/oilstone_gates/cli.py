"""The command oilstone-gates."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from oilstone_gates import shipped
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
    _gates(check)
    _reports(check, required=True)
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
    _lint_verb(verbs)
    _power_verb(verbs)
    _mutate_verb(verbs)
    return parser


def _gates(verb: argparse.ArgumentParser) -> None:
    sets = ", ".join(shipped.names())
    verb.add_argument("gates", type=Path, metavar="GATES", help=f"the gate file, or one of {sets}")


def _reports(verb: argparse.ArgumentParser, required: bool) -> None:
    verb.add_argument(
        "--report", type=Path, required=required, metavar="DIR", help="report to judge"
    )
    verb.add_argument(
        "--baseline",
        action="append",
        default=[],
        metavar="NAME=DIR",
        help="report that the gates of this baseline compare with (repeatable; without NAME=, the"
        " folder's name); previous and active for gates that are relative to these",
    )


def _lint_verb(verbs: Any) -> None:
    lint = command.verb(
        verbs,
        "lint",
        _lint,
        "Find gates that cannot fail, cannot pass or say little; exit 1 when one is wrong.",
        f"{PROG} lint seed-004",
    )
    _gates(lint)
    lint.add_argument("--n", type=_count, help="samples, in the place of every planned_n")


def _power_verb(verbs: Any) -> None:
    power = command.verb(
        verbs,
        "power",
        _power,
        "Tell how often a gate passes, what it can see and how many samples that needs.",
        f"{PROG} power seed-004 --gate pass-at-1 --truth 0.33 0.40 --n 164 500 1000",
    )
    _gates(power)
    power.add_argument("--gate", metavar="ID", help="one gate alone")
    power.add_argument(
        "--truth", type=float, nargs="+", default=[], help="true values; else the gate's good, bad"
    )
    power.add_argument("--n", type=_count, nargs="+", default=[], help="samples; else planned_n")
    power.add_argument("--power", type=_share, default=0.8, help="a share; 0.8 when absent")


def _mutate_verb(verbs: Any) -> None:
    mutate = command.verb(
        verbs,
        "mutate",
        _mutate,
        "Make a passing report worse in many ways; exit 1 when a gate does not notice.",
        f"{PROG} mutate seed-004",
    )
    _gates(mutate)
    _reports(mutate, required=False)


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def _share(text: str) -> float:
    number = float(text)
    if not 0 < number < 1:
        raise ValueError(text)
    return number


def _lint(args: argparse.Namespace) -> tuple[Mapping[str, Any], int]:
    from oilstone_gates import gatefile, lint

    remarks = lint.lint(gatefile.load(args.gates), args.n)
    lines = [f"{remark.gate}: {remark.kind}: {remark.text}" for remark in remarks]
    listed = [vars(remark) for remark in remarks]
    code = 1 if any(remark.kind == "error" for remark in remarks) else 0
    return {"remarks": listed, "message": "\n".join(lines)}, code


def _power(args: argparse.Namespace) -> Mapping[str, Any]:
    from oilstone_gates import families, gatefile, sharpness

    gates = families.strictest(gatefile.load(args.gates)["gates"])
    chosen = [g for g in gates if args.gate in (None, gatefile.identity(g), g["name"])]
    if not chosen:
        known = ", ".join(map(gatefile.identity, gates))
        raise OilstoneError(f"--gate {args.gate}: no such gate; known: {known}")
    found = [sharpness.of(gate, args.truth, args.n, args.power) for gate in chosen]
    return {"gates": found, "message": sharpness.render(found)}


def _mutate(args: argparse.Namespace) -> tuple[Mapping[str, Any], int]:
    from oilstone_gates import evidence, gatefile, gold, mutate

    gates = gatefile.load(args.gates)
    if args.report is None:
        seen = gold.evidence(gates)
    else:
        seen = evidence.gather(gates, args.report, _named(args.baseline), None, [])
    found = list(mutate.mutants(gates, seen))
    lines = [f"{m.gate}: {m.mutation}: {m.verdict}" for m in found if not m.killed]
    alive = len(lines)
    lines.append(f"{len(found) - alive} of {len(found)} mutants killed")
    mutants = [vars(mutant) for mutant in found]
    return {"mutants": mutants, "survived": alive, "message": "\n".join(lines)}, int(alive > 0)


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

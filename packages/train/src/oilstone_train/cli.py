"""The command oilstone-train."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from oilstone_schemas import command
from oilstone_schemas.command import OilstoneError

PROG = "oilstone-train"
BASE = (
    f"{PROG} base recipes/rust-tiny/base.yaml --data work/rust-tiny/data --out work/rust-tiny/base"
)
RUN = (
    f"{PROG} run recipes/rust-tiny/phase2.yaml --data work/rust-tiny/data \\\n"
    "    --base work/rust-tiny/base --from work/rust-tiny/phase1 --out work/rust-tiny/phase2"
)
SWEEP = (
    f"{PROG} sweep recipes/rust-tiny/sweep.yaml --data work/rust-tiny/data \\\n"
    "    --base work/rust-tiny/base --out work/rust-tiny/sweep"
)
PROBE = (
    f"{PROG} probe recipes/memory-tiny/probe.yaml --adapter work/memory-tiny/phase2 \\\n"
    "    --base work/memory-tiny/base --data work/memory-tiny/data --out work/memory-tiny/probe"
)
PLAN = f"{PROG} plan recipes/rust-tiny/phase1.yaml --data work/rust-tiny/data"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = command.parser(PROG, PROG, "Recipes in, adapters out; Axolotl does the training.", RUN)
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    base = command.verb(verbs, "base", _base, "train a tokenizer and a small base model", BASE)
    _shared(base, "base.yaml")
    run = command.verb(verbs, "run", _run, "train one phase; it goes on where it was stopped", RUN)
    run.add_argument("recipe", type=Path, nargs="?", metavar="RECIPE", help="phase1.yaml, ...")
    run.add_argument("--data", type=Path, metavar="DIR", help="a dataset artifact")
    run.add_argument("--base", type=Path, metavar="DIR", help="a base artifact")
    run.add_argument(
        "--from", dest="start", type=Path, metavar="ADAPTER", help="go on from this adapter"
    )
    run.add_argument(
        "--mix", type=Path, metavar="DIR", help="a second dataset, for the recipe's rows.mix_share"
    )
    run.add_argument(
        "--problems", type=Path, metavar="DIR", help="problems, for the recipe's evaluation.judged"
    )
    run.add_argument("--out", type=Path, required=True, metavar="DIR", help="the new artifact")
    run.add_argument(
        "--from-manifest", type=Path, metavar="ADAPTER",
        help="instead of all that: repeat this adapter's run, and compare",
    )  # fmt: skip
    run.add_argument(
        "--search", type=Path, action="append", default=[], metavar="DIR",
        help="where to look for the inputs of --from-manifest",
    )  # fmt: skip
    _overridable(run)
    sweep = command.verb(
        verbs, "sweep", _sweep, "one phase with other values, under several seeds", SWEEP
    )
    _shared(sweep, "sweep.yaml")
    sweep.add_argument("--base", type=Path, required=True, metavar="DIR", help="a base artifact")
    sweep.add_argument(
        "--from", dest="start", type=Path, metavar="ADAPTER", help="every trial goes on from it"
    )
    sweep.add_argument("--dry-run", action="store_true", help="list the trials; train nothing")
    plan = command.verb(verbs, "plan", _plan, "the Axolotl YAML and an estimate; no training", PLAN)
    plan.add_argument("recipe", type=Path, metavar="RECIPE", help="a phase or base recipe")
    plan.add_argument("--data", type=Path, metavar="DIR", help="a dataset: rows, tokens and epochs")
    plan.add_argument("--base", type=Path, metavar="DIR", help="a base: its tokenizer counts")
    _overridable(plan)
    probe = command.verb(verbs, "probe", _probe, "measure what an adapter's memories do", PROBE)
    _shared(probe, "probe.yaml")
    probe.add_argument("--adapter", type=Path, required=True, metavar="DIR", help="with memories")
    probe.add_argument("--base", type=Path, required=True, metavar="DIR", help="a base artifact")
    probe.add_argument(
        "--control", type=Path, metavar="REPORT", help="another adapter's probe, to compare with"
    )
    return command.run(parser, argv)


def _shared(verb: argparse.ArgumentParser, recipe: str) -> None:
    verb.add_argument("recipe", type=Path, metavar="RECIPE", help=recipe)
    verb.add_argument("--data", type=Path, required=True, metavar="DIR", help="a dataset artifact")
    verb.add_argument("--out", type=Path, required=True, metavar="DIR", help="the new artifact")
    _overridable(verb)


def _overridable(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="override a recipe key"
    )


def _base(args: argparse.Namespace) -> dict[str, Any]:
    from oilstone_train import base

    return base.make(args.recipe, args.data, args.out, args.set)


def _run(args: argparse.Namespace) -> dict[str, Any]:
    from oilstone_train import phase, repeat

    needed = {"RECIPE": args.recipe, "--data": args.data, "--base": args.base}
    missing = [name for name, value in needed.items() if value is None]
    if args.from_manifest:
        if len(missing) < len(needed) or any((args.start, args.mix, args.problems, args.set)):
            raise OilstoneError("--from-manifest: recipe and inputs are the manifest's; give none")
        return repeat.make(args.from_manifest, args.out, args.search)
    if missing:
        raise OilstoneError(f"run needs {', '.join(missing)}, or --from-manifest alone")
    given = phase.load(args.data, args.base, args.start, args.mix, args.problems)
    return phase.make(args.recipe, given, args.out, args.set)


def _plan(args: argparse.Namespace) -> dict[str, Any]:
    from oilstone_train import plan

    return plan.make(args.recipe, args.data, args.base, args.set)


def _sweep(args: argparse.Namespace) -> dict[str, Any]:
    from oilstone_train.sweep import run

    return run.make(
        args.recipe, args.data, args.base, args.start, args.out, args.set, dry=args.dry_run
    )


def _probe(args: argparse.Namespace) -> dict[str, Any]:
    from oilstone_train.probe import command as probe

    given = probe.load(args.adapter, args.base, args.data, args.control)
    return probe.make(args.recipe, given, args.out, args.set)

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
LR_FIND = (
    f"{PROG} lr-find recipes/rust-tiny/phase1.yaml --data work/rust-tiny/data \\\n"
    "    --base work/rust-tiny/base --out work/rust-tiny/lr"
)
PROBE = (
    f"{PROG} probe recipes/memory-tiny/probe.yaml --adapter work/memory-tiny/phase2 \\\n"
    "    --base work/memory-tiny/base --data work/memory-tiny/data --out work/memory-tiny/probe"
)
ADOPT = (
    f"{PROG} adopt models/Qwen2.5-Coder-7B-Instruct --name Qwen/Qwen2.5-Coder-7B-Instruct \\\n"
    "    --out work/shell-qwen7b/base"
)
MERGE = f"{PROG} merge work/rust-tiny/phase2 --base work/rust-tiny/base --out work/rust-tiny/merged"
PLAN = f"{PROG} plan recipes/rust-tiny/phase1.yaml --data work/rust-tiny/data"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = command.parser(PROG, PROG, "Recipes in, adapters out; Axolotl does the training.", RUN)
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    for add in (_bases, _runs, _sweeps, _ranges, _plans, _probes):
        add(verbs)
    return command.run(parser, argv)


def _bases(verbs: Any) -> None:
    base = command.verb(verbs, "base", _base, "train a tokenizer and a small base model", BASE)
    _shared(base, "base.yaml")
    adopt = command.verb(verbs, "adopt", _adopt, "make a base of a downloaded model", ADOPT)
    adopt.add_argument("model", type=Path, metavar="DIR", help="folder of the model")
    adopt.add_argument("--name", required=True, help="its name on the model hub")
    adopt.add_argument("--revision", help="the commit there")
    adopt.add_argument("--out", type=Path, required=True, metavar="DIR", help="the new artifact")
    merge = command.verb(verbs, "merge", _merge, "a base with an adapter added to it", MERGE)
    merge.add_argument("adapter", type=Path, metavar="ADAPTER", help="an adapter artifact")
    merge.add_argument("--base", type=Path, required=True, metavar="DIR", help="its base")
    merge.add_argument("--out", type=Path, required=True, metavar="DIR", help="the new artifact")
    merge.add_argument(
        "--dtype", choices=["float32", "bfloat16", "float16"], default="float32",
        help="of the weights written; 32 bits are checked against the adapter's own loss",
    )  # fmt: skip


def _runs(verbs: Any) -> None:
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


def _sweeps(verbs: Any) -> None:
    sweep = command.verb(
        verbs, "sweep", _sweep, "one phase with other values, under several seeds", SWEEP
    )
    _shared(sweep, "sweep.yaml")
    sweep.add_argument("--base", type=Path, required=True, metavar="DIR", help="a base artifact")
    sweep.add_argument(
        "--from", dest="start", type=Path, metavar="ADAPTER", help="every trial goes on from it"
    )
    sweep.add_argument("--dry-run", action="store_true", help="list the trials; train nothing")


def _ranges(verbs: Any) -> None:
    find = command.verb(verbs, "lr-find", _lr_find, "propose a phase's learning rate", LR_FIND)
    _shared(find, "phase1.yaml, ...")
    find.add_argument("--base", type=Path, required=True, metavar="DIR", help="a base artifact")
    find.add_argument(
        "--from", dest="start", type=Path, metavar="ADAPTER", help="go on from this adapter"
    )
    find.add_argument("--lowest", type=float, default=1e-6, help="first rate (default: 1e-6)")
    find.add_argument("--highest", type=float, default=1.0, help="last rate (default: 1)")
    find.add_argument("--steps", type=int, default=100, help="steps from one to the other")


def _plans(verbs: Any) -> None:
    plan = command.verb(verbs, "plan", _plan, "the Axolotl YAML and an estimate; no training", PLAN)
    plan.add_argument("recipe", type=Path, metavar="RECIPE", help="a phase or base recipe")
    plan.add_argument("--data", type=Path, metavar="DIR", help="a dataset: rows, tokens and epochs")
    plan.add_argument("--base", type=Path, metavar="DIR", help="a base: its tokenizer counts")
    _overridable(plan)


def _probes(verbs: Any) -> None:
    probe = command.verb(verbs, "probe", _probe, "measure what an adapter's memories do", PROBE)
    _shared(probe, "probe.yaml")
    probe.add_argument("--adapter", type=Path, required=True, metavar="DIR", help="with memories")
    probe.add_argument("--base", type=Path, required=True, metavar="DIR", help="a base artifact")
    probe.add_argument(
        "--control", type=Path, metavar="REPORT", help="another adapter's probe, to compare with"
    )


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


def _adopt(args: argparse.Namespace) -> dict[str, Any]:
    from oilstone_train import adopt

    return adopt.make(args.model, args.name, args.revision, args.out)


def _merge(args: argparse.Namespace) -> dict[str, Any]:
    from oilstone_train import merge

    return merge.make(args.adapter, args.base, args.out, args.dtype)


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


def _lr_find(args: argparse.Namespace) -> dict[str, Any]:
    from oilstone_train import lr_find, phase

    rising = lr_find.ramp(args.lowest, args.highest, args.steps)
    given = phase.load(args.data, args.base, args.start)
    return lr_find.make(args.recipe, given, args.out, rising, args.set)


def _probe(args: argparse.Namespace) -> dict[str, Any]:
    from oilstone_train.probe import command as probe

    given = probe.load(args.adapter, args.base, args.data, args.control)
    return probe.make(args.recipe, given, args.out, args.set)

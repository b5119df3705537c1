"""The verbs `oilstone-registry ab start | status | import | stop`."""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from oilstone_registry.options import act, acting, open_, verb, written

Result = Mapping[str, Any] | tuple[Mapping[str, Any], int]


def add(verbs: Any, prog: str, at: str) -> None:
    """Add `ab` and its verbs."""
    about = "Test a candidate against the production version in real traffic."
    parser = verbs.add_parser(
        "ab",
        help=about,
        description=about,
        epilog=f"example:\n  {prog} ab status rust-tiny {at}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    below = parser.add_subparsers(metavar="VERB", required=True)
    for name, (func, words, help, arguments) in VERBS.items():
        made = verb(below, name, func, help, f"{prog} ab {name} {words} {at}")
        made.add_argument("name", metavar="NAME", help="which adapter")
        arguments(made)


def _start_arguments(start: argparse.ArgumentParser) -> None:
    start.add_argument("--candidate", required=True, metavar="VERSION", help="version or digest")
    start.add_argument(
        "--traffic", type=float, required=True, metavar="SHARE", help="the candidate's, such as 0.1"
    )
    start.add_argument("--recipe", type=Path, metavar="FILE", help="recipe-experiment.v1")
    start.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="override the recipe"
    )
    acting(start)


def _status_arguments(status: argparse.ArgumentParser) -> None:
    status.add_argument("--plot", type=Path, metavar="FILE.svg", help="draw the effect over time")


def _import_arguments(take: argparse.ArgumentParser) -> None:
    said = "outcomes artifact, or a JSONL file of outcome.v1"
    take.add_argument("outcomes", type=Path, metavar="OUTCOMES", help=said)


def _start(args: argparse.Namespace) -> Result:
    from oilstone_registry import experiments, names, plan

    asked = names.reference(f"{names.name(args.name)}@{args.candidate}")
    rules = plan.load(args.recipe, args.set)
    row, new = experiments.start(open_(args), asked, rules, args.traffic, act(args))
    said = "begun" if new else "runs"
    share = row["traffic"] / 10_000
    message = f"{row['experiment']} {said}: {args.candidate} gets {share:.2%} of the traffic"
    return {"message": message, "new": new, "experiment": row["experiment"], "traffic": share}


def _status(args: argparse.Namespace) -> Result:
    from oilstone_registry import analysis, names, plot, results, settle

    row, found, shown = settle.status(open_(args), names.name(args.name))
    title = f"{row['experiment']}: effect of {shown['candidate']} over {shown['control']}"
    written(args.plot, plot.svg(found.curve, title))
    if not args.json:
        return {"message": settle.page(shown, found)}
    return {**shown, **analysis.summary(found), "reason": results.reason(found)}


def _import(args: argparse.Namespace) -> Result:
    from oilstone_registry import names, outcomes, settle

    name, registry = names.name(args.name), open_(args)
    taken = outcomes.record(registry, outcomes.read(args.outcomes))
    done = settle.settle(registry, name)
    said = f"{taken.new} new, {taken.repeated} repeated, {len(taken.refused)} refused"
    lines = [said, *(f"refused: {one}" for one in taken.refused[:10]), *([done] if done else [])]
    counts = {"new": taken.new, "repeated": taken.repeated, "refused": taken.refused}
    return {"message": "\n".join(lines), **counts, "done": done}


def _stop(args: argparse.Namespace) -> Result:
    from oilstone_registry import experiments, names

    row = experiments.stop(open_(args), names.name(args.name), act(args))
    said = f"{row['experiment']} closed as {row['verdict']}"
    return {"message": said, "experiment": row["experiment"], "verdict": row["verdict"]}


VERBS = {
    "start": (
        _start,
        "rust-tiny --candidate 0.2.0 --traffic 0.1",
        "Begin a test, or give the running one more traffic.",
        _start_arguments,
    ),
    "status": (
        _status,
        "rust-tiny --plot effect.svg",
        "Say what the outcomes show, valid at every look.",
        _status_arguments,
    ),
    "import": (
        _import,
        "rust-tiny outcomes/outcomes.jsonl",
        "Take in outcomes; each request counts once.",
        _import_arguments,
    ),
    "stop": (
        _stop,
        'rust-tiny --reason "enough seen"',
        "End the test; nothing is promoted by that.",
        acting,
    ),
}

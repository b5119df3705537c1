"""`metrics`, `perplexity` and `retention`: what a run, a model or an adapter is worth."""

import argparse
from pathlib import Path
from typing import Any

from oilstone_eval.verbs import options
from oilstone_schemas import command
from oilstone_schemas.command import OilstoneError


def add(verbs: Any) -> None:
    """Add the verbs."""
    _metrics(verbs)


def _metrics(verbs: Any) -> None:
    verb = command.verb(
        verbs, "metrics", _do_metrics, "metrics over all checkpoints of a run: table and plot",
        "oilstone-eval metrics run/ --base base/ --problems problems/ --out history/",
    )  # fmt: skip
    verb.add_argument(
        "folder", type=Path, help="a run's folder with checkpoints; or one with reports below it"
    )
    verb.add_argument("--base", type=Path, metavar="DIR", help="the base of the run's adapters")
    options.problem_options(verb)
    verb.add_argument(
        "--out", type=Path, metavar="DIR", help="where reports of checkpoints, and the plot, go"
    )
    verb.add_argument(
        "--system-prompt", type=Path, metavar="FILE", help="the text of the system turn"
    )
    options.recipe_options(verb)
    options.judging_options(verb)


def _do_metrics(args: argparse.Namespace) -> options.Result:
    from oilstone_eval import history, plot

    out = args.out or args.folder
    if args.base:
        if not args.out:
            raise OilstoneError("--base makes reports of checkpoints: say where, with --out DIR")
        _judge_checkpoints(args)
    found = history.history(history.find(out))
    picture = out / "metrics.svg"
    picture.write_text(plot.svg(found["reports"]), encoding="utf-8")
    return {**found, "plot": str(picture), "message": f"{history.text(found)}\n\n{picture}"}


def _judge_checkpoints(args: argparse.Namespace) -> None:
    from oilstone_eval.generate import folders
    from oilstone_eval.generate.command import by_model

    found = folders.checkpoints(args.folder)
    if not found:
        raise OilstoneError(f"{args.folder}: no whole checkpoint-N below it")
    recipe = options.settings(args)
    problems = options.problems(args, recipe)
    place = args.out
    for checkpoint in found:
        samples = place / "samples" / checkpoint.name
        by_model(args.base, checkpoint, problems, samples, recipe)
        args.out = place / "reports" / checkpoint.name
        options.judged(samples, recipe, args)
    args.out = place

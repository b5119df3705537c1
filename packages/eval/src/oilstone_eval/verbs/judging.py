"""`judge` and `run`: from samples to a report."""

import argparse
from pathlib import Path
from typing import Any

from oilstone_eval.verbs import options
from oilstone_schemas import command


def add(verbs: Any) -> None:
    """Add the verbs."""
    _judge(verbs)
    _run(verbs)


def _judge(verbs: Any) -> None:
    verb = command.verb(
        verbs, "judge", _do_judge, "compile, lint and run samples; the verdicts make a report",
        "oilstone-eval judge samples/ --problems problems/ --out report/",
    )  # fmt: skip
    verb.add_argument("samples", type=Path, help=options.SAMPLES)
    options.problem_options(verb)
    verb.add_argument("--out", type=Path, required=True, metavar="DIR", help="the report")
    options.recipe_options(verb)
    options.judging_options(verb)


def _do_judge(args: argparse.Namespace) -> options.Result:
    return options.judged(args.samples, options.settings(args), args)


def _run(verbs: Any) -> None:
    verb = command.verb(
        verbs, "run", _do_run, "generate, then judge",
        "oilstone-eval run eval.yaml --base base/ --problems problems/ --out report/",
    )  # fmt: skip
    verb.add_argument("recipe", type=Path, metavar="EVAL.yaml", help="the evaluation recipe")
    options.model_options(verb, verb.add_mutually_exclusive_group(required=True))
    options.problem_options(verb)
    verb.add_argument("--out", type=Path, required=True, metavar="DIR", help="the report")
    verb.add_argument(
        "--samples", type=Path, metavar="DIR", help="the samples; default: OUT with .samples added"
    )
    options.overrides(verb)
    options.judging_options(verb)


def _do_run(args: argparse.Namespace) -> options.Result:
    recipe = options.settings(args)
    samples = args.samples or args.out.with_name(f"{args.out.name}.samples")
    options.answered(args, options.problems(args, recipe), samples, recipe)
    return options.judged(samples, recipe, args)

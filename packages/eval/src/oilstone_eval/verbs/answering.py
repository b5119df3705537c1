"""`generate`: where samples come from."""

import argparse
from pathlib import Path
from typing import Any

from oilstone_eval.verbs import options
from oilstone_schemas import command
from oilstone_schemas.command import OilstoneError


def add(verbs: Any) -> None:
    """Add the verbs."""
    _generate(verbs)


def _generate(verbs: Any) -> None:
    verb = command.verb(
        verbs, "generate", _do_generate,
        "answer problems with a local model, an endpoint, or by copying",
        "oilstone-eval generate --base base/ --adapter phase2/ --problems problems/ --out samples/",
    )  # fmt: skip
    source = verb.add_mutually_exclusive_group(required=True)
    options.model_options(verb, source)
    source.add_argument(
        "--nearest", type=Path, metavar="DATASET",
        help="no model: copy the answer of the most similar training prompt",
    )  # fmt: skip
    options.problem_options(verb)
    verb.add_argument("--out", type=Path, required=True, metavar="DIR", help="the samples")
    options.recipe_options(verb)


def _do_generate(args: argparse.Namespace) -> options.Result:
    from oilstone_eval.generate.command import by_copying

    recipe = options.settings(args)
    problems = options.problems(args, recipe)
    if args.nearest:
        if args.adapter:
            raise OilstoneError("--adapter goes with --base; --nearest uses no model")
        return options.made(by_copying(args.nearest, problems, args.out))
    return options.made(options.answered(args, problems, args.out, recipe))

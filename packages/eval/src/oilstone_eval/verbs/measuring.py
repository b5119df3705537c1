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
    _perplexity(verbs)
    _retention(verbs)


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


def _perplexity(verbs: Any) -> None:
    verb = command.verb(
        verbs, "perplexity", _do_perplexity, "of a local model on a text, in strided windows",
        "oilstone-eval perplexity book.txt --base base/ --adapter phase2/ --window 512",
    )  # fmt: skip
    verb.add_argument("text", type=Path, metavar="TEXT", help="a text file, UTF-8")
    verb.add_argument("--base", type=Path, required=True, metavar="DIR", help="the model")
    verb.add_argument("--adapter", type=Path, metavar="DIR", help="an adapter over it")
    verb.add_argument("--window", type=int, metavar="N", help="tokens; default: the whole context")
    verb.add_argument("--stride", type=int, metavar="N", help="tokens; default: half a window")
    verb.add_argument(
        "--both", action="store_true", help="the base without the adapter too, and the difference"
    )
    options.recipe_options(verb)


def _do_perplexity(args: argparse.Namespace) -> options.Result:
    from oilstone_eval import inputs, perplexity

    if args.both and not args.adapter:
        raise OilstoneError("--both goes with --adapter: the base with and without it")
    text = inputs.exact_text(args.text)
    found = _scored(args, args.adapter, text)
    result = perplexity.summary(found)
    if args.both:
        base = _scored(args, None, text)
        result["base"] = perplexity.summary(base)
        result["difference"] = perplexity.difference(found, base)
    return {**result, "message": _told(result)}


def _scored(args: argparse.Namespace, adapter: Path | None, text: str) -> Any:
    from oilstone_eval import inputs, perplexity
    from oilstone_eval.generate import model, subject
    from oilstone_eval.progress import Progress

    recipe = inputs.settings(args.recipe, args.overrides)
    chosen = subject.without_prompt(args.base, adapter, recipe["generation"])
    loaded = model.load(chosen, recipe["generation"], recipe["seed"])
    window = args.window or loaded.context
    stride = args.stride or max(1, window // 2)
    tokens = len(loaded.tokenizer(text)["input_ids"])
    spans = sum(1 for _ in perplexity.windows(tokens, window, stride)) if stride > 0 else 0
    done = Progress("windows", max(1, spans))
    return perplexity.measure(loaded, text, window, stride, done)


def _told(result: options.Result) -> str:
    lines = [_line("perplexity", result)]
    if "base" in result:
        gap = result["difference"]
        lines += [
            _line("base", result["base"]),
            f"difference  {gap['nats_per_token']:+.4f} nats per token"
            f" [{gap['low']:+.4f} {gap['high']:+.4f}]",
        ]
    return "\n".join(lines)


def _line(name: str, found: options.Result) -> str:
    bits = "" if found["bits_per_byte"] is None else f", {found['bits_per_byte']:.4f} bits per byte"
    return (
        f"{name:<12}{found['perplexity']:.4f} [{found['low']:.4f} {found['high']:.4f}],"
        f" {found['nats_per_token']:.4f} nats per token{bits},"
        f" {found['scored_tokens']} of {found['tokens']} tokens"
    )


def _retention(verbs: Any) -> None:
    verb = command.verb(
        verbs, "retention", _do_retention, "has an adapter kept what its base could (lm-eval)?",
        "oilstone-eval retention --base base/ --adapter phase2/ --gsm8k test.jsonl"
        " --humaneval HumanEval.jsonl.gz --out retention/",
    )  # fmt: skip
    verb.add_argument("--base", type=Path, required=True, metavar="DIR", help="the base")
    verb.add_argument("--adapter", type=Path, required=True, metavar="DIR", help="the adapter")
    verb.add_argument("--gsm8k", type=Path, metavar="FILE", help="GSM8K's questions, JSONL")
    verb.add_argument("--gsm8k-train", type=Path, metavar="FILE", help="worked examples, JSONL")
    verb.add_argument("--shots", type=int, default=0, metavar="N", help="examples; default: none")
    verb.add_argument("--humaneval", type=Path, metavar="FILE", help="HumanEval's problems")
    verb.add_argument("--first", type=int, metavar="N", help="only so many questions of each")
    verb.add_argument(
        "--margin", type=float, default=0.02, metavar="LOSS",
        help="the loss of pass@1 that is allowed; default: 0.02",
    )  # fmt: skip
    verb.add_argument("--out", type=Path, required=True, metavar="DIR", help="samples and reports")
    options.recipe_options(verb)
    options.judging_options(verb)


def _do_retention(args: argparse.Namespace) -> tuple[options.Result, int]:
    from oilstone_eval import inputs
    from oilstone_eval.retention import command as retaining
    from oilstone_eval.retention import tasks

    chosen = [tasks.gsm8k(args.gsm8k, args.shots, args.gsm8k_train)] if args.gsm8k else []
    chosen += [tasks.humaneval(args.humaneval)] if args.humaneval else []
    if not chosen:
        raise OilstoneError("nothing to ask: give --gsm8k FILE, --humaneval FILE, or both")
    if not args.margin > 0:
        raise OilstoneError(f"--margin {args.margin}: above 0")
    recipe = inputs.settings(args.recipe, args.overrides)
    plan = retaining.Plan(
        args.base, args.adapter, chosen, args.out, recipe, args.margin, options.how(args),
        args.first,
    )  # fmt: skip
    found = retaining.retain(plan)
    return {**found, "message": retaining.text(found)}, 0 if found["kept"] else 1

"""`retention`: both arms answer, both are judged, and the difference is held against a margin."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from itertools import islice
from pathlib import Path
from typing import Any

from oilstone_eval import compare, inputs, judging, reports
from oilstone_eval.generate import subject
from oilstone_eval.generate.subject import Subject
from oilstone_eval.inputs import Input, Row
from oilstone_eval.judging import How
from oilstone_eval.retention.tasks import Task
from oilstone_schemas import artifact, jsonl
from oilstone_schemas.command import MissingTool, say

PRODUCER = "oilstone-eval"
METRIC = "pass@1"


@dataclass(frozen=True)
class Plan:
    """What is asked of both arms; `first`: only so many questions of each task, None for all."""

    base: Path
    adapter: Path
    tasks: Sequence[Task]
    out: Path
    recipe: Mapping[str, Any]
    margin: float
    how: How
    first: int | None = None


def retain(plan: Plan) -> dict[str, Any]:
    """Return, by task, both arms' values, the paired difference and whether it is kept.

    Samples and reports stay below `plan.out`; what is there already is not made again.
    """
    arms = {
        "base": subject.without_prompt(plan.base, None, plan.recipe["generation"]),
        "adapter": subject.without_prompt(plan.base, plan.adapter, plan.recipe["generation"]),
    }
    found = {}
    for task in plan.tasks:
        sides = {name: _report(plan, task, name, arm) for name, arm in arms.items()}
        records = compare.compare(sides["adapter"], [sides["base"]], {METRIC: plan.margin})
        found[task.name] = records["baselines"]["1. base"][METRIC]
    return {"margin": plan.margin, "tasks": found, "kept": all(map(_kept, found.values()))}


def _kept(record: Mapping[str, Any]) -> bool:
    return bool(record.get("non_inferior", {}).get("holds"))


def _report(plan: Plan, task: Task, name: str, arm: Subject) -> reports.Report:
    known = _questions(plan, task)
    samples = plan.out / task.name / f"{name}.samples"
    report = plan.out / task.name / name
    _answer(plan, task, known, arm, samples)
    recipe = {**plan.recipe, "primary_slice": None}
    judging.judge(samples, known, report, recipe, plan.how)
    return reports.read(str(report))


def _questions(plan: Plan, task: Task) -> Input:
    """Return the task's problems, the first ones only where the plan says so."""
    given = inputs.find(task.questions, "problems")
    if plan.first is None:
        return given
    rows = list(islice(inputs.problems(given).values(), plan.first))
    path = plan.out / task.name / "problems.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    jsonl.write(path, rows, "problem.v1")
    return inputs.find(path, "problems")


def _answer(plan: Plan, task: Task, known: Input, arm: Subject, out: Path) -> None:
    settings = plan.recipe["generation"]
    asked = {
        key: settings[key] for key in ("max_new_tokens", "quantization", "batch_size", "device")
    }
    part = {"task": task.name, "shots": task.shots, "generation": asked}
    sources, seed = [known.manifest, *arm.parts], plan.recipe["seed"]
    told = {"lm_eval": _version(), "prompt_sha256": subject.prompt_hash(task.name, str(task.shots))}
    request = artifact.request(
        "samples", producer=PRODUCER, recipe=part, seed=seed, inputs=sources, depends=told
    )
    if artifact.current(out, request):
        say(f"up to date: {out}")
        return
    problems = list(inputs.problems(known).values())
    rows, scores = _run(task, problems, arm, settings, seed)
    stage = artifact.stage(out, request)
    jsonl.write(stage / "samples.jsonl", rows, "sample.v1")
    artifact.publish(
        stage, out, kind="samples", producer=PRODUCER, recipe=part, seed=seed, inputs=sources,
        request=request, details={**told, "lm_eval_scores": scores}, counts={"samples": len(rows)},
    )  # fmt: skip


def _run(
    task: Task, problems: Sequence[Row], arm: Subject, settings: Mapping[str, Any], seed: int
) -> tuple[list[Row], dict[str, Any]]:
    from oilstone_eval.generate import model
    from oilstone_eval.retention import harness

    loaded = model.load(arm, settings, seed)
    return harness.answers(
        loaded, task, problems, settings["max_new_tokens"], settings["batch_size"], seed
    )


def _version() -> str:
    try:
        return version("lm-eval")
    except PackageNotFoundError as error:
        raise MissingTool(
            "lm-eval is not installed. Install it: pip install 'oilstone-eval[retention,local]'"
        ) from error


def text(found: Mapping[str, Any]) -> str:
    """Return a line per task, and the word on all of them."""
    names = f"{'base':>8}{'adapter':>9}{'difference':>12}{'at least':>10}{'asked':>8}{'n':>6}"
    lines = [f"{'task':<12}{names}"]
    for name, record in found["tasks"].items():
        shown = record.get("non_inferior", {"bound": float("nan")})
        lines.append(
            f"{name:<12}{record['baseline']:>8.3f}{record['value']:>9.3f}"
            f"{record['difference']:>+12.3f}{shown['bound']:>+10.3f}{-found['margin']:>+8.3f}"
            f"{record['n']:>6}  {'kept' if _kept(record) else 'not shown to be kept'}"
        )
    return "\n".join(lines)

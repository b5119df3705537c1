"""`generate`: from problems to a samples artifact, by a model or by copying."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from oilstone_eval import inputs
from oilstone_eval.generate import subject
from oilstone_eval.inputs import Row
from oilstone_schemas import artifact, jsonl
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.command import say

PRODUCER = "oilstone-eval"


def by_model(
    base: Path, adapter: Path | None, problems: Path, out: Path, recipe: Mapping[str, Any]
) -> Manifest:
    """Answer every problem with a local model, going on where a killed run stopped."""
    part = {"seed": recipe["seed"], "generation": dict(recipe["generation"])}
    chosen = subject.load(base, adapter, part["generation"])
    known = inputs.find(problems, "problems")
    sources = [known.manifest, *chosen.parts]
    depends = {"system_prompt": chosen.system_prompt}
    request = artifact.request(
        "samples", producer=PRODUCER, recipe=part, seed=part["seed"], inputs=sources,
        depends=depends,
    )  # fmt: skip
    there = artifact.current(out, request)
    if there:
        say(f"up to date: {out}")
        return there
    inputs.whole(*sources)
    by_id = inputs.problems(known)
    stage = artifact.stage(out, request, resume=True)
    rows = _answers(chosen, list(by_id.values()), stage / "parts", part)
    return _publish(stage, out, by_id, rows, part, sources, request, depends)


def _answers(
    chosen: subject.Subject, problems: Sequence[Row], parts: Path, recipe: Mapping[str, Any]
) -> list[Row]:
    from oilstone_eval.generate import answers, model
    from oilstone_eval.progress import Progress

    settings = recipe["generation"]
    loaded = model.load(chosen, settings, recipe["seed"])
    asked = answers.prompts(loaded, problems, chosen.system_prompt)
    groups = answers.batches(asked, settings["batch_size"])
    done = Progress("answered", len(problems))
    rows = answers.answer_all(loaded, groups, settings["max_new_tokens"], parts, done)
    shutil.rmtree(parts)
    return rows


def by_copying(dataset: Path, problems: Path, out: Path) -> Manifest:
    """Answer every problem with the training answer of the most similar prompt."""
    trained = artifact.load(dataset, "dataset")
    known = inputs.find(problems, "problems")
    sources = [known.manifest, trained]
    request = artifact.request("samples", producer=PRODUCER, recipe={}, seed=0, inputs=sources)
    there = artifact.current(out, request)
    if there:
        say(f"up to date: {out}")
        return there
    from oilstone_eval.generate.nearest import Nearest, copied
    from oilstone_eval.progress import Progress

    inputs.whole(*sources)
    by_id = inputs.problems(known)
    index = Nearest(jsonl.read(dataset / "train.jsonl", "row.v1"))
    done = Progress("copied", len(by_id))
    rows = []
    for problem in by_id.values():
        rows.append(copied(problem, index.find(problem["prompt"])))
        done()
    stage = artifact.stage(out, request)
    return _publish(stage, out, by_id, rows, {}, sources, request, {})


def _publish(
    stage: Path, out: Path, problems: Mapping[str, Row], rows: Sequence[Row],
    recipe: Mapping[str, Any], sources: Sequence[Manifest], request: str,
    details: Mapping[str, Any],
) -> Manifest:  # fmt: skip
    """Write the samples in the problems' order and put them in place."""
    answered = {row["problem_id"]: row for row in rows}
    ordered = [answered[name] for name in problems]
    jsonl.write(stage / "samples.jsonl", ordered, "sample.v1")
    reasons = [row["finish_reason"] for row in ordered]
    return artifact.publish(
        stage, out, kind="samples", producer=PRODUCER, recipe=recipe, seed=recipe.get("seed", 0),
        inputs=sources, request=request, details=details,
        counts={"samples": len(ordered), "cut_off": reasons.count("length")},
    )  # fmt: skip

"""`generate`: from problems to a samples artifact, by a model or by copying."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from oilstone_eval import inputs
from oilstone_eval.generate import endpoint as endpoints
from oilstone_eval.generate import subject
from oilstone_eval.generate.endpoint import Asked, Endpoint
from oilstone_eval.inputs import Input, Row
from oilstone_schemas import artifact, jsonl
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.command import say

PRODUCER = "oilstone-eval"


def by_model(
    base: Path, adapter: Path | None, problems: Input, out: Path, recipe: Mapping[str, Any]
) -> Manifest:
    """Answer every problem with a local model, going on where a killed run stopped."""
    part = {"seed": recipe["seed"], "generation": dict(recipe["generation"])}
    chosen = subject.load(base, adapter, part["generation"])
    told = {"system_prompt": chosen.system_prompt, "prompt_sha256": chosen.prompt_sha256}

    def answer(by_id: Mapping[str, Row], stage: Path) -> list[Row]:
        return _answers(chosen, list(by_id.values()), stage / "parts", part)

    return _made(problems, out, part, chosen.parts, told, answer)


def by_endpoint(
    endpoint: Endpoint, adapter: Path | None, problems: Input, out: Path, recipe: Mapping[str, Any]
) -> Manifest:
    """Answer every problem through a server, going on where a killed run stopped.

    `adapter`: the one that the server serves; it tells the system prompt, and the samples name it.
    """
    served = artifact.load(adapter, "adapter") if adapter else None
    part = {"seed": recipe["seed"], "generation": dict(recipe["generation"])}
    system = subject.prompt_of_served(served, part["generation"])
    told = {
        "system_prompt": system, "prompt_sha256": subject.prompt_hash(system, None),
        "endpoint": endpoint.url, "model": endpoint.model,
    }  # fmt: skip

    def answer(by_id: Mapping[str, Row], stage: Path) -> list[Row]:
        from oilstone_eval.generate import answers
        from oilstone_eval.progress import Progress

        each = range(part["generation"]["samples"])
        asked = [Asked(problem, index) for problem in by_id.values() for index in each]
        done = Progress("answered", len(asked))
        kept = stage / "answers.partial"
        how = answers.sampling(part)
        rows = endpoints.answer_all(endpoint, asked, system, how, kept, done)
        kept.unlink()
        return rows

    return _made(problems, out, part, [served] if served else [], told, answer)


def _made(
    problems: Input, out: Path, part: Mapping[str, Any], parts: Sequence[Manifest],
    told: Mapping[str, Any], answer: Callable[[Mapping[str, Row], Path], list[Row]],
) -> Manifest:  # fmt: skip
    """Publish the samples that `answer` gives, unless they are there; `told` decides them too."""
    sources = [problems.manifest, *parts]
    request = artifact.request(
        "samples", producer=PRODUCER, recipe=part, seed=part.get("seed", 0), inputs=sources,
        depends=told,
    )  # fmt: skip
    there = artifact.current(out, request)
    if there:
        say(f"up to date: {out}")
        return there
    inputs.whole(*sources)
    by_id = inputs.problems(problems)
    stage = artifact.stage(out, request, resume=True)
    rows = answer(by_id, stage)
    return _publish(stage, out, by_id, rows, part, sources, request, told)


def _answers(
    chosen: subject.Subject, problems: Sequence[Row], parts: Path, recipe: Mapping[str, Any]
) -> list[Row]:
    from oilstone_eval.generate import answers, model
    from oilstone_eval.progress import Progress

    settings = recipe["generation"]
    loaded = model.load(chosen, settings, recipe["seed"])
    asked = answers.prompts(loaded, problems, chosen.system_prompt, settings["samples"])
    groups = answers.batches(asked, settings["batch_size"])
    done = Progress("answered", len(asked))
    rows = answers.answer_all(loaded, groups, answers.sampling(recipe), parts, done)
    shutil.rmtree(parts)
    return rows


def by_copying(dataset: Path, problems: Input, out: Path) -> Manifest:
    """Answer every problem with the training answer of the most similar prompt."""
    trained = artifact.load(dataset, "dataset")

    def answer(by_id: Mapping[str, Row], stage: Path) -> list[Row]:
        from oilstone_eval.generate.nearest import Nearest, copied
        from oilstone_eval.progress import Progress

        index = Nearest(jsonl.read(dataset / "train.jsonl", "row.v1"))
        done, rows = Progress("copied", len(by_id)), []
        for problem in by_id.values():
            rows.append(copied(problem, index.find(problem["prompt"])))
            done()
        return rows

    return _made(problems, out, {}, [trained], {}, answer)


def _publish(
    stage: Path, out: Path, problems: Mapping[str, Row], rows: Sequence[Row],
    recipe: Mapping[str, Any], sources: Sequence[Manifest], request: str,
    details: Mapping[str, Any],
) -> Manifest:  # fmt: skip
    """Write the samples in the problems' order and put them in place."""
    place = {name: number for number, name in enumerate(problems)}
    ordered = sorted(rows, key=lambda row: (place[row["problem_id"]], row["sample_index"]))
    jsonl.write(stage / "samples.jsonl", ordered, "sample.v1")
    reasons = [row["finish_reason"] for row in ordered]
    return artifact.publish(
        stage, out, kind="samples", producer=PRODUCER, recipe=recipe, seed=recipe.get("seed", 0),
        inputs=sources, request=request, details=details,
        counts={
            "samples": len(ordered), "cut_off": reasons.count("length"),
            "errors": reasons.count("error"),
        },
    )  # fmt: skip

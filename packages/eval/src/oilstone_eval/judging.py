"""`judge`: from samples to verdicts, metrics and a page to read them on."""

import shutil
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oilstone_eval import cache, inputs, metrics, programs
from oilstone_eval.bench import Bench, prepare
from oilstone_eval.inputs import Input, Row
from oilstone_eval.judges import languages
from oilstone_eval.rulings import rulings
from oilstone_schemas import artifact, jsonl
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.canonical import pretty
from oilstone_schemas.command import OilstoneError, say
from oilstone_schemas.disk import guard

PRODUCER = "oilstone-eval"
KEPT = "kept"  # rulings of a run without the user's cache; removed before publishing
PARTS = ("seed", "judge", "primary_slice")


@dataclass(frozen=True)
class How:
    """How to judge; no verdict depends on it, but for the tier. `workers` None: one per core."""

    sandbox: bool = True
    workers: int | None = None
    engine: str = "local"
    cached: bool = True


def judge(given: Path, known: Input, out: Path, recipe: Mapping[str, Any], how: How) -> Manifest:
    """Judge every sample and publish the report `out`, unless it is there already.

    A killed run goes on: rulings are kept as they are reached. Raises MissingTool when the judge of
    a language that the problems ask for lacks one.
    """
    answers = inputs.find(given, "samples")
    by_id = inputs.problems(known)
    _checkable(by_id, recipe["primary_slice"], known.path)
    spoken = {row["language"] for row in by_id.values()}
    bench = prepare(spoken, how.sandbox, how.workers, how.engine)
    part = {key: recipe[key] for key in PARTS}
    sources = [known.manifest, answers.manifest]
    request = artifact.request(
        "report", producer=PRODUCER, recipe=part, seed=part["seed"], inputs=sources,
        depends=bench.depends,
    )  # fmt: skip
    there = artifact.current(out, request)
    if there:
        say(f"up to date: {out}")
        return there
    inputs.whole(*sources)
    rows = inputs.samples(answers, by_id)
    stage = artifact.stage(out, request, resume=True)
    kept = cache.folder() if how.cached else stage / KEPT
    verdicts = _verdicts(by_id, rows, part, bench, kept)
    shutil.rmtree(stage / KEPT, ignore_errors=True)
    with guard(out):
        counts = _write(stage, by_id, rows, verdicts, part, bench)
    return artifact.publish(
        stage, out, kind="report", producer=PRODUCER, recipe=part, seed=part["seed"],
        inputs=sources, request=request, counts=counts, details=_details(bench, answers.manifest),
        volatile=("report.html",),
    )  # fmt: skip


def _details(bench: Bench, samples: Manifest) -> dict[str, Any]:
    """Return what the report tells beside its content: tools, tier, who answered to what prompt."""
    told = samples.data.get("details", {})
    return {
        **bench.depends, "tools": bench.depends, "adapter_digest": _adapter(samples),
        "prompt_sha256": told.get("prompt_sha256"),
    }  # fmt: skip


def _adapter(samples: Manifest) -> str | None:
    """Return the digest of the adapter that answered; None when none did, or nobody says."""
    used = [item["digest"] for item in samples.data.get("inputs", ()) if item["kind"] == "adapter"]
    return used[0] if used else None


def _checkable(problems: Mapping[str, Row], primary: str | None, path: Path) -> None:
    strange = sorted({row["language"] for row in problems.values()} - set(languages.LANGUAGES))
    if strange:
        raise OilstoneError(
            f"{path}: no judge for {', '.join(strange)}; there are some for"
            f" {', '.join(languages.LANGUAGES)}"
        )
    slices = sorted({row["slice"] for row in problems.values()})
    if primary is not None and primary not in slices:
        raise OilstoneError(
            f"{path}: no problem is of the recipe's primary_slice {primary!r}; there are"
            f" {', '.join(slices)}. Use --set primary_slice=NAME, or null for all"
        )


def _verdicts(
    problems: Mapping[str, Row], rows: Sequence[Row], recipe: Mapping[str, Any], bench: Bench,
    kept: Path,
) -> list[Row]:  # fmt: skip
    """Return one verdict per sample, in their order, then one per problem without a sample."""
    by_language: dict[str, list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        by_language[problems[row["problem_id"]]["language"]].append(index)
    verdicts: dict[int, Row] = {}
    for language, indices in sorted(by_language.items()):
        chosen = [rows[index] for index in indices]
        found = rulings(language, chosen, problems, recipe["judge"], bench, kept)
        tier = bench.tier(language)
        for index, row, ruling in zip(indices, chosen, found, strict=True):
            verdicts[index] = programs.verdict(problems[row["problem_id"]], row, ruling, tier)
    return [verdicts[index] for index in range(len(rows))] + [
        programs.verdict(problem, None, programs.NOT_RUN, bench.tier(problem["language"]))
        for problem in programs.unanswered(problems, rows)
    ]


def _write(
    stage: Path, problems: Mapping[str, Row], rows: Sequence[Row], verdicts: Sequence[Row],
    recipe: Mapping[str, Any], bench: Bench,
) -> dict[str, int]:  # fmt: skip
    from oilstone_eval.page import page

    jsonl.write(stage / "verdicts.jsonl", verdicts, "verdict.v1")
    spoken = sorted({row["language"] for row in problems.values()})
    summary = metrics.summarise(verdicts, spoken, recipe["primary_slice"], recipe["seed"])
    (stage / "metrics.json").write_bytes(pretty(summary))
    codes = {(row["problem_id"], row["sample_index"]): row["code"] for row in rows}
    html = page(summary, verdicts, problems, codes, bench.depends)
    (stage / "report.html").write_bytes(html.encode(errors="replace"))
    statuses = [verdict["status"] for verdict in verdicts]
    return {
        "problems": len(problems), "samples": len(rows),
        **{status: statuses.count(status) for status in ("passed", "failed", "unscored")},
    }  # fmt: skip

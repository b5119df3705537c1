"""`judge`: from samples to verdicts, metrics and a page to read them on."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from oilstone_eval import inputs, metrics, programs
from oilstone_eval.bench import Bench, prepare
from oilstone_eval.inputs import Row
from oilstone_eval.judges import languages
from oilstone_eval.judges.base import Program, Ruling
from oilstone_eval.progress import Progress
from oilstone_schemas import artifact, jsonl
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.canonical import pretty
from oilstone_schemas.command import OilstoneError, say

PRODUCER = "oilstone-eval"
PARTS = ("seed", "judge", "primary_slice")


def judge(
    given: Path, problems: Path, out: Path, recipe: Mapping[str, Any],
    sandbox: bool = True, workers: int | None = None,
) -> Manifest:  # fmt: skip
    """Judge every sample and publish the report `out`, unless it is there already.

    Raises MissingTool when the judge of a language that the problems ask for lacks one.
    """
    known, answers = inputs.find(problems, "problems"), inputs.find(given, "samples")
    by_id = inputs.problems(known)
    _checkable(by_id, recipe["primary_slice"], known.path)
    bench = prepare({row["language"] for row in by_id.values()}, sandbox, workers)
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
    verdicts = _verdicts(by_id, rows, part, bench)
    stage = artifact.stage(out, request)
    counts = _write(stage, by_id, rows, verdicts, part, bench)
    return artifact.publish(
        stage, out, kind="report", producer=PRODUCER, recipe=part, seed=part["seed"],
        inputs=sources, request=request, counts=counts,
        details={
            **bench.depends, "tools": bench.depends, "adapter_digest": _adapter(answers.manifest),
            "prompt_sha256": answers.manifest.data.get("details", {}).get("prompt_sha256"),
        },
        volatile=("report.html",),
    )  # fmt: skip


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
    problems: Mapping[str, Row], rows: Sequence[Row], recipe: Mapping[str, Any], bench: Bench
) -> list[Row]:
    """Return one verdict per sample, in their order, then one per problem without a sample."""
    by_language: dict[str, list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        by_language[problems[row["problem_id"]]["language"]].append(index)
    verdicts: dict[int, Row] = {}
    for language, indices in sorted(by_language.items()):
        chosen = [rows[index] for index in indices]
        found = _rulings(language, chosen, problems, recipe, bench)
        tier = bench.tier(language)
        for index, row, ruling in zip(indices, chosen, found, strict=True):
            problem = problems[row["problem_id"]]
            verdicts[index] = programs.verdict(problem, row, ruling, tier)
    missing = programs.unanswered(problems, rows)
    return [verdicts[index] for index in range(len(rows))] + [
        programs.verdict(problem, None, programs.NOT_RUN, bench.tier(problem["language"]))
        for problem in missing
    ]


def _rulings(
    language: str, rows: Sequence[Row], problems: Mapping[str, Row], recipe: Mapping[str, Any],
    bench: Bench,
) -> list[Ruling]:  # fmt: skip
    """Judge samples of one language; equal programs with equal tests once."""
    judge = bench.judge(language, recipe["judge"])
    asked = [
        programs.program(row, problems[row["problem_id"]], judge.reads_completion) for row in rows
    ]
    unique = list(dict.fromkeys(program for program in asked if program))
    rulings: dict[Program | None, Ruling] = {None: judge.no_code()}
    if unique:
        tier = bench.tier(language)
        say(f"{language}: {len(rows)} samples, {len(unique)} different programs, tier {tier}")
        rulings.update(zip(unique, judge.rule(unique, Progress), strict=True))
    return [rulings[program] for program in asked]


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

"""`judge`: from samples to verdicts, metrics and a page to read them on."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oilstone_eval import inputs, metrics
from oilstone_eval.inputs import Row
from oilstone_eval.judges.base import Case, Program, Ruling
from oilstone_eval.progress import Progress
from oilstone_eval.sandbox.walls import Walls
from oilstone_schemas import artifact, jsonl
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.canonical import pretty
from oilstone_schemas.command import OilstoneError, say

PRODUCER = "oilstone-eval"
PARTS = ("seed", "judge", "primary_slice")


@dataclass(frozen=True)
class Bench:
    """The judge's surroundings: tools and tier, on which verdicts depend, and how many workers."""

    toolchain: Any
    walls: Walls
    workers: int

    @property
    def depends(self) -> dict[str, str]:
        """What of this machine verdicts depend on."""
        tools = {"rustc": self.toolchain.rustc, "clippy": self.toolchain.clippy}
        return {**tools, "tier": self.walls.tier}


def prepare(sandbox: bool, workers: int | None) -> Bench:
    """Find the tools and the tier. Raises MissingTool; warns loudly without bubblewrap."""
    from oilstone_eval.judges.rust.toolchain import find
    from oilstone_eval.sandbox.tier import best

    toolchain = find()
    asked = "--unsafe-no-sandbox was given"
    walls = best(toolchain.shown) if sandbox else Walls("rlimits", asked)
    if not walls.walled:
        say(
            f"WARNING: no sandbox: {walls.reason}.\n"
            "WARNING: judged programs run with limits and an empty environment only; they can read"
            " files and use the network. Do this on a machine that you can throw away."
        )
    return Bench(toolchain, walls, workers or os.cpu_count() or 1)


def judge(
    given: Path, problems: Path, out: Path, recipe: Mapping[str, Any], bench: Bench
) -> Manifest:
    """Judge every sample and publish the report `out`, unless it is there already."""
    known, answers = inputs.find(problems, "problems"), inputs.find(given, "samples")
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
    by_id = inputs.problems(known)
    _checkable(by_id, part["primary_slice"], known.path)
    rows = inputs.samples(answers, by_id)
    verdicts = _verdicts(by_id, rows, part, bench)
    stage = artifact.stage(out, request)
    counts = _write(stage, by_id, rows, verdicts, part, bench)
    return artifact.publish(
        stage, out, kind="report", producer=PRODUCER, recipe=part, seed=part["seed"],
        inputs=sources, request=request, counts=counts,
        details={**bench.depends, "adapter_digest": _adapter(answers.manifest)},
        volatile=("report.html",),
    )  # fmt: skip


def _adapter(samples: Manifest) -> str | None:
    """Return the digest of the adapter that answered; None when none did, or nobody says."""
    used = [item["digest"] for item in samples.data.get("inputs", ()) if item["kind"] == "adapter"]
    return used[0] if used else None


def _checkable(problems: Mapping[str, Row], primary: str | None, path: Path) -> None:
    strange = sorted({row["language"] for row in problems.values()} - {"rust"})
    if strange:
        raise OilstoneError(f"{path}: no judge for {', '.join(strange)}; there is one for rust")
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
    from oilstone_eval.judges.rust.judge import RustJudge

    judge = RustJudge(bench.toolchain, bench.walls, recipe["judge"], bench.workers)
    asked = [_program(row["code"], problems[row["problem_id"]]) for row in rows]
    unique = list(dict.fromkeys(program for program in asked if program))
    rulings: dict[Program | None, Ruling] = {None: judge.no_code()}
    if unique:
        say(f"{len(rows)} samples, {len(unique)} different programs, tier {bench.walls.tier}")
        found = judge.rule(unique, Progress)
        rulings.update(zip(unique, found, strict=True))
    tier = bench.walls.tier
    verdicts = [
        _verdict(problems[row["problem_id"]], row["sample_index"], rulings[program], tier)
        for row, program in zip(rows, asked, strict=True)
    ]
    answered = {row["problem_id"] for row in rows}
    not_run = Ruling("unscored", "not_run", "there is no sample for this problem")
    return verdicts + [
        _verdict(problem, 0, not_run, tier)
        for name, problem in problems.items()
        if name not in answered
    ]


def _program(code: str | None, problem: Row) -> Program | None:
    if code is None or not code.strip():
        return None
    return Program(code, tuple(Case(**test) for test in problem["tests"]))


def _verdict(problem: Row, index: int, ruling: Ruling, tier: str) -> Row:
    return {
        "problem_id": problem["id"], "sample_index": index, "slice": problem["slice"],
        "status": ruling.status, "reason": ruling.reason, "checks": dict(ruling.checks),
        "tier": tier, "seconds": round(ruling.seconds, 6), "explanation": ruling.explanation,
    }  # fmt: skip


def _write(
    stage: Path, problems: Mapping[str, Row], rows: Sequence[Row], verdicts: Sequence[Row],
    recipe: Mapping[str, Any], bench: Bench,
) -> dict[str, int]:  # fmt: skip
    from oilstone_eval.page import page

    jsonl.write(stage / "verdicts.jsonl", verdicts, "verdict.v1")
    summary = metrics.summarise(verdicts, recipe["primary_slice"], recipe["seed"])
    (stage / "metrics.json").write_bytes(pretty(summary))
    codes = {(row["problem_id"], row["sample_index"]): row["code"] for row in rows}
    html = page(summary, verdicts, problems, codes, bench.depends)
    (stage / "report.html").write_bytes(html.encode(errors="replace"))
    statuses = [verdict["status"] for verdict in verdicts]
    return {
        "problems": len(problems), "samples": len(rows),
        **{status: statuses.count(status) for status in ("passed", "failed", "unscored")},
    }  # fmt: skip

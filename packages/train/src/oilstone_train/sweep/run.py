"""`oilstone-train sweep`: the trials one by one, a table of them, and a winner if there is one."""

import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oilstone_schemas import artifact, canonical, jsonl, recipe
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.command import CheckFailed, MissingTool, OilstoneError, say
from oilstone_train import inputs, phase
from oilstone_train.sweep import compare, search
from oilstone_train.sweep.ledger import Ledger
from oilstone_train.sweep.search import Change

WORK = "work"


@dataclass(frozen=True)
class Given:
    """What every trial is trained from."""

    recipe: Path
    data: Path
    base: Path
    start: Path | None
    overrides: tuple[str, ...]

    def inputs(self) -> list[Manifest]:
        """The manifests, read once."""
        found = [artifact.load(self.data, "dataset"), artifact.load(self.base, "base")]
        return found + ([artifact.load(self.start, "adapter")] if self.start else [])


def make(
    path: Path, data: Path, base: Path, start: Path | None, out: Path, overrides: Sequence[str],
    dry: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """Run the sweep of the recipe at `path` into `out`; `overrides` are of the sweep's keys.

    Raises OilstoneError before the first trial when any configuration breaks the phase's schema.
    """
    settings = recipe.load(path, "recipe-sweep.v1", overrides)
    given = Given(path.parent / settings["phase"], data, base, start, ())
    changes = search.configurations(settings)
    steps = _checked(given.recipe, changes)
    if dry:
        return _planned(settings, changes, steps)
    sources = given.inputs()
    phase_recipe = recipe.load(given.recipe, "recipe-phase.v1")
    common: dict[str, Any] = {
        "producer": inputs.PRODUCER, "recipe": {**settings, "phase": phase_recipe},
        "seed": settings["seed"], "inputs": sources,
    }  # fmt: skip
    request = artifact.request("sweep", **common, depends=inputs.engine())
    if found := artifact.current(out, request):
        say(f"up to date: {out}")
        return {"out": str(out), "up_to_date": True, **found.details}
    stage = artifact.stage(out, request, resume=True)
    trials = _trials(settings, given, changes, steps, stage / WORK)
    details = _write(stage, settings, trials)
    artifact.publish(
        stage, out, kind="sweep", request=request, details=details,
        counts={"trials": len(trials), "failed": sum(t["value"] is None for t in trials)}, **common,
    )  # fmt: skip
    return {"out": str(out), "up_to_date": False, "message": _told(details), **details}


def _checked(path: Path, changes: Sequence[Change]) -> int | None:
    """Make sure that every configuration is a phase recipe; return the steps of the default."""
    loaded = [recipe.load(path, "recipe-phase.v1", _sets(change)) for change in changes]
    steps = loaded[0]["training"]["max_steps"]
    return int(steps) if steps else None


def _sets(change: Change) -> list[str]:
    return [f"{key}={json.dumps(value)}" for key, value in change.items()]


def _planned(
    settings: dict[str, Any], changes: Sequence[Change], steps: int | None
) -> dict[str, Any]:
    runs = [len(changes) * len(settings["seeds"])]
    if settings["method"] == "halving":
        runs = [n * len(settings["seeds"]) for n in _sizes(len(changes), settings["factor"])]
    lines = [f"{len(changes)} configurations, {sum(runs)} runs of at most {steps} steps"]
    lines += [json.dumps(change) if change else "the default" for change in changes]
    return {"message": "\n".join(lines), "configurations": list(changes), "runs": sum(runs)}


def _sizes(count: int, factor: int) -> Iterator[int]:
    for _ in search.rungs(count, factor):
        yield count
        count = max(1, count // factor) + 1


def _trials(
    settings: dict[str, Any], given: Given, changes: list[Change], steps: int | None, work: Path
) -> list[dict[str, Any]]:
    """Run what is to be run; return the lines of the last rung, and of all when there is one."""
    work.mkdir(exist_ok=True)
    ledger = Ledger(work / "ledger.jsonl")
    if settings["method"] != "halving":
        return _rung(settings, given, changes, None, ledger)
    if steps is None:
        raise OilstoneError(f"{given.recipe}: halving shortens training.max_steps; it has none")
    for divisor in search.rungs(len(changes), settings["factor"]):
        short = max(2, steps // divisor)
        lines = _rung(settings, given, changes, short, ledger)
        if divisor > 1:
            ranked = [line["change"] for line in compare.table(lines)]
            changes = search.survivors(ranked, settings["factor"])
    return list(ledger.lines)


def _rung(
    settings: dict[str, Any], given: Given, changes: Sequence[Change], steps: int | None,
    ledger: Ledger,
) -> list[dict[str, Any]]:  # fmt: skip
    return [
        ledger.find(change, seed, steps) or _trial(settings, given, change, seed, steps, ledger)
        for change in changes
        for seed in settings["seeds"]
    ]


def _trial(
    settings: dict[str, Any], given: Given, change: Change, seed: int, steps: int | None,
    ledger: Ledger,
) -> dict[str, Any]:  # fmt: skip
    """Train once. What it fails of is its result; what the machine lacks ends the sweep."""
    line: dict[str, Any] = {"change": change, "seed": seed, "steps": steps}
    say(f"trial {len(ledger.lines) + 1}: {json.dumps(line)}")
    folder = ledger.path.parent / canonical.digest(line)[:12]
    shorter = [f"training.max_steps={steps}"] if steps else []
    words = [*_sets(change), f"seed={seed}", *shorter]
    try:
        made = phase.make(given.recipe, given.data, given.base, given.start, folder, words)
        line |= {"value": made[settings["metric"]], "digest": made["digest"], "error": None}
    except MissingTool:
        raise
    except (OilstoneError, CheckFailed) as error:
        say(f"failed: {error}")
        line |= {"value": None, "digest": None, "error": str(error)}
    ledger.add(line)
    shutil.rmtree(folder, ignore_errors=True)
    return line


def _write(stage: Path, settings: dict[str, Any], trials: list[dict[str, Any]]) -> dict[str, Any]:
    from oilstone_train.sweep import plot

    last = trials[-1]["steps"]
    lines = compare.table([trial for trial in trials if trial["steps"] == last])
    jsonl.write(stage / "trials.jsonl", trials)
    (stage / "sweep.svg").write_text(plot.svg(lines, settings["metric"]), encoding="utf-8")
    shutil.rmtree(stage / WORK)
    return {"metric": settings["metric"], "table": lines, "winner": compare.winner(lines)}


def _told(details: dict[str, Any]) -> str:
    lines = [f"{details['metric']:>10}  n  failed  against the default [95 %]       change"]
    for line in details["table"]:
        mean = "-" if line["mean"] is None else f"{line['mean']:.4f}"
        against = line["against_default"]
        span = "-"
        if against:
            span = f"{against['mean']:+.4f} [{against['low']:+.4f} {against['high']:+.4f}]"
        change = json.dumps(line["change"]) if line["change"] else "the default"
        lines.append(f"{mean:>10} {line['n']:>2} {line['failed']:>7}  {span:<33} {change}")
    best = details["winner"]
    lines.append(f"winner: {json.dumps(best)}" if best else "no winner: none is surely better")
    return "\n".join(lines)

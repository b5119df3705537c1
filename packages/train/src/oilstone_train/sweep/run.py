"""`oilstone-train sweep`: the trials one by one, a table of them, and a winner if there is one."""

import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from oilstone_schemas import artifact, canonical, jsonl, recipe
from oilstone_schemas.command import CheckFailed, MissingTool, OilstoneError, say
from oilstone_train import inputs, phase
from oilstone_train.sweep import compare, search
from oilstone_train.sweep.ledger import Ledger
from oilstone_train.sweep.search import Change

WORK = "work"


def make(
    path: Path, data: Path, base: Path, start: Path | None, out: Path, overrides: Sequence[str],
    dry: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """Run the sweep of the recipe at `path` into `out`; `overrides` are of the sweep's keys.

    Raises OilstoneError before the first trial when any configuration breaks the phase's schema.
    """
    settings = recipe.load(path, "recipe-sweep.v1", overrides)
    template = path.parent / settings["phase"]
    changes = search.configurations(settings)
    phase_recipe = _checked(template, changes)
    steps = phase_recipe["training"]["max_steps"]
    if dry:
        return _planned(settings, changes, steps)
    given = phase.load(data, base, start)
    common: dict[str, Any] = {
        "producer": inputs.PRODUCER, "recipe": {**settings, "phase": phase_recipe},
        "seed": settings["seed"], "inputs": given.manifests,
    }  # fmt: skip
    request = artifact.request("sweep", **common, depends=inputs.engine())
    if found := artifact.current(out, request):
        say(f"up to date: {out}")
        return {"out": str(out), "up_to_date": True, **found.details}
    stage = artifact.stage(out, request, resume=True)
    trials = _Runs(settings, template, given, stage / WORK).all(changes, steps)
    details = _write(stage, settings, trials)
    artifact.publish(
        stage, out, kind="sweep", request=request, details=details,
        counts={"trials": len(trials), "failed": sum(t["value"] is None for t in trials)}, **common,
    )  # fmt: skip
    return {"out": str(out), "up_to_date": False, "message": _told(details), **details}


def _checked(path: Path, changes: Sequence[Change]) -> dict[str, Any]:
    """Make sure that every configuration is a phase recipe; return the default, the first."""
    default, *_ = [recipe.load(path, "recipe-phase.v1", _sets(change)) for change in changes]
    return default


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


class _Runs:
    """The trials of one sweep, each run once."""

    def __init__(
        self, settings: dict[str, Any], template: Path, given: phase.Given, work: Path
    ) -> None:
        work.mkdir(exist_ok=True)
        self.settings, self.template, self.given = settings, template, given
        self.ledger = Ledger(work / "ledger.jsonl")

    def all(self, changes: list[Change], steps: int | None) -> list[dict[str, Any]]:
        """Run what is to be run; return a line for each trial."""
        if self.settings["method"] != "halving":
            return self._rung(changes, None)
        if steps is None:
            raise OilstoneError(f"{self.template}: halving shortens max_steps; there is none")
        factor = self.settings["factor"]
        for divisor in search.rungs(len(changes), factor):
            lines = self._rung(changes, max(2, steps // divisor))
            ranked = [line["change"] for line in compare.table(lines)]
            changes = search.survivors(ranked, factor)
        return list(self.ledger.lines)

    def _rung(self, changes: Sequence[Change], steps: int | None) -> list[dict[str, Any]]:
        return [
            self.ledger.find(change, seed, steps) or self._trial(change, seed, steps)
            for change in changes
            for seed in self.settings["seeds"]
        ]

    def _trial(self, change: Change, seed: int, steps: int | None) -> dict[str, Any]:
        """Train once. What it fails of is its result; what the machine lacks ends the sweep."""
        line: dict[str, Any] = {"change": change, "seed": seed, "steps": steps}
        say(f"trial {len(self.ledger.lines) + 1}: {json.dumps(line)}")
        folder = self.ledger.path.parent / canonical.digest(line)[:12]
        shorter = [f"training.max_steps={steps}"] if steps else []
        words = [*_sets(change), f"seed={seed}", *shorter]
        try:
            made = phase.make(self.template, self.given, folder, words)
            line |= {"value": made[self.settings["metric"]], "digest": made["digest"]}
            line |= {"error": None}
        except MissingTool:
            raise
        except (OilstoneError, CheckFailed) as error:
            say(f"failed: {error}")
            line |= {"value": None, "digest": None, "error": str(error)}
        self.ledger.add(line)
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

"""`oilstone-train lr-find`: a phase's learning rate, from one short run of it at rising rates."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from oilstone_schemas import canonical, recipe
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.command import OilstoneError
from oilstone_train import layout, lr_range, phase, plot, telemetry
from oilstone_train.making import Order

REPORT, PICTURE = "lr-range.json", "lr-range.svg"
ROWS_MEASURED = 8  # the evaluation loss has no say here
NOTES = {
    "found": "",
    "still_falling": " The loss still fell at the end: try --highest above it.",
    "never_fell": "The loss never fell: try a lower --lowest, or look at the rows.",
    "too_few_points": "Too few steps before it diverged: try a lower --highest, or more --steps.",
}


def ramp(lowest: float, highest: float, steps: int) -> dict[str, Any]:
    """Return what `make` and the worker take. Raises OilstoneError for rates that do not rise."""
    if not 0 < lowest < highest or steps < lr_range.LEAST:
        raise OilstoneError(
            f"lr-find: needs 0 < --lowest < --highest, and --steps of {lr_range.LEAST} or more"
        )
    return {"lowest": lowest, "highest": highest, "steps": steps}


def make(
    path: Path, given: phase.Given, out: Path, rising: dict[str, Any], overrides: Sequence[str]
) -> dict[str, Any]:
    """Run the range test of the phase recipe at `path` into `out`, unless it stands there already.

    `rising`: as `ramp` returns it.
    """
    settings = _short(recipe.load(path, "recipe-phase.v1", overrides), rising)
    phase.check(settings, given)
    order = Order("sweep", out, {**settings, "ramp": rising}, given.manifests)
    if found := order.done():
        return _told(found, up_to_date=True)
    work, _, result = phase.trained(order, settings, given, {"ramp": rising})
    report = lr_range.found(telemetry.read(work / layout.TELEMETRY), rising)
    (work.parent / REPORT).write_bytes(canonical.pretty(report))
    (work.parent / PICTURE).write_text(_picture(report), encoding="utf-8")
    details = {key: report[key] for key in ("steepest", "tenth_of_minimum", "proposal", "note")}
    return _told(order.publish(work, details, {"steps": result["steps"]}), up_to_date=False)


def _short(settings: dict[str, Any], rising: dict[str, Any]) -> dict[str, Any]:
    """Return the phase with nothing in it but steps at rising rates."""
    changed = {
        "max_steps": rising["steps"],
        "epochs": None,
        "learning_rate": rising["highest"],
        "lr_scheduler": "constant_with_warmup",  # whose rates the ramp replaces
        "warmup_steps": 0,
        "logging_steps": 1,
        "eval_steps": rising["steps"],
        "save_steps": max(1, rising["steps"] // 4),
        "keep": "last",
        "patience": None,
    }
    measured = {**settings["evaluation"], "max_rows": ROWS_MEASURED, "judged": None}
    training = {**settings["training"], **changed}
    return {**settings, "training": training, "evaluation": measured, "guard": None}


def _picture(report: dict[str, Any]) -> str:
    """Return loss over the decades of the rate, counted from the lowest."""
    points = [
        (lr_range.decades(point["learning_rate"], report["lowest"]), point)
        for point in report["points"]
    ]
    series = {
        name: [(across, point[key]) for across, point in points if point[key] < _top(report)]
        for name, key in (("loss", "loss"), ("smoothed", "smoothed"))
    }
    title = f"Loss over learning rates from {report['lowest']:g}, in powers of ten"
    return plot.curves(series, title, "decades")


def _top(report: dict[str, Any]) -> float:
    """Return where the picture ends: what has diverged would flatten all else."""
    return lr_range.DIVERGED * min((p["smoothed"] for p in report["points"]), default=1.0)


def _told(made: Manifest, *, up_to_date: bool) -> dict[str, Any]:
    found = made.details
    told = {"digest": made.digest, "out": str(made.folder), "up_to_date": up_to_date, **found}
    return {**told, "message": _message(made.folder, found)}


def _message(out: Path, found: dict[str, Any]) -> str:
    if found["proposal"] is None:
        return NOTES[found["note"]]
    lines = [
        f"{found['steepest']:10.3g}  where the loss falls fastest",
        f"{found['tenth_of_minimum']:10.3g}  a tenth of where it is lowest",
        f"--set training.learning_rate={found['proposal']:.2g} ({out / PICTURE})."
        f"{NOTES[found['note']]}",
    ]
    return "\n".join(lines)

"""From an adapter with memories to a report that gates can read."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oilstone_schemas import artifact, canonical, jsonl, recipe
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.command import OilstoneError, say
from oilstone_train import forms, inputs, layout, telemetry
from oilstone_train.probe import control, history, metrics, page
from oilstone_train.probe.look import Seen, look, memory

BATCH = 32  # conversations
SERVED = 1  # the chunk size of an adapter in use: it learns from every token at once


@dataclass(frozen=True)
class Given:
    """What is probed: an adapter with memories over its base, and on which dataset's rows.

    `control`: the report of another adapter's probe, to be compared with.
    """

    adapter: Manifest
    base: Manifest
    data: Manifest
    control: Manifest | None

    @property
    def manifests(self) -> tuple[Manifest, ...]:
        """All of them, in the order in which a report's manifest names them."""
        found = (self.adapter, self.base, self.data, self.control)
        return tuple(manifest for manifest in found if manifest)


def load(adapter: Path, base: Path, data: Path, control: Path | None = None) -> Given:
    """Find what is to be probed; files are not hashed yet. Raises OilstoneError for a misfit."""
    given = Given(
        artifact.load(adapter, "adapter"), artifact.load(base, "base"),
        artifact.load(data, "dataset"), artifact.load(control, "report") if control else None,
    )  # fmt: skip
    _check(given.adapter, given.base)
    return given


def make(path: Path, given: Given, out: Path, overrides: Sequence[str]) -> dict[str, Any]:
    """Probe on the dataset's held-out rows, into a report at `out`."""
    settings = recipe.load(path, "recipe-probe.v1", overrides)
    if SERVED not in settings["chunks"]:
        raise OilstoneError(f"{path}: chunks: adapters are served at {SERVED}; add it")
    common: dict[str, Any] = {
        "producer": inputs.PRODUCER,
        "recipe": settings,
        "seed": 0,
        "inputs": given.manifests,
    }
    request = artifact.request("report", **common, depends=inputs.engine())
    if found := artifact.current(out, request):
        say(f"up to date: {out}")
        return _told(found, out, up_to_date=True)
    for part in given.manifests:
        inputs.whole(part.folder, part.kind)
    stage = artifact.stage(out, request)
    looks = _measure(settings, given, stage)
    details = {"adapter_digest": given.adapter.digest, "problems_digest": given.data.digest}
    made = artifact.publish(
        stage, out, kind="report", request=request, details=details,
        counts={"conversations": looks},
        volatile=("report.html",), **common,
    )  # fmt: skip
    return _told(made, out, up_to_date=False)


def _check(adapter: Manifest, base: Manifest) -> None:
    if not (adapter.folder / layout.SHAPE).exists():
        raise OilstoneError(f"{adapter.folder}: has no memories (no {layout.SHAPE}) to probe")
    if adapter.details["base_digest"] != base.digest:
        raise OilstoneError(
            f"{adapter.folder}: trained over base {adapter.details['base_digest']}, but"
            f" {base.folder} is base {base.digest}; give --base the former"
        )


def _measure(settings: dict[str, Any], given: Given, stage: Path) -> int:
    """Write the report's files; return how many conversations they are about."""
    rows = _rows(given.data.folder, settings)
    runs = _runs(settings, given, rows)
    looks = list(control.lines(rows, runs, SERVED))
    jsonl.write(stage / control.LOOKS, looks)
    found = {
        **_history(given.adapter),
        **metrics.of(runs, [row["completion"] for row in rows], SERVED),
        "resolution_slope": control.slope(looks),
        **(control.gains(looks, control.read(given.control, looks)) if given.control else {}),
    }
    measured = {"metrics": found, "slices": {}, "primary_slice": None}
    (stage / "metrics.json").write_bytes(canonical.pretty(measured))
    beside = _metrics(given.control) if given.control else {}
    told = page.html(found, runs[SERVED], given.adapter, beside)
    (stage / "report.html").write_text(told, encoding="utf-8")
    return len(looks)


def _history(adapter: Manifest) -> dict[str, metrics.Record]:
    shape = json.loads((adapter.folder / layout.SHAPE).read_text())
    lines = telemetry.read(adapter.folder / layout.MEMORY)
    return history.of(lines, adapter.details, shape)


def _runs(settings: dict[str, Any], given: Given, rows: Sequence[dict[str, Any]]) -> metrics.Runs:
    system = given.adapter.details["system_prompt"]
    model, tokenizer = _load(given.adapter, given.base)
    asked = [
        forms.tokenized(tokenizer, forms.conversation(row, system)["messages"]) for row in rows
    ]
    return {size: _seen(model, asked, size) for size in (*settings["chunks"], None)}


def _seen(model: Any, asked: Sequence[forms.Turn], chunk: int | None) -> list[Seen]:
    say("without memories" if chunk is None else f"at chunk size {chunk}")
    with memory(model, chunk):
        parts = [asked[start : start + BATCH] for start in range(0, len(asked), BATCH)]
        return [seen for part in parts for seen in look(model, part)]


def _rows(folder: Path, settings: dict[str, Any]) -> list[dict[str, Any]]:
    every = jsonl.read(folder / "test.jsonl", "row.v1")
    rows = [row for row in every if row["slice"] == settings["slice"]][: settings["conversations"]]
    if len(rows) < 2:
        raise OilstoneError(f"{folder}: its test rows have no slice {settings['slice']!r}")
    return rows


def _load(adapter: Manifest, base: Manifest) -> tuple[Any, Any]:
    """Return the model as it is served: the base's weights as they were trained over."""
    from oilstone_train.engine import unpacked
    from oilstone_train.stage2 import loader

    quantized = adapter.details["quantization"] == "nf4"
    network = unpacked.load(base.folder, quantized=quantized)
    import peft
    import transformers

    loader.prepare(network, adapter.folder)
    model = peft.PeftModel.from_pretrained(network, str(adapter.folder))
    return model.eval(), transformers.AutoTokenizer.from_pretrained(str(base.folder))


def _metrics(report: Manifest) -> dict[str, metrics.Record]:
    found: dict[str, metrics.Record] = canonical.loads(
        (report.folder / "metrics.json").read_bytes()
    )["metrics"]
    return found


def _told(made: Manifest, out: Path, *, up_to_date: bool) -> dict[str, Any]:
    told = {"digest": made.digest, "out": str(out), "up_to_date": up_to_date}
    return {**told, "metrics": _metrics(made)}

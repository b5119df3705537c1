"""From an adapter with memories to a report that gates can read."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from oilstone_schemas import artifact, canonical, jsonl, recipe
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.command import MissingTool, OilstoneError, say
from oilstone_train import forms, inputs, layout, telemetry
from oilstone_train.probe import history, metrics, page
from oilstone_train.probe.look import Seen, look, memory

BATCH = 32  # conversations
SERVED = 1  # the chunk size of an adapter in use: it learns from every token at once


def make(
    path: Path, adapter: Path, base: Path, data: Path, out: Path, overrides: Sequence[str]
) -> dict[str, Any]:
    """Probe `adapter` over `base` on the dataset's held-out rows, into a report at `out`."""
    settings = recipe.load(path, "recipe-probe.v1", overrides)
    if SERVED not in settings["chunks"]:
        raise OilstoneError(f"{path}: chunks: adapters are served at {SERVED}; add it")
    parts = (
        artifact.load(adapter, "adapter"), artifact.load(base, "base"),
        artifact.load(data, "dataset"),
    )  # fmt: skip
    _check(*parts)
    common: dict[str, Any] = {
        "producer": inputs.PRODUCER,
        "recipe": settings,
        "seed": 0,
        "inputs": parts,
    }
    request = artifact.request("report", **common, depends=inputs.engine())
    if found := artifact.current(out, request):
        say(f"up to date: {out}")
        return _told(found, out, up_to_date=True)
    for part in parts:
        inputs.whole(part.folder, part.kind)
    stage = artifact.stage(out, request)
    runs, measured = _measured(settings, *parts)
    (stage / "metrics.json").write_bytes(canonical.pretty(measured))
    told = page.html(measured["metrics"], runs[SERVED], parts[0])
    (stage / "report.html").write_text(told, encoding="utf-8")
    made = artifact.publish(
        stage, out, kind="report", request=request,
        details={"adapter_digest": parts[0].digest, "problems_digest": parts[2].digest},
        counts={"conversations": measured["metrics"]["niah_accuracy"]["n"]},
        volatile=("report.html",), **common,
    )  # fmt: skip
    return _told(made, out, up_to_date=False)


def _check(adapter: Manifest, base: Manifest, data: Manifest) -> None:
    if not (adapter.folder / layout.SHAPE).exists():
        raise OilstoneError(f"{adapter.folder}: has no memories (no {layout.SHAPE}) to probe")
    if adapter.details["base_digest"] != base.digest:
        raise OilstoneError(
            f"{adapter.folder}: trained over base {adapter.details['base_digest']}, but"
            f" {base.folder} is base {base.digest}; give --base the former"
        )


def _measured(
    settings: dict[str, Any], adapter: Manifest, base: Manifest, data: Manifest
) -> tuple[metrics.Runs, dict[str, Any]]:
    """Return what was seen, and metrics.json."""
    rows = _rows(data.folder, settings)
    system = adapter.details["system_prompt"]
    model, tokenizer = _load(adapter, base)
    asked = [
        forms.tokenized(tokenizer, forms.conversation(row, system)["messages"]) for row in rows
    ]
    runs = {size: _seen(model, asked, size) for size in (*settings["chunks"], None)}
    shape = json.loads((adapter.folder / layout.SHAPE).read_text())
    lines = telemetry.read(adapter.folder / layout.MEMORY)
    found = metrics.of(runs, [row["completion"] for row in rows], SERVED)
    run = history.of(lines, adapter.details, shape)
    return runs, {"metrics": {**run, **found}, "slices": {}, "primary_slice": None}


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
    try:
        import peft
        import transformers
    except ImportError as error:
        raise MissingTool("needs pip install 'oilstone-train[axolotl]'") from error
    import torch

    from oilstone_train.stage2 import loader

    quantized = adapter.details["quantization"] == "nf4"
    how = transformers.BitsAndBytesConfig(
        load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.float32,
    )  # fmt: skip
    network = transformers.AutoModelForCausalLM.from_pretrained(
        str(base.folder), dtype=torch.float32, attn_implementation="sdpa",
        **({"quantization_config": how} if quantized else {}),
    )  # fmt: skip
    if quantized:  # the same weights, unpacked once and not in every pass
        network = network.dequantize()
    loader.prepare(network, adapter.folder)
    model = peft.PeftModel.from_pretrained(network, str(adapter.folder))
    return model.eval(), transformers.AutoTokenizer.from_pretrained(str(base.folder))


def _told(made: Manifest, out: Path, *, up_to_date: bool) -> dict[str, Any]:
    found = canonical.loads((made.folder / "metrics.json").read_bytes())["metrics"]
    return {"digest": made.digest, "out": str(out), "up_to_date": up_to_date, "metrics": found}

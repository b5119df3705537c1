"""`oilstone-train merge`: an adapter added to its base's weights, as a base of its own."""

import shutil
from pathlib import Path
from typing import Any

from oilstone_schemas import artifact
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.command import OilstoneError, say
from oilstone_train import handover, inputs, layout

TOLD = ("system_prompt", "system_prompt_sha256", "chat_template_sha256")


def make(adapter: Path, base: Path, out: Path, dtype: str) -> dict[str, Any]:
    """Write the merged model into `out`, unless it stands there already.

    Raises CheckFailed when 32-bit weights do not have the adapter's own loss.
    """
    added, trunk = artifact.load(adapter, "adapter"), artifact.load(base, "base")
    _check(added, trunk)
    common: dict[str, Any] = {
        "producer": inputs.PRODUCER,
        "recipe": {"dtype": dtype},
        "seed": added.seed,
        "inputs": (trunk, added),
    }
    request = artifact.request("base", **common, depends=inputs.engine())
    if found := artifact.current(out, request):
        say(f"up to date: {out}")
        return _told(found, out, up_to_date=True)
    for part in (trunk, added):
        inputs.whole(part.folder, part.kind)
    stage = artifact.stage(out, request)
    details = _write(stage, added, trunk, dtype)
    made = artifact.publish(stage, out, kind="base", request=request, details=details, **common)
    return _told(made, out, up_to_date=False)


def _check(adapter: Manifest, base: Manifest) -> None:
    handover.same_base(adapter, base)
    if name := adapter.details.get("loader"):
        raise OilstoneError(
            f"{adapter.folder}: has parts that are no update of the base's weights (loader"
            f" {name!r}); serve it as an adapter"
        )


def _write(stage: Path, adapter: Manifest, base: Manifest, dtype: str) -> dict[str, Any]:
    from oilstone_train.engine import merged

    quantized = adapter.details["quantization"] == "nf4"
    found = merged.write(base.folder, adapter.folder, stage, quantized=quantized, dtype=dtype)
    if dtype == "float32":
        handover.same(adapter.details["handover_loss"], found["handover_loss"])
    for name in layout.TOKENIZER:
        shutil.copyfile(base.folder / name, stage / name)
    shutil.copyfile(adapter.folder / handover.ROWS, stage / handover.ROWS)
    return {
        **found,
        **{key: adapter.details[key] for key in TOLD},
        "base_digest": base.digest,
        "from_digest": adapter.digest,
        "dtype": dtype,
    }


def _told(made: Manifest, out: Path, *, up_to_date: bool) -> dict[str, Any]:
    loss, size = made.details["handover_loss"], made.details["parameters"]
    say(f"{out}: {size / 1e6:.2f} M parameters in {made.details['dtype']}, loss {loss:.6f}")
    return {"digest": made.digest, "out": str(out), "up_to_date": up_to_date, **made.details}

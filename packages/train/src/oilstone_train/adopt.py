"""`oilstone-train adopt`: a downloaded model as a base artifact, without training."""

import json
import os
import shutil
from math import prod
from pathlib import Path
from typing import Any

from oilstone_schemas import artifact
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.command import OilstoneError, say
from oilstone_schemas.files import measure
from oilstone_train import inputs, layout, making

NEEDED = "config.json"
KEPT = ("generation_config.json", "LICENSE")
WEIGHTS = ("*.safetensors", "*.safetensors.index.json")


def make(folder: Path, name: str, revision: str | None, out: Path) -> dict[str, Any]:
    """Make a base of the model in `folder`. Weights on the same disk are linked, not copied."""
    files = _files(folder)
    say(f"hashing {sum(path.stat().st_size for path in files) / 1e9:.1f} GB of {folder}")
    hashes = {path.name: measure(path)["sha256"] for path in files}
    common: dict[str, Any] = {
        "producer": inputs.PRODUCER,
        "recipe": {"name": name, "revision": revision, "files": hashes},
        "seed": 0,
        "inputs": (),
    }
    request = artifact.request("base", **common, depends=inputs.engine())
    if found := artifact.current(out, request):
        say(f"up to date: {out}")
        return _told(found, out, up_to_date=True)
    stage = artifact.stage(out, request)
    for path in files:
        _take(path, stage / path.name)
    _tokenizer(folder, stage)
    details = {
        "name": name,
        "revision": revision,
        "parameters": sum(map(_parameters, stage.glob(WEIGHTS[0]))),
        "chat_template_sha256": making.sha256(stage / layout.TOKENIZER[-1]),
    }
    made = artifact.publish(stage, out, kind="base", request=request, details=details, **common)
    return _told(made, out, up_to_date=False)


def _files(folder: Path) -> list[Path]:
    """Return what is taken over as it is. Raises OilstoneError when it is no such model."""
    if not (folder / NEEDED).is_file():
        raise OilstoneError(
            f"{folder}: no {NEEDED}, so no model; give the folder that a download of it made, such"
            " as by `hf download NAME --local-dir DIR`"
        )
    weights = sorted(path for pattern in WEIGHTS for path in folder.glob(pattern))
    if not any(path.suffix == ".safetensors" for path in weights):
        raise OilstoneError(
            f"{folder}: no *.safetensors; weights in pickles (*.bin, *.pt) are not taken: they run"
            " code when they are read. Convert them, or download another revision"
        )
    return [folder / NEEDED, *(folder / n for n in KEPT if (folder / n).is_file()), *weights]


def _take(path: Path, there: Path) -> None:
    try:
        os.link(path.resolve(), there)
    except OSError:  # another disk, or one without links
        shutil.copyfile(path, there)


def _parameters(path: Path) -> int:
    """Count the weights of a safetensors file, from the JSON that stands before them."""
    with path.open("rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    return sum(prod(found["shape"]) for name, found in header.items() if name != "__metadata__")


def _tokenizer(folder: Path, stage: Path) -> None:
    """Write the tokenizer as training and evaluation read it, the chat template in its own file."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(str(folder))
    if not tokenizer.chat_template:
        raise OilstoneError(
            f"{folder}: its tokenizer has no chat template; take the Instruct build of the model,"
            " or put a chat_template.jinja beside it"
        )
    tokenizer.save_pretrained(stage)
    lacking = [name for name in layout.TOKENIZER if not (stage / name).is_file()]
    if lacking:
        raise OilstoneError(f"{folder}: its tokenizer could not be written as {', '.join(lacking)}")


def _told(made: Manifest, out: Path, *, up_to_date: bool) -> dict[str, Any]:
    details = made.details
    say(f"{out}: {details['name']}, {details['parameters'] / 1e6:.1f} M parameters")
    return {"digest": made.digest, "out": str(out), "up_to_date": up_to_date, **details}

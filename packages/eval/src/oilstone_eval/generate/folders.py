"""Models and adapters in folders: artifacts, plain ones as Hugging Face writes them, and runs.

A plain folder is known by the hash of its files; it tells less than an artifact does.
"""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

from oilstone_schemas import artifact, canonical
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.command import OilstoneError, say
from oilstone_schemas.files import fingerprint

# What a folder must hold to be one of a kind.
_MARKS = {"base": "config.json", "adapter": "adapter_config.json"}
_WEIGHTS = {"base": "model*.safetensors", "adapter": "adapter_model.safetensors"}
_USED = ("*.safetensors", "*.json", "*.jinja", "*.model", "*.txt")
_CHECKPOINT = re.compile(r"checkpoint-(\d+)")
_WHOLE = "whole.json"  # the list of a checkpoint's files that training writes last


def find(folder: Path, kind: str) -> Manifest:
    """Return the base or adapter at `folder`; of a run, its newest whole checkpoint.

    Raises OilstoneError when there is none.
    """
    if (folder / "manifest.json").is_file():
        return artifact.load(folder, kind)
    if (folder / _MARKS[kind]).is_file() and any(folder.glob(_WEIGHTS[kind])):
        return _plain(folder, kind)
    found = checkpoints(folder)
    if found:
        say(f"{folder}: taking {found[-1].relative_to(folder)}, its newest whole checkpoint")
        return _plain(found[-1], kind)
    raise OilstoneError(
        f"{folder}: no {kind} there: neither manifest.json, nor {_MARKS[kind]} with"
        f" {_WEIGHTS[kind]}, nor a whole checkpoint-N"
    )


def checkpoints(run: Path) -> list[Path]:
    """Return the whole checkpoints of a run folder, at any depth, the oldest first."""
    found = [path for path in run.rglob("checkpoint-*") if _CHECKPOINT.fullmatch(path.name)]
    whole = [path for path in found if path.is_dir() and _whole(path)]
    return sorted(whole, key=step)


def step(checkpoint: Path) -> int:
    """Return the step after which a checkpoint was saved."""
    return int(checkpoint.name.rpartition("-")[2])


def _whole(folder: Path) -> bool:
    """Tell whether a checkpoint can be loaded: all that its list names, or else its weights."""
    marked = next((kind for kind in ("adapter", "base") if (folder / _MARKS[kind]).is_file()), None)
    if marked is None or not all(map(_intact, folder.glob(_WEIGHTS[marked]))):
        return False
    if not (folder / _WHOLE).is_file():
        return any(folder.glob(_WEIGHTS[marked]))
    try:
        listed: dict[str, list[Any]] = json.loads((folder / _WHOLE).read_text())
        return all((folder / name).stat().st_size == size for name, (size, _) in listed.items())
    except (OSError, ValueError):
        return False


def _intact(weights: Path) -> bool:
    """Tell whether a safetensors file is as long as its header says."""
    with weights.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if length > weights.stat().st_size:
            return False
        header = json.loads(file.read(length))
    ends = [part["data_offsets"][1] for name, part in header.items() if name != "__metadata__"]
    return weights.stat().st_size == 8 + length + max(ends, default=0)


def _plain(folder: Path, kind: str) -> Manifest:
    names = sorted({path for pattern in _USED for path in folder.glob(pattern)})
    held = {path.name: fingerprint(path)["sha256"] for path in names if path.name != _WHOLE}
    details = {"chat_template_sha256": template(folder), "plain": True}
    digest = canonical.digest([kind, held])
    return Manifest(folder, {"kind": kind, "digest": digest, "details": details, "inputs": []})


def template(folder: Path) -> str | None:
    """Return the sha256 of a folder's chat template; None when it has none."""
    own = folder / "chat_template.jinja"
    if own.is_file():
        return hashlib.sha256(own.read_bytes()).hexdigest()
    config = folder / "tokenizer_config.json"
    text = json.loads(config.read_text()).get("chat_template") if config.is_file() else None
    return hashlib.sha256(text.encode()).hexdigest() if isinstance(text, str) else None

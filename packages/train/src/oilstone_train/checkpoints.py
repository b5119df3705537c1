"""Checkpoints that are whole, or removed.

A checkpoint is whole when the list of its files, which is written last, is there and every file
has the size and the hash that the list says.
"""

import hashlib
import json
import re
import shutil
from pathlib import Path

from oilstone_schemas.command import say
from oilstone_schemas.disk import replacing, sync

WHOLE = "whole.json"
_NAME = re.compile(r"checkpoint-(\d+)")


def mark(folder: Path) -> None:
    """Write the list of a checkpoint's files, once they are on the disk."""
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name != WHOLE)
    for path in files:
        sync(path)
    listed = {path.name: _fingerprint(path) for path in files}
    with replacing(folder / WHOLE) as temporary:
        temporary.write_text(json.dumps(listed))


def is_whole(folder: Path) -> bool:
    """Tell whether a checkpoint is all there; one that was cut off or altered is not."""
    try:
        listed: dict[str, list[int | str]] = json.loads((folder / WHOLE).read_text())
        return all(_fingerprint(folder / name) == found for name, found in listed.items())
    except (OSError, ValueError):
        return False


def last_whole(out: Path) -> Path | None:
    """Return the newest whole checkpoint below `out`; remove, aloud, those that are not whole."""
    found = {step(path): path for path in out.glob("checkpoint-*") if _NAME.fullmatch(path.name)}
    for number in sorted(found):
        if not is_whole(found[number]):
            say(f"{found[number]}: cut off or altered since; it is removed and not gone on from")
            shutil.rmtree(found.pop(number))
    return found[max(found)] if found else None


def step(folder: Path) -> int:
    """Return the step after which a checkpoint was saved."""
    return int(folder.name.rpartition("-")[2])


def _fingerprint(path: Path) -> list[int | str]:
    content = path.read_bytes()
    return [len(content), hashlib.sha256(content).hexdigest()]

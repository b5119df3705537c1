"""Taking over an adapter from another registry's archive: verified, kept, gated; never promoted."""

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from oilstone_registry import gate, handover, names, provenance, register
from oilstone_registry.audit import Act, Row
from oilstone_registry.database import Registry
from oilstone_registry.lifecycle import named
from oilstone_registry.names import Reference
from oilstone_schemas import artifact
from oilstone_schemas.command import OilstoneError


def receive(
    registry: Registry,
    archive: Path,
    act: Act,
    *,
    name: str | None = None,
    key: Path | None = None,
    out: Path | None = None,
) -> tuple[Row, bool]:
    """Register the adapter in an archive and gate it by the decision that comes with it.

    Its version is kept when that is free, else the next one; what it was made from is known to
    `why` from then on. `out` keeps the whole unpacked chain. Returns its row and whether it is new.
    Raises as `handover.unpack`, and OilstoneError when `out` exists.
    """
    if out is not None and out.exists():
        raise OilstoneError(f"{out}: exists; choose another --out")
    with tempfile.TemporaryDirectory(prefix="oilstone-import-") as made:
        about = handover.unpack(archive, Path(made), key)
        artifacts = Path(about["content"]) / "artifacts"
        name = names.name(name or about["name"])
        row, new = _registered(registry, artifacts, about, name, act)
        decision = artifacts / f"decision-{about['decision'][:12]}"
        asked = Reference(name, None, row["digest"])
        row, _ = gate.gate(registry, asked, decision, act, [artifacts])
        if out is not None:
            shutil.copytree(about["content"], out)
        return row, new


def _registered(
    registry: Registry, artifacts: Path, about: Mapping[str, Any], name: str, act: Act
) -> tuple[Row, bool]:
    folder = registry.store.folder / "provenance"
    for manifest in artifacts.iterdir():
        provenance.keep_one(folder, artifact.load(manifest))
    adapter = artifacts / f"adapter-{about['adapter'][:12]}"
    said = Act(act.actor, act.reason or f"imported {about['name']}@{about['version']}")
    return register.register(registry, adapter, name, _free(registry, name, about), said)


def _free(registry: Registry, name: str, about: Mapping[str, Any]) -> str | None:
    """Return its own version, unless another adapter has it here."""
    with registry.reading() as connection:
        rows = named(connection, name)
    same = [row["version"] for row in rows if row["digest"] == about["adapter"]]
    if same:
        return str(same[0])
    taken = {row["version"] for row in rows}
    return None if about["version"] in taken else str(about["version"])

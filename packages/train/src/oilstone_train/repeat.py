"""`oilstone-train run --from-manifest`: a run done once more, and the two compared."""

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from oilstone_schemas import artifact, recipe, validate
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.command import CheckFailed, OilstoneError, say
from oilstone_train import inputs, phase


def make(manifest: Path, out: Path, search: Sequence[Path]) -> dict[str, Any]:
    """Train the adapter of a manifest again into `out`, from its recipe and its very inputs.

    Raises CheckFailed when another digest comes out, OilstoneError when an input is not found at
    its path hint or below a search folder, or the run is of an oilstone-train with other recipes.
    """
    before = artifact.load(manifest if manifest.is_dir() else manifest.parent, "adapter")
    if out.resolve() == before.folder.resolve():
        raise OilstoneError(f"{out}: that is the run itself; give --out another folder")
    _same_keys(before)
    found: dict[str, list[Manifest]] = {}
    for item in before.inputs:
        found.setdefault(item["kind"], []).append(artifact.locate(before, item, search))
    given = phase.Given(
        found["dataset"][0], found["base"][0], _only(found.get("adapter", [])),
        _only(found["dataset"][1:]), _only(found.get("problems", [])),
    )  # fmt: skip
    made = phase.train(before.recipe, given, out)
    if made["digest"] != before.digest:
        raise CheckFailed(_differs(before, artifact.load(out, "adapter")))
    say(f"{out}: the same adapter as {before.folder}, to the last bit")
    return {**made, "repeats": before.digest}


def _same_keys(before: Manifest) -> None:
    filled = copy.deepcopy(before.recipe)
    recipe.fill(filled, validate.schema("recipe-phase.v1"))
    if filled != before.recipe:
        maker = before.data["producer"]
        raise OilstoneError(
            f"{before.folder}: its recipe lacks keys of this {inputs.PRODUCER}, so another digest"
            f" would come out; repeat it with the one that made it, {maker['version']}"
        )


def _only(found: Sequence[Manifest]) -> Manifest | None:
    return found[0] if found else None


def _differs(before: Manifest, after: Manifest) -> str:
    """Name the files that differ: weights may on another machine, a configuration never."""
    hashes = [{f["path"]: f["sha256"] for f in made.data["files"]} for made in (before, after)]
    volatile = {f["path"] for f in before.data["files"] if f.get("volatile")}
    names = sorted((hashes[0].keys() | hashes[1].keys()) - volatile)
    other = [name for name in names if hashes[0].get(name) != hashes[1].get(name)]
    return (
        f"{after.folder}: {after.digest}, not {before.digest}: {', '.join(other)} differ. Bits are"
        " promised for the same CPU, thread count and library versions"
    )

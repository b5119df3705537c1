"""`oilstone-data build`: a recipe becomes a dataset artifact whose books close."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from oilstone_data import assemble, recipe
from oilstone_data.books import Books
from oilstone_data.shell.shellcheck import ShellCheck
from oilstone_data.sources.kinds import inventory
from oilstone_data.sources.record import Inventory
from oilstone_data.telemetry import tools, waterfall
from oilstone_data.template.chat import load as load_template
from oilstone_data.world import rows as world
from oilstone_schemas import artifact
from oilstone_schemas.command import say

PRODUCER = "oilstone-data"
VOLATILE = ("*.svg",)


def build(
    path: Path, out: Path, overrides: Sequence[str], how: tuple[str, int] = ("local", 1)
) -> dict[str, Any]:
    """Build the dataset of the recipe at `path` into `out`, unless it stands there already.

    `how`: engine ("local" or "ray") and number of workers; neither changes what is built.
    """
    settings = recipe.load(path, overrides)
    found = [inventory(source) for source in settings.get("sources", [])]
    recorded = recipe.recorded(settings)
    key: dict[str, Any] = {
        "producer": PRODUCER,
        "recipe": recorded,
        "seed": settings["seed"],
        "inputs": recipe.inputs(settings),
    }
    request = artifact.request("dataset", **key, depends=_depends(settings, found))
    if there := artifact.current(out, request):
        say(f"up to date: {out}")
        return {"digest": there.digest, "out": str(out), "counts": there.counts, "up_to_date": True}
    stage = artifact.stage(out, request, resume=True)
    books = Books()
    counts = assemble.write(stage, settings, found, books, how)
    books.close()
    _report(stage, books, found)
    made = artifact.publish(
        stage, out, kind="dataset", request=request, details=_details(settings, found, books),
        counts=counts, volatile=VOLATILE, **key,
    )  # fmt: skip
    return {"digest": made.digest, "out": str(out), "counts": counts, "up_to_date": False}


def _depends(settings: dict[str, Any], found: Sequence[Inventory]) -> dict[str, Any]:
    drawn = {"world": world.digest(settings["world"]["language"])} if "world" in settings else {}
    read = {"sources": [item.sha256 for item in found]} if found else {}
    files = [item.digest for item in recipe.files(settings)]
    held = {"evaluation": files} if files else {}
    return {**drawn, **read, **held, **_template(settings), **_linter(settings)}


def _template(settings: dict[str, Any]) -> dict[str, str]:
    if "tokenizer" not in settings:
        return {}
    return {"chat_template_sha256": load_template(settings["tokenizer"]).sha256}


def _linter(settings: dict[str, Any]) -> dict[str, str]:
    if settings.get("shell", {}).get("severity") is None:
        return {}
    return {"shellcheck": ShellCheck().version}


def _report(stage: Path, books: Books, found: Sequence[Inventory]) -> None:
    assemble.clear(stage)
    (stage / "waterfall.svg").write_text(waterfall.draw(books), encoding="utf-8")
    for line in [*books.lines(), *(f"note: {n} x {text}" for text, n in books.notes.items())]:
        say(line)
    for item in found:
        for note in item.notes:
            say(f"note: {item.parts[0].source['name']}: {note}")


def _details(settings: dict[str, Any], found: Sequence[Inventory], books: Books) -> dict[str, Any]:
    prompt = settings["system_prompt"]
    return {
        "system_prompt": prompt,
        "system_prompt_sha256": hashlib.sha256(prompt.encode()).hexdigest(),
        **_template(settings),
        "evaluation": [
            {"name": item.folder.name, "sha256": item.digest} for item in recipe.files(settings)
        ],
        "sources": [*_drawn(settings), *map(_source, settings.get("sources", []), found)],
        "stages": [entry.as_json() for entry in books.entries.values()],
        "stage_sha256": books.hashes,
        "notes": dict(sorted(books.notes.items())),
        "tools": {**tools.versions(), **_linter(settings)},
    }


def _drawn(settings: dict[str, Any]) -> list[dict[str, Any]]:
    if "world" not in settings:
        return []
    revision = world.digest(settings["world"]["language"])
    return [{"name": world.SOURCE, "licence": world.LICENCE, "revision": revision}]


def _source(source: dict[str, Any], found: Inventory) -> dict[str, Any]:
    kept = ("name", "kind", "dataset", "config", "split", "language", "licence", "adapter")
    made = {key: source[key] for key in kept if key in source}
    return {**made, "revision": found.revision or source.get("revision"), "sha256": found.sha256}

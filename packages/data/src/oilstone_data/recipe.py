"""The recipe of a dataset: read, made usable, and recorded without this machine's paths."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oilstone_schemas import recipe
from oilstone_schemas.command import OilstoneError

if TYPE_CHECKING:
    from oilstone_schemas.artifact import Manifest

Settings = dict[str, Any]
_NEEDS = {"jsonl": "path", "parquet": "path", "folder": "path", "hf": "dataset"}
# Where something lies or how it is fetched does not change what it is.
_HOST = ("use_cache", "cache_dir")
_PLACES = ("reports", "samples")


def load(path: Path, overrides: Sequence[str]) -> Settings:
    """Return the recipe with defaults, overrides and paths that can be opened.

    Raises OilstoneError that lists what is wrong.
    """
    settings = recipe.load(path, "recipe-data.v1", overrides)
    problems = [f"{path}: {problem}" for problem in _problems(settings)]
    if problems:
        raise OilstoneError("\n".join(problems))
    for source in settings.get("sources", []):
        _settle(source, path.parent)
    for place in _PLACES if "verdicts" in settings else ():
        settings["verdicts"][place] = [path.parent / p for p in settings["verdicts"][place]]
    if "decontaminate" in settings:
        asked = settings["decontaminate"]
        asked["against"] = [path.parent / place for place in asked["against"]]
    if "tokenizer" in settings:
        settings["tokenizer"] = path.parent / settings["tokenizer"]
    return settings


def recorded(settings: Settings) -> Settings:
    """Return the recipe as the manifest holds it: names of files instead of their places."""
    made = dict(settings)
    if "sources" in settings:
        made["sources"] = list(map(_named, settings["sources"]))
    if "verdicts" in settings:  # which they are is told by the digests of the inputs
        made["verdicts"] = {k: v for k, v in settings["verdicts"].items() if k not in _PLACES}
    if "decontaminate" in settings:
        kept = {k: v for k, v in settings["decontaminate"].items() if k != "against"}
        made["decontaminate"] = kept
    if "tokenizer" in settings:
        made["tokenizer"] = Path(settings["tokenizer"]).name
    return made


def inputs(settings: Settings) -> list[Manifest]:
    """Return what else the build reads: reports about its own answers, evaluation sets."""
    from oilstone_data import judged, lineage

    reports = settings.get("verdicts", {}).get("reports", ())
    against = settings.get("decontaminate", {}).get("against", ())
    sets = [lineage.find(place, "problems") for place in against if place.is_dir()]
    return [*map(judged.load, reports), *sets]


def files(settings: Settings) -> list[Manifest]:
    """Return evaluation sets that are plain files: no artifacts, so known by their bytes alone."""
    from oilstone_data import lineage

    against = settings.get("decontaminate", {}).get("against", ())
    return [lineage.find(place, "problems") for place in against if not place.is_dir()]


def _problems(settings: Settings) -> list[str]:
    sources = settings.get("sources", [])
    twice = [name for name, n in Counter(s["name"] for s in sources).items() if n > 1]
    found = [f"sources: two are called {name!r}; give each a name of its own" for name in twice]
    for source in sources:
        if _NEEDS[source["kind"]] not in source:
            found.append(
                f"source {source['name']}: kind {source['kind']} needs {_NEEDS[source['kind']]!r}"
            )
        try:
            source["prompt"].format_map(source)
        except (KeyError, ValueError, IndexError, AttributeError) as error:
            found.append(
                f"source {source['name']}: prompt: {error!r}; {{language}} and {{name}} only"
            )
    if sources and not any(settings.get("split", {}).get(k, 1) for k in ("train", "eval", "test")):
        found.append("split: all shares are 0")
    return found


def _settle(source: Settings, folder: Path) -> None:
    if "path" in source:
        source["path"] = str(folder / source["path"])
    source["prompt"] = source["prompt"].format_map(source)
    if source["kind"] == "folder":
        source["adapter"] = "files"
    if source["kind"] == "hf" and (folder / source["dataset"]).is_dir():
        source["dataset"] = str(folder / source["dataset"])


def _named(source: Settings) -> Settings:
    kept = {key: value for key, value in source.items() if key not in _HOST}
    for key in ("path", "dataset"):
        if key in kept and Path(kept[key]).exists():
            kept[key] = Path(kept[key]).name
    return kept

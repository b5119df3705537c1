"""Manifests: what an artifact is, and the hashes that hold it together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from oilstone_schemas import canonical, validate
from oilstone_schemas.command import OilstoneError
from oilstone_schemas.disk import guard

NAME = "manifest.json"
SCHEMA = "manifest.v1"
MAKERS = {
    "dataset": "oilstone-data build RECIPE --out DIR",
    "base": "oilstone-train base RECIPE --data DIR --out DIR",
    "problems": "oilstone-data export DATASET --as problems --out DIR",
    "adapter": "oilstone-train run PHASE.yaml --data DIR --base DIR --out DIR",
    "sweep": "oilstone-train sweep SWEEP.yaml --data DIR --base DIR --out DIR",
    "samples": "oilstone-eval generate --base DIR --problems DIR --out DIR",
    "report": "oilstone-eval judge SAMPLES --problems DIR --out DIR",
    "decision": "oilstone-gates check GATES.yaml --report DIR --out DIR",
    "outcomes": "oilstone-registry serve",
    "domains": "oilstone-data classify --export --out DIR",
}


@dataclass(frozen=True)
class Manifest:
    """A manifest that holds together, and the folder it was read from."""

    folder: Path
    data: dict[str, Any]

    @property
    def kind(self) -> str:
        """What the artifact is: dataset, base, adapter, ..."""
        return str(self.data["kind"])

    @property
    def digest(self) -> str:
        """The artifact's identity: same inputs, same digest."""
        return str(self.data["digest"])

    @property
    def request(self) -> str:
        """What was asked for; see `artifact.request`."""
        return str(self.data["request"])

    @property
    def recipe(self) -> dict[str, Any]:
        """The whole effective recipe."""
        return dict(self.data["recipe"])

    @property
    def seed(self) -> int:
        """The seed of everything random in the making."""
        return int(self.data["seed"])

    @property
    def details(self) -> dict[str, Any]:
        """What this kind of artifact adds."""
        return dict(self.data["details"])

    @property
    def counts(self) -> dict[str, int]:
        """Numbers of things, by name."""
        return dict(self.data["counts"])

    @property
    def inputs(self) -> list[dict[str, str]]:
        """The artifacts it was made from: kind, digest, path hint."""
        return list(self.data["inputs"])


def parse(folder: Path) -> Manifest:
    """Read the manifest of `folder`. Raises OilstoneError, naming it, when it does not hold."""
    path = folder / NAME
    with guard(path):
        content = path.read_bytes()
    try:
        data = canonical.loads(content)
    except ValueError as error:
        raise OilstoneError(f"{path}: not what it was: not strict JSON: {error}") from error
    _known_major(data, path)
    if content != canonical.pretty(data):
        raise OilstoneError(f"{path}: not what it was: not laid out as it was written")
    if not validate.accepts(SCHEMA)(data):
        validate.check(data, SCHEMA, str(path))
    for key, found in (("seal", seal(data)), ("digest", identity(data))):
        if data[key] != found:
            raise OilstoneError(f"{path}: not what it was: its {key} does not fit its content")
    return Manifest(folder, data)


def _known_major(data: Any, path: Path) -> None:
    name = data.get("schema") if isinstance(data, dict) else None
    if name != SCHEMA and str(name).startswith("manifest.v"):
        raise OilstoneError(
            f"{path}: it follows {name}, this oilstone-schemas reads {SCHEMA}:"
            " upgrade oilstone-schemas"
        )


def seal(data: Mapping[str, Any]) -> str:
    """Return the hash of everything in the manifest but the seal itself."""
    return canonical.digest({key: value for key, value in data.items() if key != "seal"})


def identity(data: Mapping[str, Any]) -> str:
    """Return the artifact's digest: of what it was made from and what it holds, of no time."""
    inputs = [item["digest"] for item in data["inputs"]]
    files = [_identity_of_file(entry) for entry in data["files"] if not entry.get("volatile")]
    return canonical.digest(
        [data["schema"], data["recipe_sha256"], data["seed"], inputs, sorted(files)]
    )


def _identity_of_file(entry: Mapping[str, Any]) -> list[Any]:
    if "stable_sha256" in entry:
        return [entry["path"], entry.get("rows", 1), entry["stable_sha256"]]
    return [entry["path"], entry["bytes"], entry["sha256"]]


def request(
    kind: str,
    *,
    producer: str,
    recipe: Mapping[str, Any],
    seed: int,
    inputs: Sequence[Manifest],
    depends: Mapping[str, Any] | None = None,
) -> str:
    """Return the hash of everything that determines the content before it is made.

    `producer` is a distribution's name; `depends` is what else matters, such as a compiler's
    version, as JSON.
    """
    return canonical.digest(
        {
            "schema": SCHEMA,
            "kind": kind,
            "producer": made_by(producer),
            "recipe": recipe,
            "seed": seed,
            "inputs": [[item.kind, item.digest] for item in inputs],
            "depends": depends or {},
        }
    )


def made_by(producer: str) -> dict[str, str]:
    """Return a distribution's name and installed version, as the manifest holds them."""
    return {"package": producer, "version": version(producer)}


def assemble(
    body: Mapping[str, Any], files: Iterable[Mapping[str, Any]], created_at: str
) -> dict[str, Any]:
    """Return a whole manifest from what its producer said and the files' entries."""
    data = {
        "schema": SCHEMA,
        **body,
        "recipe_sha256": canonical.digest(body["recipe"]),
        "files": sorted(files, key=lambda entry: str(entry["path"])),
        "created_at": created_at,
    }
    data["digest"] = identity(data)
    data["seal"] = seal(data)
    order: list[str] = validate.schema(SCHEMA)["required"]
    return {key: data[key] for key in order}

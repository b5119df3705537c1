"""Is an unpacked hand-over whole, nothing more than that, and does its story hold together?"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from oilstone_gates import decision
from oilstone_gates.confirm import confirm
from oilstone_registry import audit, names, proof
from oilstone_registry.statement import statement
from oilstone_schemas import artifact, canonical, files, jsonl
from oilstone_schemas import content as content_of
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.command import CheckFailed, OilstoneError

FORMAT = "oilstone-handover 1"
CONTENT, ARTIFACTS, SIGNATURE = "content", "artifacts", "signature.json"
ABOUT, STATEMENT = "handover.json", "statement.json"
ROWS = ("adapters.jsonl", "events.jsonl", "abtests.jsonl")


def about(content: Path) -> dict[str, Any]:
    """Return what a hand-over says about itself; raises CheckFailed for what is none."""
    try:
        said = canonical.loads((content / ABOUT).read_bytes())
        if said["format"] != FORMAT:
            raise CheckFailed(f"{ABOUT}: format {said['format']!r}, this one reads {FORMAT!r}")
        names.name(said["name"]), names.version(said["version"])
        names.sha256(said["adapter"]), names.sha256(said["decision"])
        for one in said["left_out"]:
            names.sha256(one["digest"])
    except (OSError, ValueError, TypeError, KeyError, OilstoneError) as error:
        raise CheckFailed(f"{ABOUT}: not what export wrote: {error}") from error
    return dict(said)


def statement_of(said: Mapping[str, Any], content: Path) -> dict[str, Any]:
    """Return the in-toto statement that follows from adapter and decision."""
    label = f"{said['name']}@{said['version']}"
    adapter = artifact.load(place(content, "adapter", said["adapter"]))
    read = decision.read(place(content, "decision", said["decision"]))
    return statement(label, adapter, read)


def place(content: Path, kind: str, digest: str) -> Path:
    """Return where an artifact lies in a hand-over."""
    return content / ARTIFACTS / f"{kind}-{digest[:12]}"


def problems(root: Path, said: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with an unpacked hand-over."""
    content = root / CONTENT
    for kind in ("adapter", "decision"):
        folder = place(content, kind, said[kind])
        if not folder.is_dir():
            yield f"its {kind} {said[kind][:12]} is missing"
            return
        deep = artifact.verify(folder, deep=True, search=[content / ARTIFACTS])
        yield from _but(deep, {one["digest"] for one in said["left_out"]})
    try:
        yield from _strangers(root, said)
        yield from _decided(content, said)
        yield from _rows(content, said)
    except OilstoneError as error:
        yield str(error)


def _decided(content: Path, said: Mapping[str, Any]) -> Iterator[str]:
    read = decision.read(place(content, "decision", said["decision"]))
    if read.adapter != said["adapter"]:
        yield proof.about(read)
    confirm(read, [content / ARTIFACTS])
    if (content / STATEMENT).read_bytes() != canonical.pretty(statement_of(said, content)):
        yield f"{STATEMENT} does not follow from adapter and decision"
    if (content / ABOUT).read_bytes() != canonical.pretty(said):
        yield f"{ABOUT}: not laid out as it was written"


def _strangers(root: Path, said: Mapping[str, Any]) -> Iterator[str]:
    """Yield files that belong to nothing: nobody vouches for them."""
    content = root / CONTENT
    known = {f"{CONTENT}/{name}" for name in (ABOUT, STATEMENT, *ROWS)} | {SIGNATURE}
    chain = {f"{CONTENT}/{ARTIFACTS}/{folder.name}" for folder in _chain(content, said)}
    for name in files.names(root):
        if name not in known and "/".join(name.split("/")[:3]) not in chain:
            yield f"{name}: no part of the chain"


def _chain(content: Path, said: Mapping[str, Any]) -> Iterator[Path]:
    """Yield the folders of the adapter, the decision, and all that they were made from."""
    queue = [place(content, kind, said[kind]) for kind in ("adapter", "decision")]
    seen = set[Path]()
    while queue:
        folder = queue.pop()
        if folder in seen or not folder.is_dir():
            continue
        seen.add(folder)
        yield folder
        found: Manifest = artifact.load(folder)
        queue += [place(content, item["kind"], item["digest"]) for item in found.inputs]


def _rows(content: Path, said: Mapping[str, Any]) -> Iterator[str]:
    for name in ROWS:
        content_of.check(content / name, content_of.infer(content / name))
    log = list(jsonl.read(content / "events.jsonl"))
    adapters = list(jsonl.read(content / "adapters.jsonl"))
    told = [(row["name"], row["version"], row["digest"]) for row in adapters]
    if told != [(said["name"], said["version"], said["adapter"])]:
        yield f"adapters.jsonl: is not about {said['name']}@{said['version']} alone"
    yield from _story(log, {row["version"]: row["status"] for row in adapters})


def _story(log: Iterable[Mapping[str, Any]], ends: Mapping[str, str]) -> Iterator[str]:
    """Yield where the events of a name, of which the log holds others', cannot be all of them."""
    before, status = 0, dict[str, str]()
    for event in log:
        called = f"events.jsonl: event {event['id']}"
        if event["hash"] != audit.digest(event):
            yield f"{called} is not what was written"
        version = event["version"]
        follows = version is None or event["from_status"] == status.get(version)
        if event["id"] <= before or not follows:
            yield f"{called} does not follow the one before it"
        before = event["id"]
        if version is not None:
            status[version] = event["to_status"]
    for version, end in ends.items():
        if status.get(version) != end:
            yield f"events.jsonl: does not lead to {version} being {end}"


def _but(found: Iterable[str], left_out: set[str]) -> Iterator[str]:
    """Leave out the complaints about what was left out on purpose."""
    for problem in found:
        if not any(f" {digest}, is neither" in problem for digest in left_out):
            yield problem

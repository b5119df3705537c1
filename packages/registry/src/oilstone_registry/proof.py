"""What a promotion needs: a passing decision about this adapter, under the gates that count."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from oilstone_gates import confirm as confirmed
from oilstone_gates import decision
from oilstone_gates.decision import Decision
from oilstone_registry import provenance
from oilstone_registry.audit import Row
from oilstone_registry.store import Store
from oilstone_registry.tables import decisions, pins
from oilstone_schemas import artifact, canonical
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.command import CheckFailed, OilstoneError, say

PASS_RATE = "pass@1"
METRICS = "metrics.json"


def gates_of(read: Decision) -> str:
    """Return the digest of the gate file that a decision follows."""
    return str(read.manifest.data["recipe_sha256"])


def label(row: Row) -> str:
    """Return how messages speak of a version."""
    return f"{row['name']}@{row['version']} (adapter {row['digest'][:12]})"


def about(read: Decision) -> str:
    """Return what a decision is about, for messages."""
    what = f"adapter {read.adapter[:12]}" if read.adapter else "no adapter"
    return f"the decision in {read.manifest.folder} is about {what}"


def require(row: Row, read: Decision, pinned: str | None) -> None:
    """Raise CheckFailed, with the reason, unless the decision proves this version today."""
    if row["digest"] != read.adapter:
        raise CheckFailed(
            f"refused: to promote {label(row)} needs a decision about it; {about(read)}"
        )
    if not read.passed:
        failing = [gate["name"] for gate in read.data["gates"] if gate["verdict"] != "passed"]
        raise CheckFailed(
            f"refused: the decision about {label(row)} is {read.verdict}: {', '.join(failing)}"
        )
    if pinned not in (None, gates_of(read)):
        raise CheckFailed(
            f"refused: {row['name']} is judged by gate file {str(pinned)[:12]}, and the decision"
            f" in {read.manifest.folder} follows {gates_of(read)[:12]}; check the report against"
            " the gate file that counts, or pin another with `oilstone-registry gate --pin`"
        )
    for waiver in expired(read.data):
        raise CheckFailed(f"refused: {waiver}; let it be approved anew and decide again")


def expired(data: Mapping[str, Any]) -> Iterator[str]:
    """Yield each waiver that the decision leans on and that is over by now."""
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    for gate in data["gates"]:
        waiver = gate.get("waiver")
        if waiver and str(waiver["expires"]) < today:
            yield f"the waiver of gate {gate['name']!r} expired on {waiver['expires']}"


def pinned(connection: sa.Connection, name: str) -> str | None:
    """Return the gate file that counts for a name; None when any does."""
    query = sa.select(pins.c.gates).where(pins.c.name == name)
    return connection.execute(query).scalar_one_or_none()


def confirm(store: Store, read: Decision, search: Sequence[Path] = ()) -> None:
    """Judge the decision again from its reports; a missing one is said aloud, for nothing more can.

    They are looked for where they were, in the store, and below `search`. Raises CheckFailed when
    they say otherwise.
    """
    kept = store.folder / "provenance"
    reports = [item["digest"] for item in read.manifest.inputs]
    places = [*search, *(store.folder / digest for digest in reports)]
    for digest in reports:
        found = provenance.kept(kept, digest)
        places += [kept / item["digest"] for item in found.inputs] if found else []
    if not confirmed.confirm(read, [place for place in places if place.is_dir()]):
        say(
            f"{read.manifest.folder}: its reports are not all at hand; that it says what they say"
            " rests on its own word"
        )


def keep(store: Store, read: Decision, search: Sequence[Path] = ()) -> Manifest | None:
    """Keep the decision, and the report behind it when it is at hand; return that report."""
    store.keep(read.manifest)
    provenance.keep(store.folder / "provenance", read.manifest)
    for _, found in provenance.inputs(read.manifest, search):
        if isinstance(found, str) or found.digest != read.data["report"]["digest"]:
            continue
        if not artifact.verify(found.folder):
            store.keep(found)
            return found
    return None


def success_rate(read: Decision, report: Manifest | None) -> float | None:
    """Return the offline pass rate: the report's, else what a gate saw; None when neither says."""
    if report is not None and (report.folder / METRICS).is_file():
        metrics = canonical.loads((report.folder / METRICS).read_bytes())["metrics"]
        if PASS_RATE in metrics:
            return _number(metrics[PASS_RATE]["value"])
    for gate in read.data["gates"]:
        if gate["metric"] == PASS_RATE and gate.get("baseline") is None:
            return _number(gate["observed"])
    return None


def _number(value: float | None) -> float | None:
    return None if value is None else float(value)


def written(connection: sa.Connection, read: Decision) -> list[tuple[str, Row]]:
    """Write the decision's row, unless it is there, and return what was written."""
    found = sa.select(decisions.c.digest).where(decisions.c.digest == read.manifest.digest)
    if connection.execute(found).one_or_none() is not None:
        return []
    row = {
        "digest": read.manifest.digest,
        "adapter": read.adapter,
        "report": read.data["report"]["digest"],
        "gates": gates_of(read),
        "verdict": read.verdict,
    }
    connection.execute(decisions.insert().values(row))
    return [("decisions", row)]


def kept(store: Store, digest: str) -> Decision:
    """Return a decision from the store; raises CheckFailed when it is not what it was."""
    return decision.read(store.require(digest))


def given(store: Store, asked: str) -> Decision:
    """Return the decision in a folder, or the kept one with this digest."""
    folder = Path(asked)
    if folder.exists() or len(asked) != 64:
        return decision.read(folder)
    if not store.holds(asked):
        raise OilstoneError(f"decision {asked}: not in the store; name its folder")
    return kept(store, asked)

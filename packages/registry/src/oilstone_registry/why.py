"""Why is this version in production? The chain back to the rows it was trained on."""

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from oilstone_gates import chain
from oilstone_registry import proof, provenance, resolve
from oilstone_registry.audit import Row
from oilstone_registry.database import Registry
from oilstone_registry.lifecycle import alias
from oilstone_registry.names import Reference
from oilstone_registry.store import Store
from oilstone_registry.tables import events
from oilstone_schemas import artifact
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.command import CheckFailed

MADE_FROM = ("dataset", "base", "adapter")


def why(registry: Registry, asked: Reference) -> dict[str, Any]:
    """Return the chain of a version (a name alone: its production version), every link verified.

    alias, event, decision with its gates, report, adapter, what that was made from, source rows.
    A link that was never at hand is named with its digest and `kept` false. Raises CheckFailed for
    one that is there and is not what it was.
    """
    with registry.reading() as connection:
        row = resolve.named_or_production(connection, asked)
        pointer = alias(connection, asked.name)
        event = _event(connection, row)
    store = registry.store
    adapter = artifact.load(store.require(row["digest"], row["seal"]))
    held = pointer is not None and pointer["version_id"] == row["id"]
    return {
        "name": row["name"],
        "version": row["version"],
        "status": row["status"],
        "alias": {"production": held, "generation": pointer["generation"] if held else None}
        if pointer is not None
        else None,
        "event": event,
        "decision": _decision(store, row),
        "adapter": _link(adapter) | {"made_from": list(_inputs(store, adapter))},
    }


def _event(connection: sa.Connection, row: Row) -> dict[str, Any]:
    """Return the last event of this version: who, when, why."""
    query = sa.select(events).where(
        events.c.name == row["name"], events.c.version == row["version"]
    )
    found = connection.execute(query.order_by(events.c.id.desc()).limit(1)).mappings().one()
    return {key: found[key] for key in ("id", "at", "actor", "action", "reason", "hash")}


def _decision(store: Store, row: Row) -> dict[str, Any] | None:
    if row["decision"] is None:
        return None
    read = proof.kept(store, row["decision"])
    if read.adapter != row["digest"]:
        raise CheckFailed(f"decision {row['decision']} is not about {proof.label(row)}")
    report = read.data["report"]["digest"]
    return {
        "digest": read.manifest.digest,
        "verdict": read.verdict,
        "gates_digest": proof.gates_of(read),
        "gates": [
            {key: gate[key] for key in ("name", "metric", "threshold", "observed", "n", "verdict")}
            for gate in read.data["gates"]
        ],
        "report": {"digest": report, "kept": store.holds(report)} | _report(store, report),
    }


def _report(store: Store, digest: str) -> dict[str, Any]:
    if not store.holds(digest):
        return {}
    return _link(artifact.load(store.require(digest)))


def _inputs(store: Store, manifest: Manifest) -> Iterator[dict[str, Any]]:
    """Follow datasets, bases and earlier phases, as far as their manifests were at hand."""
    for item in manifest.inputs:
        found = provenance.kept(store.folder / "provenance", item["digest"])
        if found is None:
            yield {"kind": item["kind"], "digest": item["digest"], "kept": False}
            continue
        link = _link(found)
        if found.kind == "dataset":
            said = provenance.kept_sources(store.folder / "provenance", found.digest)
            link |= {"sources": said["sources"] if said else []}
        elif found.kind in MADE_FROM:
            link |= {"made_from": list(_inputs(store, found))}
        yield link


def _link(manifest: Manifest) -> dict[str, Any]:
    by = manifest.data["producer"]
    return {
        "kind": manifest.kind,
        "digest": manifest.digest,
        "kept": True,
        "producer": f"{by['package']} {by['version']}",
        "created_at": manifest.data["created_at"],
        "seed": manifest.seed,
        "samples_digest": chain.input_digest(manifest, "samples"),
    }


def page(found: Mapping[str, Any]) -> str:
    """Return the chain as indented text, from the alias to the rows."""
    pointer = found["alias"]
    held = pointer is not None and pointer["production"]
    said = f"production alias, generation {pointer['generation']}" if held else found["status"]
    event = found["event"]
    reason = f": {event['reason']}" if event["reason"] else ""
    lines = [
        f"{found['name']}@{found['version']} ({said})",
        f"  {event['action']} by {event['actor']} at {event['at']}{reason} (event {event['id']})",
        *_decision_lines(found["decision"]),
        *_lines(found["adapter"], 1),
    ]
    return "\n".join(lines)


def _decision_lines(decision: Mapping[str, Any] | None) -> Iterator[str]:
    if decision is None:
        yield "  no decision"
        return
    yield f"  decision {decision['digest'][:12]}: {decision['verdict']}"
    for gate in decision["gates"]:
        seen = f"{gate['metric']} {gate['observed']} against {gate['threshold']}, n {gate['n']}"
        yield f"    {gate['name']}: {gate['verdict']} ({seen})"
    report = decision["report"]
    yield f"    report {report['digest'][:12]}{'' if report['kept'] else ' (not at hand)'}"


def _lines(link: Mapping[str, Any], depth: int) -> Iterator[str]:
    indent = "  " * depth
    if not link["kept"]:
        yield f"{indent}{link['kind']} {link['digest'][:12]} (not at hand when it was registered)"
        return
    made = f"{link['producer']}, {link['created_at']}, seed {link['seed']}"
    yield f"{indent}{link['kind']} {link['digest'][:12]} ({made})"
    for source in link.get("sources", []):
        yield f"{indent}  {source['rows']} rows from {source['source']} ({source['licence']})"
    for below in link.get("made_from", []):
        yield from _lines(below, depth + 1)

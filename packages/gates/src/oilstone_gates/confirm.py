"""Does a decision say what its reports say? Judged again from them, where they are at hand.

A decision is sealed by hashes that anybody can compute again; what it was decided on is not.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from oilstone_gates import chain, report, subject
from oilstone_gates.decide import finding
from oilstone_gates.decision import FILE, Decision
from oilstone_gates.measure import Evidence, sights
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.command import CheckFailed, OilstoneError

SEEN = ("slice", "observed", "low", "high", "n", "unscored", "verdict")


def confirm(read: Decision, search: Sequence[Path]) -> bool:
    """Tell whether all reports of a decision are at hand and say what it says.

    They are looked for where its manifest says, and below `search`. False when one is not found.
    Raises CheckFailed when they say otherwise, are about another adapter, or do not verify.
    """
    found = [_found(read.manifest, item, search) for item in read.manifest.inputs]
    reports = [one for one in found if one is not None]
    if len(reports) < len(found):
        return False
    try:
        problems = list(_problems(read, reports, search))
    except OilstoneError as error:
        raise CheckFailed(f"{read.manifest.folder / FILE}: cannot be confirmed: {error}") from error
    if problems:
        said = "; ".join(problems)
        raise CheckFailed(f"{read.manifest.folder / FILE}: not what its reports say: {said}")
    return True


def _found(manifest: Manifest, item: Mapping[str, Any], search: Sequence[Path]) -> Manifest | None:
    only = Manifest(manifest.folder, manifest.data | {"inputs": [item]})
    return chain.find(only, item["kind"], search)


def _problems(read: Decision, reports: Sequence[Manifest], search: Sequence[Path]) -> Iterator[str]:
    ours, *others = [report.load(one.folder) for one in reports]
    adapter = _adapter(ours.manifest, search, read.adapter)
    if adapter != read.adapter:
        yield f"report {ours.digest[:12]} is about adapter {str(adapter)[:12]}"
    seen = Evidence(ours, dict(zip(read.data["baselines"], others, strict=True)), adapter)
    gates = read.manifest.recipe["gates"]
    for gate, sight, said in zip(gates, sights(gates, seen), read.data["gates"], strict=True):
        if "latency" in gate["metric"]:
            continue  # times are no part of a report's identity: another report with it has others
        found = finding(gate, sight.measurement, sight.slice)
        for key in SEEN:
            if not _same(found[key], said.get(key)):
                yield f"{key} of gate {gate['name']!r} is {found[key]}, not {said.get(key)}"


def _adapter(ours: Manifest, search: Sequence[Path], said: str | None) -> str | None:
    """Return whose report it is; what the decision says where neither chain nor details tell."""
    known = subject.SAID in ours.details or chain.find(ours, "samples", search) is not None
    return subject.adapter_digest(ours, search) if known else said


def _same(found: Any, said: Any) -> bool:
    if isinstance(found, float) and isinstance(said, float):
        return math.isclose(found, said, rel_tol=1e-9, abs_tol=1e-12)
    return bool(found == said)

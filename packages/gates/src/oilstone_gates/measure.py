"""What a gate looks at: a record of the report, or numbers computed anew from the verdicts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from oilstone_gates import families, report, scores
from oilstone_gates.bounds import Measurement
from oilstone_gates.decide import judge, worst
from oilstone_gates.estimate import LEVEL, estimate
from oilstone_gates.gatefile import Gate, against, option
from oilstone_gates.pairs import tabulate
from oilstone_gates.paths import Place, place
from oilstone_gates.report import Report
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.command import OilstoneError


@dataclass(frozen=True)
class Evidence:
    """What the gates look at. Every report in it is verified and on the same problems."""

    report: Report
    baselines: Mapping[str, Report]
    adapter: str | None

    @property
    def seed(self) -> int:
        """The seed of the paired bootstrap: the report's, as in `oilstone-eval compare`."""
        return self.report.manifest.seed

    @property
    def inputs(self) -> list[Manifest]:
        """The reports, this one first, the baselines by name."""
        return [self.report.manifest, *(self.baselines[name].manifest for name in self.baselines)]


@dataclass(frozen=True)
class Sight:
    """What a gate saw, and on which slice; None when there is no such metric."""

    measurement: Measurement | None
    slice: str | None


def sights(gates: Sequence[Gate], evidence: Evidence) -> list[Sight]:
    """Return what each gate sees. Raises OilstoneError for a unit or method that does not fit."""
    found = {gate["name"]: _sight(gate, evidence) for gate in gates if "family" not in gate}
    for family in families.members(gates).values():
        seen = families.corrected(
            family,
            lambda gate, level: _measured(gate, evidence, place(gate), level),
            lambda gate, seen: judge(gate, seen)[0] == "passed",
        )
        found |= {g["name"]: Sight(seen[g["name"]], place(g).slice) for g in family}
    return [found[gate["name"]] for gate in gates]


def _sight(gate: Gate, evidence: Evidence) -> Sight:
    where, level = place(gate), gate.get("confidence")
    if not option(gate, "worst_slice"):
        return Sight(_measured(gate, evidence, where, level), where.slice)
    everywhere = [
        Sight(_measured(gate, evidence, Place(where.name, name), level), name)
        for name in report.slices(evidence.report)
    ]
    if not everywhere:
        return Sight(None, None)
    return min(everywhere, key=lambda sight: worst(gate, sight.measurement))


def _measured(
    gate: Gate, evidence: Evidence, where: Place, level: float | None
) -> Measurement | None:
    record = report.record(evidence.report, *where)
    _same_unit(gate, record)
    other = against(gate)
    if other is None and level is None and "method" not in gate:
        return report.metric(evidence.report, *where)
    if other is None and record is None:
        return None
    definition = scores.definition(where.name, record)
    if definition is None:
        raise OilstoneError(
            f"gate {gate['name']!r}: {where.name!r} has no value per sample, so neither a paired"
            " difference nor another interval; known by name are"
            f" {', '.join([*scores.DEFINITIONS, 'latency_pNN'])}"
        )
    sides = [evidence.report, *([] if other is None else [evidence.baselines[other]])]
    part = where.slice or evidence.report.primary
    table = tabulate(definition, [report.verdicts(side, part) for side in sides])
    if option(gate, "pair_by") == "problem":
        table = table.by_problem()
    found = estimate(
        table,
        seed=evidence.seed,
        method=gate.get("method"),
        level=level or LEVEL,
        relative=option(gate, "delta") == "relative",
        quantile=definition.quantile,
    )
    return replace(found, unit=None if record is None else record["unit"])


def _same_unit(gate: Gate, record: Mapping[str, str] | None) -> None:
    if record is not None and gate.get("unit") not in (None, record["unit"]):
        raise OilstoneError(
            f"gate {gate['name']!r}: {gate['metric']} is in {record['unit']}, the gate asks in"
            f" {gate['unit']}; give unit and value as the report does"
        )

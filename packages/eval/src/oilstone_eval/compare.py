"""`compare`: two reports on the same problems, sample by sample."""

from collections.abc import Mapping, Sequence
from typing import Any

from oilstone_eval import latencies
from oilstone_eval.metrics import LEVEL
from oilstone_eval.reports import Report, comparable
from oilstone_eval.scores import Declared
from oilstone_eval.statistics import clusters, families, mcnemar, power
from oilstone_schemas import intervals
from oilstone_schemas.command import OilstoneError

NOTHING = ("value", "baseline", "difference", "low", "high", "gained", "lost")


def compare(
    report: Report, baselines: Sequence[Report], margins: Mapping[str, float] | None = None
) -> dict[str, Any]:
    """Return, for every baseline and metric, both values and the paired difference.

    Over the report's primary slice. `margins`: by metric, the loss that retention may show. Raises
    OilstoneError when problems, prompts or tools are not the same.
    """
    comparable([report, *baselines])
    strange = sorted((margins or {}).keys() - report.declared.keys())
    if strange:
        known = ", ".join(report.declared)
        raise OilstoneError(f"--margin {strange[0]}: no metric of the report; there are {known}")
    found = {
        f"{number}. {each.name}": _against(report, each, margins or {})
        for number, each in enumerate(baselines, start=1)
    }
    _adjust([record for records in found.values() for record in records.values()])
    return {"report": report.name, "slice": report.primary, "baselines": found}


def _against(report: Report, baseline: Report, margins: Mapping[str, float]) -> dict[str, Any]:
    seed = report.manifest.seed
    ours, theirs = report.verdicts(report.primary), baseline.verdicts(report.primary)
    found = {
        name: paired(metric, ours, theirs, seed, margins.get(name))
        for name, metric in report.declared.items()
    }
    return found | latencies.compared(ours, theirs, LEVEL, seed)


def paired(
    metric: Declared, ours: dict[Any, Any], theirs: dict[Any, Any], seed: int,
    margin: float | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Return one metric of two sides: values over the pairs, difference, interval, flips, tests.

    A pair counts where the metric applies to both and both are scored; `unscored` counts the
    pairs that lack a score, and samples that only one side has. Samples of one problem are a
    cluster: standard error, bootstrap and p-value are taken over problems.
    """
    pairs, problems, unscored = [], [], len(ours.keys() ^ theirs.keys())
    for key in sorted(ours.keys() & theirs.keys()):
        both = ours[key], theirs[key]
        if not all(metric.takes(verdict) for verdict in both):
            continue
        first, second = (metric.metric.score(verdict) for verdict in both)
        if first is None or second is None:
            unscored += 1
        else:
            pairs.append((first, second))
            problems.append(key[0])
    found = {"n": len(pairs), "unscored": unscored, "unit": metric.metric.unit}
    if not pairs:
        return {**found, **dict.fromkeys(NOTHING), "level": LEVEL, "method": "none"}
    return {**found, **_difference(pairs, problems, seed), **_tests(pairs, problems, seed, margin)}


Pairs = Sequence[tuple[float, float]]


def _difference(pairs: Pairs, problems: Sequence[str], seed: int) -> dict[str, Any]:
    ours, theirs = ([pair[side] for pair in pairs] for side in (0, 1))
    if len(set(problems)) == len(pairs):
        difference, low, high = intervals.paired_difference(ours, theirs, LEVEL, seed)
        method = intervals.paired_method(ours, theirs)
    else:
        each = [first - second for first, second in pairs]
        difference, method = sum(each) / len(each), "paired-bootstrap"
        low, high = clusters.bootstrap(each, problems, LEVEL, seed)
    return {
        "value": sum(ours) / len(ours), "baseline": sum(theirs) / len(theirs),
        "difference": difference, "low": low, "high": high,
        "gained": sum(first > second for first, second in pairs),
        "lost": sum(first < second for first, second in pairs),
        "level": LEVEL, "method": method,
    }  # fmt: skip


def _tests(
    pairs: Pairs, problems: Sequence[str], seed: int, margin: float | None
) -> dict[str, Any]:
    each = [first - second for first, second in pairs]
    difference = sum(each) / len(each)
    error = clusters.standard_error(each, problems)
    found: dict[str, Any] = {
        "standard_error": error,
        "bootstrap": list(clusters.bootstrap(each, problems, LEVEL, seed)),
    }
    single = len(set(problems)) == len(pairs)
    binary = single and {value for pair in pairs for value in pair} <= {0, 1}
    if binary:
        gained, lost = each.count(1), each.count(-1)
        found |= {"mcnemar_exact": mcnemar.exact(gained, lost),
                  "mcnemar_mid_p": mcnemar.mid_p(gained, lost)}  # fmt: skip
    if error is not None:
        found["p_value"] = found.get("mcnemar_mid_p", power.two_sided(difference, error))
    if error:
        # Pairs that are all alike do not say how much they vary, nor what would have been seen.
        found["detectable"] = power.detectable(error)
    if error is not None and margin is not None:
        found["non_inferior"] = _kept(pairs, difference, error, margin, binary)
    return found


def _kept(
    pairs: Pairs, difference: float, error: float, margin: float, binary: bool
) -> dict[str, Any]:
    """Return whether no more than `margin` is lost, with one-sided confidence of 95 %.

    Of passes and failures by the lower end of Newcombe's paired interval at 90 %, which promises
    nothing for few pairs that happen to be alike; else by the normal bound.
    """
    if binary:
        ours, theirs = ([pair[side] for pair in pairs] for side in (0, 1))
        bound = intervals.paired_difference(ours, theirs, 0.90)[1]
        return {"margin": margin, "bound": bound, "method": "newcombe-paired",
                "holds": bound > -margin}  # fmt: skip
    shown = power.non_inferior(difference, error, margin)
    return {"margin": margin, "bound": shown.bound, "method": "normal", "holds": shown.holds}


def _adjust(records: Sequence[dict[str, Any]]) -> None:
    """Add to every record with a p-value the one adjusted for all of them (Holm)."""
    tested = [record for record in records if "p_value" in record]
    adjusted = families.holm([record["p_value"] for record in tested])
    for record, p_value in zip(tested, adjusted, strict=True):
        record["p_holm"] = p_value


def text(found: dict[str, Any]) -> str:
    """Return the comparison as a table to read, at most 120 columns wide."""
    over = f"slice {found['slice']}" if found["slice"] else "all problems"
    lines = [
        f"{found['report']} against, on {over}; differences with their paired 95 % intervals.",
        "p: adjusted for all rows (Holm); sees: the difference that is found with power 0.8.",
    ]
    head = (
        f"{'':22}{'value':>8}{'baseline':>10}{'difference':>12}{'interval':>18}{'p':>8}{'sees':>7}"
    )
    for name, metrics in found["baselines"].items():
        lines += ["", name, f"{head}{'n':>6}{'higher':>8}{'lower':>7}{'unscored':>9}"]
        lines += [_row(metric, record) for metric, record in metrics.items()]
        lines += [
            _retention(metric, record)
            for metric, record in metrics.items()
            if "non_inferior" in record
        ]
    return "\n".join(lines)


def _row(metric: str, record: dict[str, Any]) -> str:
    if not record["n"]:
        return f"  {metric:<20}{'no pairs':>8}"
    interval = f"{record['low']:+.3f} … {record['high']:+.3f}"
    tested = "p_holm" in record
    p_value = p_text(record["p_holm"]) if tested else "-"
    sees = f"{record['detectable']:.3f}" if "detectable" in record else "-"
    flips = "".join(
        f"{'-' if record[key] is None else record[key]:>{width}}"
        for key, width in (("gained", 8), ("lost", 7))
    )
    return (
        f"  {metric:<20}{record['value']:>8.3f}{record['baseline']:>10.3f}"
        f"{record['difference']:>+12.3f}{interval:>18}{p_value:>8}{sees:>7}{record['n']:>6}"
        f"{flips}{record['unscored']:>9}"
    )


def p_text(p_value: float) -> str:
    """Return a p-value for people; how far below one in a million it is says nothing."""
    return "<1e-6" if p_value < 1e-6 else f"{p_value:.2g}"


def _retention(metric: str, record: dict[str, Any]) -> str:
    shown = record["non_inferior"]
    word = "kept" if shown["holds"] else "not shown to be kept"
    return (
        f"  {metric}: {word}: above {shown['bound']:+.3f} with 95 % confidence, asked is above"
        f" {-shown['margin']:+.3f}"
    )

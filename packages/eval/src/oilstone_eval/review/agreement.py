"""How far people and the judge agree, and people among themselves."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

from oilstone_eval.reports import Key, Report
from oilstone_eval.review.marks import SCHEMA
from oilstone_eval.statistics import kappa
from oilstone_schemas import intervals, jsonl
from oilstone_schemas.command import OilstoneError

JUDGE = "judge"
SHOWN = 20
Votes = Mapping[Key, str]


def agreement(report: Report, files: Sequence[Path]) -> dict[str, Any]:
    """Return n, agreement with its interval, kappa and the disagreements, for every two of them.

    Samples that one is unsure of, or did not mark, do not count.
    """
    sides = {JUDGE: _judged(report), **_marked(files, report)}
    found = {
        f"{first} / {second}": _pair(sides[first], sides[second])
        for first, second in combinations(sides, 2)
    }
    return {"report": report.name, "pairs": found}


def _judged(report: Report) -> Votes:
    words = {"passed": "right", "failed": "wrong"}
    rows = report.verdicts(None).items()
    return {key: words[row["status"]] for key, row in rows if row["status"] in words}


def _marked(files: Sequence[Path], report: Report) -> dict[str, Votes]:
    found: dict[str, dict[Key, str]] = {}
    for path in files:
        for row in jsonl.read(path, SCHEMA):
            votes = found.setdefault(row["reviewer"], {})
            if row["mark"] != "unsure":
                votes[row["problem_id"], row["sample_index"]] = row["mark"]
    strange = {key for votes in found.values() for key in votes} - report.verdicts(None).keys()
    if strange:
        raise OilstoneError(f"marks of {min(strange)}, which {report.name} does not have")
    return {name: votes for name, votes in found.items()}


def _pair(first: Votes, second: Votes) -> dict[str, Any]:
    keys = sorted(first.keys() & second.keys())
    ours, theirs = [first[key] for key in keys], [second[key] for key in keys]
    differ = [key for key in keys if first[key] != second[key]]
    low, high = intervals.wilson(len(keys) - len(differ), len(keys))
    return {
        "n": len(keys), "agreement": 1 - len(differ) / len(keys) if keys else None,
        "low": low, "high": high, "level": 0.95, "kappa": kappa.cohen(ours, theirs),
        "disagreements": [
            {"problem_id": key[0], "sample_index": key[1], "marks": [first[key], second[key]]}
            for key in differ
        ],
    }  # fmt: skip


def text(found: Mapping[str, Any]) -> str:
    """Return the agreement as lines to read."""
    lines = [f"{'who':<32}{'n':>5}{'agreement':>11}{'95 % interval':>18}{'kappa':>8}"]
    for name, pair in found["pairs"].items():
        lines.append(_line(name, pair))
        lines += [
            f"    {each['problem_id']}, sample {each['sample_index']}: {' / '.join(each['marks'])}"
            for each in pair["disagreements"][:SHOWN]
        ]
    return "\n".join(lines)


def _line(name: str, pair: Mapping[str, Any]) -> str:
    if not pair["n"]:
        return f"{name:<32}{0:>5}"
    shown = "-" if pair["kappa"] is None else f"{pair['kappa']:.2f}"
    interval = f"{pair['low']:.2f} … {pair['high']:.2f}"
    return f"{name:<32}{pair['n']:>5}{pair['agreement']:>11.2f}{interval:>18}{shown:>8}"

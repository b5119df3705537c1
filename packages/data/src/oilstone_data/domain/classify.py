"""`oilstone-data classify`: which domain each text belongs to, and the weights that say so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from oilstone_data.domain import texts, weights
from oilstone_data.harvest import PRODUCER
from oilstone_data.stage import Row
from oilstone_schemas import artifact, intervals, jsonl
from oilstone_schemas.command import say
from oilstone_schemas.disk import replacing


def classify(
    place: Path | None, out: Path, fields: Sequence[str], expected: str | None
) -> dict[str, Any]:
    """Write the artifact `out`: domains.json and, of the texts at `place`, classes.jsonl.

    `expected` is the domain that all of them are known to belong to: then the accuracy is told.
    """
    key: dict[str, Any] = {
        "producer": PRODUCER,
        "recipe": {"fields": list(fields), "expected": expected},
        "seed": 0,
        "inputs": [artifact.load(place)] if place is not None and place.is_dir() else [],
    }
    depends: dict[str, Any] = {"domains": weights.shipped().domains}
    found: Iterator[texts.Text] = iter(())
    if key["inputs"]:
        found = texts.of_artifact(key["inputs"][0])
    elif place is not None:
        depends["sha256"], found = texts.of_file(place, fields)
    request = artifact.request("domains", **key, depends=depends)
    if (made := artifact.current(out, request)) is None:
        made = _make(out, request, key, found, expected)
    else:
        say(f"up to date: {out}")
    return _told(made, expected)


def accuracy(counts: Mapping[str, int], expected: str) -> dict[str, Any]:
    """Return the share of texts in the domain `expected`, with n and its Wilson interval (95 %)."""
    n = sum(counts.values())
    low, high = intervals.wilson(counts.get(expected, 0), n)
    value = counts.get(expected, 0) / n if n else None
    return {"value": value, "n": n, "low": low, "high": high, "level": 0.95, "method": "wilson"}


def _make(
    out: Path,
    request: str,
    key: Mapping[str, Any],
    found: Iterator[texts.Text],
    expected: str | None,
) -> artifact.Manifest:
    stage = artifact.stage(out, request)
    with replacing(stage / "domains.json") as temporary:
        temporary.write_bytes(weights.FILE.read_bytes())
    refused: list[Row] = []
    counts: Counter[str] = Counter()
    read = jsonl.write(stage / "classes.jsonl", _classes(found, refused, counts), "class.v1")
    jsonl.write(stage / "refused.jsonl", refused, "refused.v1")
    details: dict[str, Any] = {"domains": dict(sorted(counts.items()))}
    if expected is not None:
        details["accuracy"] = accuracy(counts, expected)
    books = {"read": read + len(refused), "classified": read, "refused": len(refused)}
    return artifact.publish(
        stage, out, kind="domains", request=request, details=details, counts=books, **key
    )


def _classes(
    found: Iterator[texts.Text], refused: list[Row], counts: Counter[str]
) -> Iterator[Row]:
    classifier = weights.shipped()
    for text in found:
        if text.refusal is not None:
            mark = {"source": text.file, "line": text.line, "row": text.row}
            refused.append({**mark, **text.refusal._asdict()})
            continue
        verdict = classifier.classify(text.text, text.tags)
        counts[verdict.domain] += 1
        yield {
            "file": text.file,
            "line": text.line,
            "id": text.id,
            "domain": verdict.domain,
            "by": verdict.by,
            "confidence": round(verdict.confidence, 6),
        }


def _told(made: artifact.Manifest, expected: str | None) -> dict[str, Any]:
    domains: dict[str, int] = made.details["domains"]
    total = sum(domains.values())
    lines = [
        f"{name:16} {count:7} {count / total:7.1%}"
        for name, count in sorted(domains.items(), key=lambda item: (-item[1], item[0]))
    ]
    if refused := made.counts["refused"]:
        lines.append(f"{'refused':16} {refused:7}")
    if expected is not None and total:
        found = made.details["accuracy"]
        interval = f"[{found['low']:.4f} {found['high']:.4f}]"
        lines.append(f"{expected}: accuracy {found['value']:.4f} {interval}, n {found['n']}")
    lines.append(f"{made.folder / 'domains.json'}: the weights")
    result = {"digest": made.digest, "out": str(made.folder), "counts": made.counts}
    return {**result, **made.details, "message": "\n".join(lines)}

"""A probe beside that of a control: what each conversation gained, with intervals."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from oilstone_schemas import intervals, jsonl
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.command import OilstoneError
from oilstone_train.probe.look import Seen
from oilstone_train.probe.metrics import LEVEL, Record, Runs, mean, record

LOOKS = Path("looks.jsonl")
Looks = Sequence[Mapping[str, Any]]


def lines(rows: Sequence[Mapping[str, Any]], runs: Runs, served: int) -> Iterator[dict[str, Any]]:
    """Yield what was seen of each row, as look.v1; `served`: chunk size of an adapter in use."""
    for at, row in enumerate(rows):
        seen: dict[int | None, Seen] = {size: of[at] for size, of in runs.items()}
        yield {
            "row_id": row["id"],
            "tokens": seen[served].tokens,
            "found": seen[served].found,
            "found_without": seen[None].found,
            "nats": {str(size): one.nats for size, one in seen.items() if size is not None},
            "nats_without": seen[None].nats,
        }


def read(report: Manifest, asked: Looks) -> list[dict[str, Any]]:
    """Return the looks of a control's report. Raises OilstoneError unless they are at the same."""
    found = list(jsonl.read(report.folder / LOOKS, "look.v1"))
    if [_what(one) for one in found] != [_what(one) for one in asked]:
        raise OilstoneError(
            f"{report.folder}: is about other conversations or chunk sizes; probe the control with"
            " the same recipe and dataset"
        )
    return found


def _what(look: Mapping[str, Any]) -> tuple[str, int, list[str]]:
    return look["row_id"], look["tokens"], list(look["nats"])


def slope(looks: Looks) -> Record:
    """Return what the finest chunks cost beside the coarsest, in nats per token."""
    return mean([_slope(one) for one in looks], "paired-bootstrap")


def gains(looks: Looks, control: Looks) -> dict[str, Record]:
    """Return what is better than in the control: nats per token, and needles found.

    At each chunk size, and in the slope: above 0, the control's curve is the steeper one.
    """
    paired = list(zip(looks, control, strict=True))
    found = {
        f"gain_chunk_{size}": mean([_nats(c, size) - _nats(o, size) for o, c in paired],
                                   "paired-bootstrap")
        for size in looks[0]["nats"]
    }  # fmt: skip
    flatter = mean([_slope(c) - _slope(o) for o, c in paired], "paired-bootstrap")
    return {**found, "slope_gain": flatter, "niah_gain": _needles(paired)}


def _needles(paired: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> Record:
    own, control = ([float(one["found"]) for one in side] for side in zip(*paired, strict=True))
    value, low, high = intervals.paired_difference(own, control, LEVEL)
    return record(value, len(own), "share", low, high, intervals.paired_method(own, control))


def _slope(look: Mapping[str, Any]) -> float:
    sizes = sorted(map(int, look["nats"]))
    return _nats(look, str(sizes[0])) - _nats(look, str(sizes[-1]))


def _nats(look: Mapping[str, Any], size: str) -> float:
    return float(look["nats"][size] / look["tokens"])

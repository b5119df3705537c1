"""What a training run with memories wrote down about itself, as metrics."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from oilstone_train.probe.metrics import Record, plain
from oilstone_train.stage2 import clipping, perplexities, schedule

Lines = Sequence[Mapping[str, Any]]


def of(lines: Lines, details: Mapping[str, Any], memory: Mapping[str, Any]) -> dict[str, Record]:
    """Return the metrics of a run: `lines` of its memory.jsonl, `details` of its manifest."""
    looks = [line for line in lines if "leapt" in line]
    counted = {
        "rollbacks": len(details["events"]),
        "loss_spikes": sum(line["leapt"] for line in looks) + len(details["events"]),
        "whole_checkpoints": details["whole_checkpoints"],
    }
    found = {name: plain(value, len(looks), "count") for name, value in counted.items()}
    steps = [line for line in lines if "limit" in line]
    if memory["clipping"]:
        sizes = {line["chunk"] for line in steps}
        found["clip_formula_error"] = plain(_error(steps, memory), len(sizes), "score")
        cut = [line for line in steps if (line["grad_norm"] or 0) > line["limit"]]
        found["clipped_share"] = plain(len(cut) / len(steps), len(steps), "share")
    found["chunk_transitions"] = plain(len(transitions(steps)), len(steps), "count")
    return {**found, **_proposed(steps, looks, memory)}


def _proposed(steps: Lines, looks: Lines, memory: Mapping[str, Any]) -> dict[str, Record]:
    """Return what the recipe may set, seen in hindsight: the limit's base, and a leap's rise."""
    ((chunk, count),) = Counter(line["chunk"] for line in steps).most_common(1)
    norms = [line["grad_norm"] for line in steps if line["chunk"] == chunk and line["grad_norm"]]
    found = {}
    if norms:
        found["proposed_clip_base"] = plain(clipping.proposed(norms, chunk), count, "norm")
    if memory["safety"] and looks:
        seen = [line["perplexity"] for line in looks if line["perplexity"] is not None]
        rise, _ = perplexities.proposed(seen, memory["safety"]["window"])
        found["proposed_rise"] = plain(rise, len(seen), "share")
    return found


def transitions(steps: Lines) -> list[int]:
    """Return the steps, counted from 1, at which the chunk size was new."""
    return [after["step"] for before, after in pairwise(steps) if after["chunk"] != before["chunk"]]


def _error(steps: Lines, memory: Mapping[str, Any]) -> float:
    """Return how far a step's limit was from kappa = base * sqrt(32 / C), relatively, at most.

    The chunk size is the one that was trained with; where it was new, the share
    `at_transition` of the limit holds.
    """
    asked, new = memory["clipping"], set(transitions(steps))
    wanted = [
        clipping.norm(line["chunk"], asked["base"])
        * (asked["at_transition"] if line["step"] in new else 1.0)
        for line in steps
    ]
    planned = [schedule.size(line["step"] - 1, memory["schedule"]) for line in steps]
    if [line["chunk"] for line in steps] != planned:
        return 1.0  # not the chunk sizes of the schedule
    found = zip(steps, wanted, strict=True)
    return float(max(abs(line["limit"] - kappa) / kappa for line, kappa in found))

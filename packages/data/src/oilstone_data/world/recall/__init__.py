"""The tiny world of recall: notes of names and numbers, and a name to be completed.

What is asked for stands so far back that attention through a window of a few tokens never sees it.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from oilstone_data.world.combination import Combination
from oilstone_data.world.language import World
from oilstone_data.world.recall.notes import FAMILIES, notes

QUALITY = {"idiomatic": 1, "low_quality": 0, "documented": True}  # there is one way to answer


def _answers(member: Combination) -> Sequence[str]:
    """Layouts of notes are no structure of an answer: each is a group of its own."""
    return (member.name,)


def _draw(member: Combination, style: str, tests: int, rng: random.Random) -> dict[str, Any]:
    facts, filler = (op.size for op in member.ops)
    drawn = notes(member.family.unseen, facts, filler, rng)
    return {
        "language": "math", "prompt": drawn.prompt, "completion": f"{drawn.name}={drawn.number}\n",
        "tests": [], "quality": QUALITY, "checker": "final_answer", "answer": drawn.number,
    }  # fmt: skip


WORLD = World(FAMILIES, str, _answers, _draw)

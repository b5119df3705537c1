"""The tiny world of mathematics: small numbers, answered at once or step by step."""

from __future__ import annotations

import random
from typing import Any

from oilstone_data.world.combination import Combination
from oilstone_data.world.language import World
from oilstone_data.world.math.catalogue import FAMILIES
from oilstone_data.world.math.family import task
from oilstone_data.world.math.skeleton import skeleton
from oilstone_data.world.math.style import signals


def _answers(member: Combination) -> tuple[str]:
    """Return the worked answer alone: a bare number has no structure to compare."""
    return (task(member.family, member.ops, random.Random(0)).worked,)


def _draw(member: Combination, style: str, tests: int, rng: random.Random) -> dict[str, Any]:
    drawn = task(member.family, member.ops, rng)
    solution = drawn.plain if style == "plain" else drawn.worked
    return {
        "prompt": drawn.prompt, "completion": solution, "tests": [], "quality": signals(solution),
        "checker": "final_answer", "answer": drawn.answer,
    }  # fmt: skip


WORLD = World(FAMILIES, skeleton, _answers, _draw)

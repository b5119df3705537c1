"""The tiny world of Python: functions judged by asserts, plain or idiomatic."""

from __future__ import annotations

import random
from typing import Any

from oilstone_data.world.combination import Combination
from oilstone_data.world.language import World
from oilstone_data.world.python.catalogue import FAMILIES
from oilstone_data.world.python.family import ENTRY_POINT, task
from oilstone_data.world.python.inputs import asserts, distinguishing
from oilstone_data.world.python.skeleton import skeleton
from oilstone_data.world.python.style import signals


def _answers(member: Combination) -> tuple[str, str]:
    example = task(member.family, member.ops, random.Random(0))
    return example.plain, example.idiomatic


def _draw(member: Combination, style: str, tests: int, rng: random.Random) -> dict[str, Any]:
    drawn, cases = distinguishing(member.family, member.ops, tests, rng)
    program = drawn.plain if style == "plain" else drawn.idiomatic
    return {
        "prompt": drawn.prompt, "completion": program, "tests": [], "quality": signals(program),
        "checker": "python_asserts", "entry_point": ENTRY_POINT, "test_code": asserts(cases),
    }  # fmt: skip


WORLD = World(FAMILIES, skeleton, _answers, _draw)

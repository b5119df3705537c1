"""The tiny world of Rust: programs that read standard input, plain or idiomatic."""

from __future__ import annotations

import random
from typing import Any

from oilstone_data.quality import signals
from oilstone_data.world.combination import Combination
from oilstone_data.world.language import World
from oilstone_data.world.rust.catalogue import FAMILIES
from oilstone_data.world.rust.family import task
from oilstone_data.world.rust.inputs import distinguishing
from oilstone_data.world.rust.skeleton import skeleton


def _answers(member: Combination) -> tuple[str, str]:
    example = task(member.family, member.ops, random.Random(0))
    return example.plain, example.idiomatic


def _draw(member: Combination, style: str, tests: int, rng: random.Random) -> dict[str, Any]:
    drawn, cases = distinguishing(member.family, member.ops, tests, rng)
    program = drawn.plain if style == "plain" else drawn.idiomatic
    return {
        "prompt": drawn.prompt, "completion": program, "tests": cases, "quality": signals(program),
    }  # fmt: skip


WORLD = World(FAMILIES, skeleton, _answers, _draw)

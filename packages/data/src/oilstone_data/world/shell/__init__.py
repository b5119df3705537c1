"""The tiny world of shell: commands on files, careless ("plain") or careful ("idiomatic")."""

from __future__ import annotations

import random
from typing import Any

from oilstone_data.world.combination import Combination
from oilstone_data.world.language import World
from oilstone_data.world.shell.catalogue import FAMILIES
from oilstone_data.world.shell.family import answer, task
from oilstone_data.world.shell.marks import signals
from oilstone_data.world.shell.skeleton import skeleton


def _answers(member: Combination) -> tuple[str, str]:
    example, _ = answer(member.family, member.ops, random.Random(0))
    return example.plain, example.sharp


def _draw(member: Combination, style: str, _tests: int, rng: random.Random) -> dict[str, Any]:
    """A problem whose folder its answer can handle: odd names are for careful commands alone."""
    drawn = task(member.family, member.ops, style != "plain", rng)
    command = drawn.plain if style == "plain" else drawn.sharp
    return {
        "prompt": drawn.prompt, "completion": command, "tests": [], "quality": signals(command),
        "checker": "shell_command", "fixture": drawn.files,
    }  # fmt: skip


WORLD = World(FAMILIES, skeleton, _answers, _draw)

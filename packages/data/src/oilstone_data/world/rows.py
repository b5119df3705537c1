"""Rows of a dataset, drawn from the tiny world."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

from oilstone_data.quality import signals
from oilstone_data.world.family import Task, shown
from oilstone_data.world.inputs import draw
from oilstone_data.world.split import Side
from oilstone_data.world.world import Combination

Row = dict[str, Any]
SOURCE = "oilstone-tiny-world"
LICENCE = "Apache-2.0"


def digest() -> str:
    """sha256 over the source of the world: a changed family is a changed input."""
    folder = files("oilstone_data.world")
    sources = sorted((f for f in folder.iterdir() if f.name.endswith(".py")), key=lambda f: f.name)
    return hashlib.sha256(b"\0".join(f.read_bytes() for f in sources)).hexdigest()


def training(
    side: Side, count: int, plain_share: float, tests: int, rng: random.Random
) -> Iterator[Row]:
    """`count` rows, families equally often, each plain with probability `plain_share`."""
    by_family = _by_family(side)
    names = sorted(by_family)
    for _ in range(count):
        group, member = rng.choice(by_family[rng.choice(names)])
        style = "plain" if rng.random() < plain_share else "idiomatic"
        yield _row(member, group, "train", style, tests, rng)


def problems(
    side: Side, slice_: str, per_family: int, tests: int, rng: random.Random
) -> Iterator[Row]:
    """`per_family` rows of every family, all its combinations before any comes twice."""
    by_family = _by_family(side)
    for name in sorted(by_family):
        members = by_family[name]
        rng.shuffle(members)
        for i in range(per_family):
            group, member = members[i % len(members)]
            yield _row(member, group, slice_, "idiomatic", tests, rng)


def _by_family(side: Side) -> Mapping[str, list[tuple[str, Combination]]]:
    found: dict[str, list[tuple[str, Combination]]] = {}
    for group, members in side.items():
        for member in members:
            found.setdefault(member.family.name, []).append((group, member))
    return found


def _row(
    member: Combination, group: str, slice_: str, style: str, tests: int, rng: random.Random
) -> Row:
    task, found = _distinguishing(member, tests, rng)
    program = task.plain if style == "plain" else task.idiomatic
    return {
        "id": f"{member.name}/{style}/{hashlib.sha256(task.prompt.encode()).hexdigest()[:12]}",
        "group": group,
        "family": task.family,
        "slice": slice_,
        "style": style,
        "language": "rust",
        "prompt": task.prompt,
        "completion": program,
        "tests": found,
        "quality": signals(program),
        "licence": LICENCE,
        "source": SOURCE,
    }


def cases(task: Task, count: int, rng: random.Random) -> list[dict[str, str]]:
    """`count` input/output pairs with as many different outputs as `4 * count` draws yield."""
    drawn = [draw(task.reader, rng) for _ in range(4 * count)]
    found = [{"stdin": text, "stdout": shown(task.answer.oracle(v))} for text, v in drawn]
    news = {case["stdout"]: case for case in reversed(found)}
    first = list(news.values())[::-1][:count]
    return first + [case for case in found if case not in first][: count - len(first)]


def _distinguishing(member: Combination, tests: int, rng: random.Random) -> tuple[Task, list[Any]]:
    """A task whose tests do not all expect the same: constants are drawn again until they don't."""
    for _ in range(20):
        task = member.task(rng)
        found = cases(task, tests, rng)
        if len({case["stdout"] for case in found}) > 1:
            break
    return task, found

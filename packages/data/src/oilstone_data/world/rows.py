"""Rows of a dataset, drawn from a tiny world."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from oilstone_data.world.combination import Combination
from oilstone_data.world.language import World, load
from oilstone_data.world.split import Side

Row = dict[str, Any]
SOURCE = "oilstone-tiny-world"
LICENCE = "Apache-2.0"


def digest(language: str) -> str:
    """sha256 over the source of a language's world: a changed family is a changed input."""
    frame = files("oilstone_data.world")
    sources = [*_modules(frame), *_modules(frame / language)]
    return hashlib.sha256(b"\0".join(module.read_bytes() for module in sources)).hexdigest()


def _modules(folder: Traversable) -> list[Traversable]:
    return sorted((f for f in folder.iterdir() if f.name.endswith(".py")), key=lambda f: f.name)


class Drawer:
    """Draws rows of a language; `tests` of them stand in each, where its problems have tests."""

    def __init__(self, language: str, tests: int, rng: random.Random) -> None:
        self.language, self.tests, self.rng = language, tests, rng
        self.world: World = load(language)

    def training(self, side: Side, count: int, plain_share: float) -> Iterator[Row]:
        """`count` rows, families equally often, each plain with probability `plain_share`."""
        by_family = _by_family(side)
        names = sorted(by_family)
        for _ in range(count):
            group, member = self.rng.choice(by_family[self.rng.choice(names)])
            style = "plain" if self.rng.random() < plain_share else "idiomatic"
            yield self._row(member, group, "train", style)

    def problems(self, side: Side, slice_: str, per_family: int) -> Iterator[Row]:
        """`per_family` rows of every family, all its combinations before any comes twice."""
        by_family = _by_family(side)
        for name in sorted(by_family):
            members = by_family[name]
            self.rng.shuffle(members)
            for i in range(per_family):
                group, member = members[i % len(members)]
                yield self._row(member, group, slice_, "idiomatic")

    def _row(self, member: Combination, group: str, slice_: str, style: str) -> Row:
        drawn = self.world.draw(member, style, self.tests, self.rng)
        prompt = hashlib.sha256(drawn["prompt"].encode()).hexdigest()[:12]
        return {
            "id": f"{member.name}/{style}/{prompt}",
            "group": group,
            "family": member.family.name,
            "slice": slice_,
            "style": style,
            "language": self.language,
            **drawn,
            "licence": LICENCE,
            "source": SOURCE,
        }


def _by_family(side: Side) -> Mapping[str, list[tuple[str, Combination]]]:
    found: dict[str, list[tuple[str, Combination]]] = {}
    for group, members in side.items():
        for member in members:
            found.setdefault(member.family.name, []).append((group, member))
    return found

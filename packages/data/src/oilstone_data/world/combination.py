"""Every combination of every family of a world, and which of them share a skeleton."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from oilstone_data.world.language import Family, World


@dataclass(frozen=True)
class Combination:
    """A family with its slots filled; constants are still open."""

    family: Any  # the world's own kind of Family
    ops: tuple[Any, ...]

    @property
    def name(self) -> str:
        """Family and ops, such as `sum_of/even/square`."""
        return "/".join((self.family.name, *(op.name for op in self.ops)))

    @property
    def unordered(self) -> str:
        """The same name for both orders of the ops: `a and b` is no news after `b and a`."""
        return "/".join((self.family.name, *sorted(op.name for op in self.ops)))


def combinations(family: Family) -> list[Combination]:
    """Every way to fill the slots of `family`, in a fixed order; no op stands in two slots."""
    choices = product(*family.slots)
    return [Combination(family, ops) for ops in choices if len(set(ops)) == len(ops)]


def groups(world: World, families: Sequence[str]) -> dict[str, list[Combination]]:
    """Combinations that share a skeleton in either style, directly or through others, by name."""
    members = [member for name in families for member in combinations(world.families[name])]
    links = _Links()
    for member in members:
        for answer in world.answers(member):
            links.join(member.unordered, world.skeleton(answer))
    found: dict[str, list[Combination]] = defaultdict(list)
    for member in members:
        found[links.root(member.unordered)].append(member)
    return {min(member.name for member in group): group for group in found.values()}


class _Links:
    """Disjoint sets of strings."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def root(self, name: str) -> str:
        while self._above.setdefault(name, name) != name:
            name = self._above[name]
        return name

    def join(self, one: str, other: str) -> None:
        self._above[self.root(one)] = self.root(other)

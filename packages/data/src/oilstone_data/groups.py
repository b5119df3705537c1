"""Groups that near-duplicates join: what must stand on one side of a split."""

from __future__ import annotations

from collections.abc import Iterable


class Groups:
    """A union of groups; two that are joined, by however long a chain, have one name."""

    def __init__(self, links: Iterable[tuple[str, str]] = ()) -> None:
        self._above: dict[str, str] = {}
        for one, other in links:
            self.join(one, other)

    def join(self, one: str, other: str) -> None:
        """Make two groups one; its name is the smallest of all its names, whatever the order."""
        first, second = sorted((self.name(one), self.name(other)))
        if first != second:
            self._above[second] = first

    def name(self, group: str) -> str:
        """The name of the union that `group` is in: its own as long as it is alone."""
        root = group
        while root in self._above:
            root = self._above[root]
        while group != root:
            self._above[group], group = root, self._above[group]
        return root

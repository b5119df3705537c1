"""What is known at one point of a program, and what was found so far."""

from abc import ABC, abstractmethod

from tree_sitter import Node

from oilstone_eval.danger.levels import Hit
from oilstone_eval.danger.words import Words


class State(ABC):
    """`found` gathers (hit, start byte, end byte); `span` is where text inside a text stands."""

    def __init__(self, depth: int = 0, span: tuple[int, int] | None = None) -> None:
        self.found: list[tuple[Hit, int, int]] = []
        self.env: dict[str, str] = {}
        self.files: dict[str, str] = {}
        self.bodies: dict[str, Node] = {}
        self.running: set[str] = set()
        self.cwd: str | None = None
        self.depth, self.span = depth, span
        self.words = Words(self.env, self._substituted, self._piped)

    def _tell(self, hit: Hit, node: Node) -> None:
        start, end = self.span or (node.start_byte, node.end_byte)
        self.found.append((hit, start, end))

    @abstractmethod
    def source(self, text: str, stdin: str | None = None) -> str:
        """Scan a program; return what it prints, with marks for what cannot be known."""

    @abstractmethod
    def _run(self, node: Node, stdin: str | None) -> str:
        """Follow one statement; return its standard output."""

    @abstractmethod
    def _substituted(self, node: Node) -> str:
        """Return what a command substitution becomes."""

    @abstractmethod
    def _piped(self, node: Node) -> str:
        """Return the name of a process substitution's pipe."""

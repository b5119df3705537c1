"""What a family of problems is, and how its members become problems with two answers."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from oilstone_data.world.math.ops import Op, Rule
from oilstone_data.world.math.step import Step, Unfit

TRIES = 5000
PLACES = ("First", "Second", "Third")  # in the prompt and in the working: which line does what


@dataclass
class Story:
    """A problem as it is being told: its sentences, lines of working, and what the oracle counts.

    `value` is the result of the working so far, `truth` the oracle's; `applied` counts ops.
    """

    rng: random.Random
    sentences: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    value: int = 0
    truth: int = 0
    applied: int = 0

    def say(self, sentence: str) -> None:
        """Add a sentence to the prompt."""
        self.sentences.append(f"{sentence}.")

    def place(self) -> str:
        """Return the word for the next op's place among the ops."""
        self.applied += 1
        return PLACES[self.applied - 1]

    def start(self, number: int) -> None:
        """Go on from a number that the prompt gives."""
        self.value = self.truth = number

    def work(self, rule: Rule, *other: int) -> None:
        """Apply a rule to the value and another number, as the opening said."""
        self._write(Step(rule[0], (self.value, *other)), "")
        self.truth = rule[1](self.truth, sum(other))

    def combine(self, op: Op, other: int, counted: int) -> None:
        """Say and do an op on the value and another result, which the oracle counted too."""
        place = self.place()
        self.say(f"{place} {op.words}")
        self._write(Step(op.rule[0], (self.value, other)), f"{place} ")
        self.truth = op.truth(self.truth, counted)

    def apply(self, op: Op) -> None:
        """Say and do an op with a constant drawn for it. Raises Unfit when none fits."""
        constants = op.open(self.value)
        if not constants:
            raise Unfit
        constant, place = self.rng.choice(constants), self.place()
        self.say(f"{place} {op.words.format(k=constant)}")
        self._write(op.step(self.value, constant), f"{place} ")
        self.truth = op.truth(self.truth, constant)

    def _write(self, step: Step, place: str) -> None:
        self.lines.append(f"{place}{step}")
        self.value = step.result


@dataclass(frozen=True)
class Family:
    """A shape of problems with slots; every choice of ops for the slots is one combination."""

    name: str
    slots: tuple[Sequence[Op], ...]
    tell: Callable[[Story, Sequence[Op]], None]
    question: str


@dataclass(frozen=True)
class Task:
    """A problem with its right answer, as the oracle counts it, and both ways to give it."""

    prompt: str
    answer: str
    plain: str
    worked: str


FAMILIES: dict[str, Family] = {}


def family(question: str, *slots: Sequence[Op]) -> Callable[[Callable[[Story], None]], None]:
    """Register an opening under its own name; the ops of the slots follow it, one by one."""

    def register(opening: Callable[[Story], None]) -> None:
        def tell(story: Story, ops: Sequence[Op]) -> None:
            opening(story)
            for op in ops:
                story.apply(op)

        FAMILIES[opening.__name__] = Family(opening.__name__, slots, tell, question)

    return register


def task(of: Family, ops: Sequence[Op], rng: random.Random) -> Task:
    """The problem of these ops, with constants drawn from `rng`."""
    story = _told(of, ops, rng)
    prompt = " ".join([*story.sentences, of.question])
    plain = f"#### {story.value}\n"
    return Task(prompt, str(story.truth), plain, "\n".join([*story.lines, plain]))


def _told(of: Family, ops: Sequence[Op], rng: random.Random) -> Story:
    for _ in range(TRIES):
        story = Story(rng)
        try:
            of.tell(story, ops)
        except Unfit:
            continue
        return story
    raise AssertionError(f"{of.name}: no constants fit {[op.name for op in ops]}")

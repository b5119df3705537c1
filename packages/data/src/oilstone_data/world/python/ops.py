"""The vocabulary of the tiny world: what can be asked of a value, in English and twice in Python.

An `Op` is the structure (`x % k == 0`), a `Bound` an op with its constant filled in (`x % 3 == 0`).
The plain style knows `<` and `>` alone and moves the constant instead (`x > 4` for "at least 5");
the idiomatic one says what was asked (`x >= 5`). The oracle is written apart from both.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Constants = Sequence[Any]


@dataclass(frozen=True)
class Op:
    """One structural choice.

    Templates hold `{x}` for the value, an atom, `{k}` and `{m}` for the constants, and, where those
    are numbers, `{below}` for k - 1 and `{above}` for the last constant + 1.
    """

    name: str
    words: str
    idiomatic: str
    oracle: Callable[..., Any]
    constants: tuple[Constants, ...] = ()
    plain: str = ""  # as `idiomatic` when empty

    def bind(self, rng: random.Random) -> Bound:
        """Fill the constants in, ascending where there are two: a range has its lower end first."""
        return Bound(self, tuple(sorted(rng.choice(choices) for choices in self.constants)))


@dataclass(frozen=True)
class Bound:
    """An op together with its constants: `plain` and `on` give code, `of` computes."""

    op: Op
    constants: tuple[Any, ...]

    @property
    def words(self) -> str:
        """The English phrase of this op."""
        return self.op.words.format(**self._names())

    def on(self, x: str) -> str:
        """The idiomatic expression over `x`."""
        return self.op.idiomatic.format(x=x, **self._names())

    def plain(self, x: str) -> str:
        """The plain expression over `x`."""
        return (self.op.plain or self.op.idiomatic).format(x=x, **self._names())

    def of(self, value: Any) -> Any:
        """What the oracle says about `value`."""
        return self.op.oracle(value, *self.constants)

    def _names(self) -> dict[str, Any]:
        names = dict(zip("km", self.constants, strict=False))
        if self.constants and isinstance(self.constants[0], int):
            names |= {"below": self.constants[0] - 1, "above": self.constants[-1] + 1}
        return names


# Small sets that hardly overlap: a number itself shows whether it is a bound, an amount or a
# divisor. A tiny model learns to copy a constant only after it has seen it very often.
DIVISORS = range(2, 10)
BOUNDS = range(20, 76)
AMOUNTS = range(11, 20)
LENGTHS = range(3, 8)
LETTERS = "abegst"
SUFFIXES = "xyz"

PREDICATES = (
    Op("gt", "greater than {k}", "{x} > {k}", lambda x, k: x - k > 0, (BOUNDS,)),
    Op("lt", "less than {k}", "{x} < {k}", lambda x, k: k - x > 0, (BOUNDS,)),
    Op("ge", "at least {k}", "{x} >= {k}", lambda x, k: x - k >= 0, (BOUNDS,), "{x} > {below}"),
    Op("le", "at most {k}", "{x} <= {k}", lambda x, k: k - x >= 0, (BOUNDS,), "{x} < {above}"),
    Op("ne", "different from {k}", "{x} != {k}", lambda x, k: x - k != 0, (BOUNDS,)),
    Op("div", "divisible by {k}", "{x} % {k} == 0", lambda x, k: x // k * k == x, (DIVISORS,)),
    Op("ndiv", "not divisible by {k}", "{x} % {k} != 0", lambda x, k: x // k * k != x, (DIVISORS,)),
    Op("between", "between {k} and {m}", "{k} <= {x} <= {m}", lambda x, k, m: x in range(k, m + 1),
       (BOUNDS[:28], BOUNDS[28:]), "{x} > {below} and {x} < {above}"),
    Op("ends", "ending in the digit {k}", "abs({x}) % 10 == {k}",
       lambda x, k: str(x)[-1] == str(k), (range(10),)),
)  # fmt: skip

MAPS = (
    Op("square", "squared", "{x} ** 2", lambda x: x * x, (), "{x} * {x}"),
    Op("cube", "cubed", "{x} ** 3", lambda x: x * x * x, (), "{x} * {x} * {x}"),
    Op("negate", "negated", "-{x}", lambda x: 0 - x),
    Op("abs", "without its sign", "abs({x})", lambda x: max(x, -x)),
    Op("times", "multiplied by {k}", "{x} * {k}", lambda x, k: sum([x] * k), (AMOUNTS,)),
    Op("plus", "increased by {k}", "{x} + {k}", lambda x, k: sum((x, k)), (AMOUNTS,)),
    Op("minus", "decreased by {k}", "{x} - {k}", lambda x, k: sum((x, -k)), (AMOUNTS,)),
    Op("over", "divided by {k}, rounded down", "{x} // {k}",
       lambda x, k: divmod(x, k)[0], (AMOUNTS,)),
    Op("mod", "modulo {k}", "{x} % {k}", lambda x, k: divmod(x, k)[1], (AMOUNTS,)),
    Op("mirror", "subtracted from {k}", "{k} - {x}", lambda x, k: sum((k, -x)), (AMOUNTS,)),
)  # fmt: skip

WORD_PREDICATES = (
    Op("longer", "longer than {k} letters", "len({x}) > {k}",
       lambda w, k: bool(w[k:]), (LENGTHS,)),
    Op("shorter", "shorter than {k} letters", "len({x}) < {k}",
       lambda w, k: not w[k - 1 :], (LENGTHS,)),
    Op("least", "of at least {k} letters", "len({x}) >= {k}",
       lambda w, k: bool(w[k - 1 :]), (LENGTHS,), "len({x}) > {below}"),
    Op("most", "of at most {k} letters", "len({x}) <= {k}",
       lambda w, k: not w[k:], (LENGTHS,), "len({x}) < {above}"),
    Op("other", "not of {k} letters", "len({x}) != {k}",
       lambda w, k: sum(1 for _ in w) != k, (LENGTHS,)),
    Op("starts", "starting with '{k}'", "{x}.startswith('{k}')",
       lambda w, k: w[0] == k, (LETTERS,)),
    Op("finishes", "ending with '{k}'", "{x}.endswith('{k}')",
       lambda w, k: w[-1] == k, (LETTERS,)),
    Op("without", "without the letter '{k}'", "'{k}' not in {x}",
       lambda w, k: w.count(k) == 0, (LETTERS,)),
)  # fmt: skip

WORD_MAPS = (
    Op("upper", "in upper case", "{x}.upper()", str.upper),
    Op("reverse", "reversed", "{x}[::-1]", lambda w: "".join(reversed(w))),
    Op("repeated", "written {k} times", "{x} * {k}", lambda w, k: "".join([w] * k), ((8, 9),)),
    Op("suffix", "followed by '{k}'", "{x} + '{k}'", lambda w, k: "".join((w, k)), (SUFFIXES,)),
    Op("initial", "cut to {k} letters", "{x}[:{k}]",
       lambda w, k: "".join(c for i, c in enumerate(w) if i < k), ((1, 2),)),
)  # fmt: skip

_VOWELS = " or ".join(f"{{x}} == '{c}'" for c in "aeiou")
CHAR_PREDICATES = (
    Op("vowel", "vowels", "{x} in 'aeiou'", set("aeiou").__contains__, (), _VOWELS),
    Op("is", "equal to '{k}'", "{x} == '{k}'", lambda c, k: ord(c) == ord(k), (LETTERS,)),
    Op("isnt", "different from '{k}'", "{x} != '{k}'", lambda c, k: ord(c) != ord(k), (LETTERS,)),
    Op("before", "before '{k}'", "{x} < '{k}'", lambda c, k: ord(c) < ord(k), (LETTERS,)),
    Op("after", "after '{k}'", "{x} > '{k}'", lambda c, k: ord(c) > ord(k), (LETTERS,)),
)  # fmt: skip

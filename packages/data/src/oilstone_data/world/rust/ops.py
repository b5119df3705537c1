"""The vocabulary of the tiny world: what can be asked of a value, in English, Rust and Python.

An `Op` is the structure (`x % k == 0`), a `Bound` an op with its constant filled in (`x % 3 == 0`).
Rust and Python are written independently, so that each checks the other.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Constants = Sequence[Any]


@dataclass(frozen=True)
class Op:
    """One structural choice; templates hold `{x}` for the value and `{k}`, `{m}` for constants."""

    name: str
    words: str
    rust: str
    python: Callable[..., Any]
    constants: tuple[Constants, ...] = ()
    idiomatic: str = ""

    def bind(self, rng: random.Random) -> Bound:
        """Fill the constants in, ascending where there are two: a range has its lower end first."""
        return Bound(self, tuple(sorted(rng.choice(choices) for choices in self.constants)))


@dataclass(frozen=True)
class Bound:
    """An op together with its constants: `on` gives Rust, `of` computes, `words` says it."""

    op: Op
    constants: tuple[Any, ...]

    @property
    def words(self) -> str:
        """The English phrase of this op."""
        return self.op.words.format(**self._names())

    def on(self, x: str, idiomatic: bool = False) -> str:
        """The Rust expression of this op over the expression `x` (an atom: a name or an index)."""
        template = (self.op.idiomatic if idiomatic else "") or self.op.rust
        return template.format(x=x, **self._names())

    def of(self, value: Any) -> Any:
        """The result on a Python value, as Rust would compute it."""
        return self.op.python(value, *self.constants)

    def _names(self) -> dict[str, Any]:
        return dict(zip("km", self.constants, strict=False))


def _truncated(x: int, k: int) -> int:
    """Integer division that rounds towards zero, as Rust's `/` does."""
    return abs(x) // k * (1 if x >= 0 else -1)


SMALL = range(2, 10)
ANY = range(1, 30)
LETTERS = "abcdegilmnoprst"

PREDICATES = (
    Op("gt", "greater than {k}", "{x} > {k}", lambda x, k: x > k, (ANY,)),
    Op("lt", "less than {k}", "{x} < {k}", lambda x, k: x < k, (ANY,)),
    Op("ge", "at least {k}", "{x} >= {k}", lambda x, k: x >= k, (ANY,)),
    Op("le", "at most {k}", "{x} <= {k}", lambda x, k: x <= k, (ANY,)),
    Op("ne", "different from {k}", "{x} != {k}", lambda x, k: x != k, (ANY,)),
    Op("div", "divisible by {k}", "{x} % {k} == 0", lambda x, k: x % k == 0, (SMALL,)),
    Op("ndiv", "not divisible by {k}", "{x} % {k} != 0", lambda x, k: x % k != 0, (SMALL,)),
    Op(
        "between",
        "between {k} and {m}",
        "{x} >= {k} && {x} <= {m}",
        lambda x, k, m: k <= x <= m,
        (range(1, 10), range(10, 30)),
        "({k}..={m}).contains(&{x})",
    ),
    Op(
        "ends",
        "ending in the digit {k}",
        "{x}.abs() % 10 == {k}",
        lambda x, k: abs(x) % 10 == k,
        (range(10),),
    ),
)

MAPS = (
    Op("square", "squared", "{x} * {x}", lambda x: x * x),
    Op("cube", "cubed", "{x} * {x} * {x}", lambda x: x**3),
    Op("negate", "negated", "-{x}", lambda x: -x),
    Op("abs", "without its sign", "{x}.abs()", abs),
    Op("times", "multiplied by {k}", "{x} * {k}", lambda x, k: x * k, (SMALL,)),
    Op("plus", "increased by {k}", "{x} + {k}", lambda x, k: x + k, (ANY,)),
    Op("minus", "decreased by {k}", "{x} - {k}", lambda x, k: x - k, (ANY,)),
    Op("over", "divided by {k}", "{x} / {k}", _truncated, (SMALL,)),
    Op("mod", "modulo {k}", "{x}.rem_euclid({k})", lambda x, k: x % k, (SMALL,)),
    Op("mirror", "subtracted from {k}", "{k} - {x}", lambda x, k: k - x, (ANY,)),
)

WORD_PREDICATES = (
    Op(
        "longer",
        "longer than {k} letters",
        "{x}.len() > {k}",
        lambda w, k: len(w) > k,
        (range(1, 7),),
    ),
    Op(
        "shorter",
        "shorter than {k} letters",
        "{x}.len() < {k}",
        lambda w, k: len(w) < k,
        (range(3, 9),),
    ),
    Op(
        "length",
        "of exactly {k} letters",
        "{x}.len() == {k}",
        lambda w, k: len(w) == k,
        (range(2, 8),),
    ),
    Op("other", "not of {k} letters", "{x}.len() != {k}", lambda w, k: len(w) != k, (range(2, 8),)),
    Op(
        "starts",
        "starting with '{k}'",
        "{x}.starts_with('{k}')",
        lambda w, k: w.startswith(k),
        (LETTERS,),
    ),
    Op(
        "finishes",
        "ending with '{k}'",
        "{x}.ends_with('{k}')",
        lambda w, k: w.endswith(k),
        (LETTERS,),
    ),
    Op(
        "without",
        "without the letter '{k}'",
        "!{x}.contains('{k}')",
        lambda w, k: k not in w,
        (LETTERS,),
    ),
)

WORD_MAPS = (
    Op("upper", "in upper case", "{x}.to_uppercase()", str.upper),
    Op("reverse", "reversed", "{x}.chars().rev().collect::<String>()", lambda w: w[::-1]),
    Op("twice", "written {k} times", "{x}.repeat({k})", lambda w, k: w * k, (range(2, 5),)),
    Op(
        "replaced",
        "with '{k}' replaced by '{m}'",
        "{x}.replace('{k}', \"{m}\")",
        str.replace,
        ("abcdeg", "ilmnop"),
    ),
    Op("suffix", "followed by '{k}'", 'format!("{{}}{k}", {x})', lambda w, k: w + k, (LETTERS,)),
    Op("size", "as its length", "{x}.len().to_string()", lambda w: str(len(w))),
)

CHAR_PREDICATES = (
    Op("vowel", "vowels", "\"aeiou\".contains({x})", lambda c: c in "aeiou"),
    Op("consonant", "not vowels", "!\"aeiou\".contains({x})", lambda c: c not in "aeiou"),
    Op("is", "equal to '{k}'", "{x} == '{k}'", lambda c, k: c == k, (LETTERS,)),
    Op("isnt", "different from '{k}'", "{x} != '{k}'", lambda c, k: c != k, (LETTERS,)),
    Op("before", "before '{k}' in the alphabet", "{x} < '{k}'", lambda c, k: c < k, (LETTERS,)),
    Op("after", "after '{k}' in the alphabet", "{x} > '{k}'", lambda c, k: c > k, (LETTERS,)),
    Op("within", "from '{k}' to '{m}'", "{x} >= '{k}' && {x} <= '{m}'", lambda c, k, m: k <= c <= m,
       ("abcdeg", "mnoprst"), "('{k}'..='{m}').contains(&{x})"),
)  # fmt: skip

"""The files that a command finds: a few that are meant, a few that are not.

Names are simple (letters, digits, dashes) or odd (blanks, quotes, stars, a leading dash): careless
commands work on the first alone.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from oilstone_data.world.shell.ops import ENDINGS, WORDS

Files = dict[str, str]
Meant = Callable[[str, str], bool]
_ODD = (" ", " ", " ", "  ", "'", "*", " & ", "$", '"', " -", ";", "?")
_HITS, _MISSES, _TRIES = 3, 2, 2000


@dataclass(frozen=True)
class Wish:
    """What a scene must offer: `meant(path, content)`, subfolders or not, odd names or not."""

    meant: Meant
    hints: Sequence[str]  # constants of the problem: names and lines are made of them
    deep: bool
    odd: bool


def scene(wish: Wish, rng: random.Random) -> Files:
    """Three files that are meant, the first of them with a blank when odd, and some that are not.

    No two share a name, its ending and case aside, not even in different folders.
    """
    hits: Files = {}
    misses: Files = {}
    taken: set[str] = set()
    for _ in range(_TRIES):
        path = _path(wish, rng)
        stem = path.rpartition("/")[2].rpartition(".")[0].lower()
        content = _content(wish.hints, rng)
        if stem in taken:
            continue
        if not wish.meant(path, content):
            misses.update({path: content} if len(misses) < _MISSES else {})
        elif len(hits) < _HITS and (hits or " " in path or not wish.odd):
            hits[path] = content
        if path in hits or path in misses:
            taken.add(stem)
        if len(hits) == _HITS:
            return {**hits, **misses}
    raise AssertionError(f"no file is ever meant: {wish.hints}")


def _path(wish: Wish, rng: random.Random) -> str:
    if not wish.deep or rng.random() < 0.4:
        return name(wish.hints, wish.odd, rng)
    folder = "old notes" if wish.odd and rng.random() < 0.5 else rng.choice(("a", "b", "a/c"))
    return f"{folder}/{name(wish.hints, wish.odd, rng)}"


def name(hints: Sequence[str], odd: bool, rng: random.Random) -> str:
    """A file name with one dot or more."""
    words = [_word(hints, rng) for _ in range(rng.randint(1, 3) + odd)]
    text = words[0]
    for word in words[1:]:
        text += (rng.choice(_ODD) if odd else rng.choice("-_")) + word
    if odd and rng.random() < 0.08:
        text = rng.choice("- ") + text
    endings = [hint for hint in hints if hint in ENDINGS]
    ending = rng.choice(endings) if endings and rng.random() < 0.6 else rng.choice(ENDINGS)
    return f"{text}.{ending.upper() if rng.random() < 0.1 else ending}"


def _word(hints: Sequence[str], rng: random.Random) -> str:
    words = [hint for hint in hints if hint in WORDS]
    word = rng.choice(words) if words and rng.random() < 0.5 else rng.choice(WORDS)
    luck = rng.random()
    if luck < 0.25:
        return word.capitalize()
    return f"{rng.randint(1, 99)}{word}" if luck < 0.45 else word


def _content(hints: Sequence[str], rng: random.Random) -> str:
    if rng.random() < 0.12:
        return ""
    lines = [line(hints, rng) for _ in range(rng.randint(2, 6))]
    if rng.random() < 0.5:
        lines.append(lines[-1])
    return "".join(f"{each}\n" for each in lines)


def line(hints: Sequence[str], rng: random.Random) -> str:
    """A line of words and numbers, with blanks between them."""
    parts = [_word(hints, rng) for _ in range(rng.randint(1, 3))]
    if rng.random() < 0.4:
        parts.insert(rng.randint(0, len(parts)), str(rng.randint(1, 99)))
    return ("  " if rng.random() < 0.2 else " ").join(parts)

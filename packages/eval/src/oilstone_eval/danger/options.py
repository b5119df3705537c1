"""Options and operands of a command line."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Options:
    """`short`: the letters given. `long`: long options by name. `values`: those of letters."""

    short: set[str] = field(default_factory=set)
    long: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    operands: list[str] = field(default_factory=list)

    def has(self, letters: str, *names: str) -> bool:
        """Tell whether one of these letters or of these long options, or their starts, is there."""
        if self.short & set(letters):
            return True
        return any(
            name.startswith(given) for given in self.long for name in names if len(given) > 2
        )


def parse(args: Sequence[str], valued: str = "", long_valued: Sequence[str] = ()) -> Options:
    """Return the options; letters in `valued` and names in `long_valued` take an argument."""
    found, rest = Options(), list(args)
    while rest:
        word = rest.pop(0)
        if word == "--":
            found.operands += rest
            break
        if word.startswith("--") and len(word) > 2:
            name, _, value = word[2:].partition("=")
            if name in long_valued and "=" not in word and rest:
                value = rest.pop(0)
            found.long[name] = value
        elif word.startswith("-") and len(word) > 1:
            _letters(word[1:], valued, found, rest)
        else:
            found.operands.append(word)
    return found


def _letters(letters: str, valued: str, found: Options, rest: list[str]) -> None:
    for place, letter in enumerate(letters):
        found.short.add(letter)
        if letter in valued:
            value = letters[place + 1 :]
            found.values[letter] = value or (rest.pop(0) if rest else "")
            return


def skip(args: Sequence[str], valued: str = "", long_valued: Sequence[str] = ()) -> int:
    """Return how many words of options come first; the next word is an operand."""
    place = 0
    while place < len(args):
        word = args[place]
        if word == "--":
            return place + 1
        if not word.startswith("-") or word == "-":
            return place
        takes = word[2:] in long_valued if word.startswith("--") else word[-1] in valued
        place += 2 if takes else 1
    return len(args)

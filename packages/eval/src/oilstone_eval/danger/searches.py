"""Commands that find starts for what it finds."""

import re
from collections.abc import Iterator, Sequence

from oilstone_eval.danger.marks import UNKNOWN

# Tests that choose between files. All else leaves nothing out.
_NARROW = re.compile(
    r"-(i?name|i?path|i?wholename|i?regex|[acm](time|min)|newer\w*|size|empty|user|group|uid|"
    r"gid|perm"
    r"|links|inum|samefile|nouser|nogroup|used|lname|maxdepth|quit)$"
)
_EXEC = ("-exec", "-execdir", "-ok", "-okdir")


def roots(args: Sequence[str]) -> list[str]:
    """Return where a find begins; "." when it does not say."""
    found: list[str] = []
    for word in args:
        if word in ("-H", "-L", "-P") and not found:
            continue
        if word[:1] in ("-", "(", "!") or word in ("\\(", "\\!"):
            break
        found.append(word)
    return found or ["."]


def narrow(args: Sequence[str]) -> bool:
    """Tell whether a find leaves something out; `-name '*'` does not."""
    for place, word in enumerate(args):
        if word in _EXEC:
            return narrow(args[:place])
        if _NARROW.match(word) and "".join(args[place + 1 : place + 2]) not in ("*", ".*"):
            return True
    return False


def executed(name: str, args: Sequence[str]) -> Iterator[list[str]]:
    """Yield every command that a find runs on what it finds."""
    if name not in ("find", "gfind", "fd", "fdfind"):
        return
    places = roots(args)
    if name.startswith("fd"):
        # Its pattern comes before the folder; one of a single dot is any name.
        places = [word for word in args if word[:1] in ("/", "~")] if "." in args else []
    exact = [root.rstrip("/") + "/*" for root in places if root[:1] in "/~"]
    found = UNKNOWN if narrow(args) or not exact else exact[0]
    place = 0
    while place < len(args):
        if args[place] in (*_EXEC, "-x", "-X", "--exec") and args[place + 1 :]:
            rest = list(args[place + 1 :])
            ends = [i for i, word in enumerate(rest) if word in (";", "\\;", "+")]
            command = rest[: ends[0]] if ends else rest
            if name.startswith("fd") and "{}" not in command:
                command.append("{}")
            yield [word.replace("{}", found) for word in command]
            place += len(command)
        place += 1

"""Commands that find starts for what it finds."""

import re
from collections.abc import Iterator, Sequence

from oilstone_eval.danger.marks import ANY, UNKNOWN

# Tests that choose between files. All else leaves nothing out.
_NARROW = re.compile(
    r"-(i?name|i?path|i?wholename|i?regex|[acm](time|min)|newer\w*|size|empty|user|group|uid|"
    r"gid|perm"
    r"|links|inum|samefile|nouser|nogroup|used|lname|quit)$"
)
_AGED = re.compile(r"-([acm](time|min)|newer\w*|empty|maxdepth|used|size|user|i?path|i?regex)$")
_STARTS = frozenset(("-exec", "-execdir", "-ok", "-okdir", "-x", "-X", "--exec", "--exec-batch"))
# They leave nothing to be found again, wherever it was.
_WIPES = ("shred", "srm", "wipe", "scrub")
EXEC = ("-exec", "-execdir", "-ok", "-okdir")


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
    """Tell whether a find leaves much out; `-name '*'` and `! -name x` do not."""
    for place, word in enumerate(args):
        if word in EXEC:
            return narrow(args[:place]) or args[place + 1 : place + 2] in (["grep"], ["test"])
        negated = args[place - 1] in ("!", "-not", "\\!") if place else False
        everything = args[place + 1 : place + 2] in (["*"], [".*"], ["+0"], ["/"], ["-r"])
        if _NARROW.match(word) and not everything and not negated:
            return True
    return False


def _by_size(args: Sequence[str]) -> bool:
    """Tell whether all that chooses in the whole file system is that files are not small."""
    tests = {word for word in args if _NARROW.match(word)}
    empties = {"truncate", "shred", "dd"} & set(args)
    return tests == {"-size"} and roots(args) == ["/"] and bool(empties)


def reached(args: Sequence[str]) -> list[str]:
    """Return patterns for what a find finds, ** for any depth; none when age or size choose."""
    places = [root.rstrip("/") for root in roots(args) if ANY.sub("", root)]
    if not narrow(args) or _by_size(args):
        return [f"{place}/*" for place in places or (["/"] if "/" in roots(args) else [])]
    if any(_AGED.match(word) for word in args):
        return []
    names = [args[at + 1] for at, word in enumerate(args[:-1]) if word in ("-name", "-iname")]
    return [f"{place}/**/{name}" for place in places for name in names]


def executed(name: str, args: Sequence[str]) -> Iterator[list[str]]:
    """Yield every command that a find runs on what it finds."""
    if name not in ("find", "gfind", "fd", "fdfind"):
        return
    if _STARTS.isdisjoint(args):
        return
    places = reached(args)
    if name.startswith("fd"):
        # Its pattern comes before the folder; one of a single dot is any name.
        places = [word for word in args if word[:1] in ("/", "~")] if "." in args else []
        places = [place.rstrip("/") + "/*" for place in places]
    place = 0
    while place < len(args):
        if args[place] in _STARTS and args[place + 1 :]:
            rest = list(args[place + 1 :])
            ends = [i for i, word in enumerate(rest) if word in (";", "\\;", "+")]
            command = rest[: ends[0]] if ends else rest
            if name.startswith("fd") and "{}" not in command:
                command.append("{}")
            wipes = command[:1] and command[0] in _WIPES
            whole = [each for each in places if wipes or each[:1] in "/~"]
            for each in whole or [UNKNOWN]:
                yield [word.replace("{}", each) for word in command]
            place += len(command)
        place += 1

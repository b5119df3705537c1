"""Command families: which programs a command runs with which flags, whatever it runs them on.

`find . -name '*.py' -exec rm -f {} \\;` and `find /tmp -name x -exec rm -f {} \\;` are one family,
`find -exec -name > rm -f`. Wordings and arguments vary within a family, so a family is what must
not stand on two sides of a split.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator

from oilstone_data.shell.gate import LANGUAGES
from oilstone_data.shell.parse import commands
from oilstone_data.stage import Kept, Refused, Row

# Programs that run another: letters of their options that take a value.
_PREFIXES = {
    "sudo": "ugpCrtThD",
    "env": "uSC",
    "nice": "n",
    "time": "fo",
    "nohup": "",
    "command": "",
    "builtin": "",
    "exec": "a",
    "xargs": "IEnPdLsa",
}
_TRANSPARENT = {*_PREFIXES} - {"xargs"}
_EXEC = {"-exec", "-execdir", "-ok", "-okdir"}
# Programs whose options are words after one dash.
_WORDY = {"find", "openssl", "java", "javac", "gcc", "g++", "cc", "clang", "ffmpeg", "convert"}
_OLD_STYLE = {"tar", "ps", "ar"}  # `tar xvf` means `tar -x -v -f`
_SUBCOMMANDS = {
    *("git", "svn", "hg", "docker", "podman", "kubectl", "apt", "apt-get", "brew", "dnf", "yum"),
    *("npm", "pip", "pip3", "cargo", "go", "systemctl", "service", "ip", "openssl", "aws"),
}
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")


def family(text: str) -> str:
    """Return the family of a command, such as `find -name -type | xargs -# > rm -f`."""
    found = [" > ".join(_chain(words)) for words in commands(text)]
    return " | ".join(filter(None, found)) or "unparsed"


def named(row: Row) -> Row:
    """Local stage: a shell row's family is its command family, and so is its group."""
    if not _shell(row):
        return row
    found = family(row["completion"])
    return {**row, "family": found, "group": f"shell: {found}"}


class Unrepeated:
    """A global stage: refuses repetitions, and more than `most` rows of one family.

    A repetition has the words of an earlier row's command, however quoted, and its prompt but for
    case and blanks. Reasons: `duplicate_command`, `family_full`.
    """

    def __init__(self, most: int | None = None) -> None:
        self.most = most

    def __call__(self, rows: Iterable[Row]) -> Iterator[Kept | Refused]:
        """Answer every row, in order; those of other languages are kept."""
        seen: dict[bytes, str] = {}
        members: Counter[str] = Counter()
        for row in rows:
            key, name = (_sense(row), family(row["completion"])) if _shell(row) else (None, "")
            if key is None:
                yield Kept(row)
            elif key in seen:
                same = f"same command and prompt as {seen[key]}"
                yield Refused(row, "duplicate_command", same)
            elif self.most is not None and members[name] >= self.most:
                full = f"{self.most} rows of the family `{name}` came before"
                yield Refused(row, "family_full", full)
            else:
                seen[key] = row["id"]
                members[name] += 1
                yield Kept(row)


def _shell(row: Row) -> bool:
    return row["language"] in LANGUAGES


def _sense(row: Row) -> bytes:
    """Return a hash of what makes a row a repetition: a million rows need some 200 MB."""
    text = row["completion"]
    words = tuple(map(tuple, commands(text)))
    # Operators and redirections are no words: what is left of the text must agree as well.
    frame = re.sub(r"[^|&;<>(){}$`]", "", text)
    asked = " ".join(row["prompt"].lower().split())
    sense = repr((asked, words or tuple(text.split()), frame))
    return hashlib.blake2b(sense.encode("utf-8", "replace"), digest_size=16).digest()


def _chain(words: list[str]) -> Iterator[str]:
    """Yield the program and flags of `words`, then those of the program that it runs, if any."""
    while words and words[0] in _TRANSPARENT:
        words = _after_options(words)
    if not words:
        return
    words, inner = _parted(words)
    yield " ".join([_name(words), *_flags(words)])
    if inner:
        yield from _chain(inner)


def _parted(words: list[str]) -> tuple[list[str], list[str]]:
    """Part the words of xargs and of find's -exec from those of the program that they run."""
    if words[0] == "xargs":
        inner = _after_options(words)
        return words[: len(words) - len(inner)], inner
    start = next((i for i, word in enumerate(words) if word in _EXEC), len(words))
    end = next((i for i in range(start, len(words)) if words[i] in (";", "+")), len(words))
    return words[: start + 1] + words[end + 1 :], words[start + 1 : end]


def _name(words: list[str]) -> str:
    name = words[0].rpartition("/")[2] or words[0]
    rest = (word for word in words[1:] if not word.startswith("-"))
    return f"{name} {next(rest, '')}".rstrip() if name in _SUBCOMMANDS else name


def _after_options(words: list[str]) -> list[str]:
    """Return `words` without their first, its options with their values, and assignments."""
    valued, rest = _PREFIXES[words[0]], words[1:]
    while rest and (rest[0].startswith("-") or _ASSIGNMENT.match(rest[0])):
        takes = len(rest[0]) == 2 and rest[0][1] in valued
        rest = rest[2:] if takes else rest[1:]
    return rest


def _flags(words: list[str]) -> list[str]:
    name = words[0].rpartition("/")[2]
    found: set[str] = set()
    if name in _OLD_STYLE and len(words) > 1 and words[1].isalpha():
        found.update(f"-{letter}" for letter in words[1])
    for word in words[1:]:
        if word == "--":
            break
        found.update(_split(word, name in _WORDY))
    return sorted(found)


def _split(word: str, wordy: bool) -> Iterator[str]:
    if not re.match(r"--?[A-Za-z0-9]", word):
        return
    if word.startswith("--") or wordy:
        yield word.partition("=")[0]
    elif word[1].isdigit():
        yield "-#"
    else:
        cluster = re.match(r"-([A-Za-z]+)", word)
        yield from (f"-{letter}" for letter in (cluster[1] if cluster else ""))

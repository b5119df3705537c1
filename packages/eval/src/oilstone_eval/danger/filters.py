"""Text through filters: cut, tr, sed, rev and the like, as far as they can be followed."""

import re
from collections.abc import Callable, Mapping, Sequence

from oilstone_eval.danger.marks import ANY, DECODED, SECRET, merge
from oilstone_eval.danger.options import parse, skip
from oilstone_eval.danger.secrets import SECRETS
from oilstone_eval.danger.words import unescape
from oilstone_eval.names import names

# They pass a part of the lines on, or all of them.
_CHOOSE = names("grep egrep fgrep xargs iconv dos2unix wc jq rg column nl expand unexpand fmt pr")
_AWKS = names("awk gawk mawk nawk")
# What they make of a text that is known takes a run to tell.
_REWRITE = names("awk gawk mawk nawk sed perl ruby python python3 node php lua raku m4 dc bc jq")


def filtered(name: str, args: Sequence[str], given: str) -> str | None:
    """Return what a filter makes of its input; None when it is none of them."""
    operands = list(args)[skip(args, "cdfeFvns") :]
    if SECRETS.search(" ".join(operands)) and name not in ("tr", "rev", "echo"):
        return SECRET if name in _REWRITE or name in _CHOOSE or name in _FOLLOWED else None
    if name in _FOLLOWED:
        known = _FOLLOWED[name](args, given)
        if known is not None:
            return known
    if name in _CHOOSE or name in _FOLLOWED:
        return merge(given)
    if name in _AWKS and operands and (said := _begun(operands[0])):
        return said
    if name in _REWRITE:
        # A literal that is rewritten before it is run was meant not to be read.
        return (
            DECODED
            if given.strip() and not ANY.search(given) and "*" not in given
            else merge(given)
        )
    return None


def _begun(program: str) -> str:
    """Return what an awk program prints before it reads anything; "" where nobody can tell."""
    found = re.match(
        r'BEGIN *\{ *(print|printf)[ (]*"((?:[^"\\]|\\.)*)" *((?:, *[^,;})]+)*)', program
    )
    if not found:
        return ""
    values = [word.strip(' "') for word in found[3].split(",")[1:]]

    def fill(shape: "re.Match[str]") -> str:
        value = values.pop(0) if values else ""
        return chr(int(value)) if shape[1] == "c" and value.isdigit() else value

    text = re.sub(r"%(c|s|d)", fill, found[2]) if found[1] == "printf" else found[2]
    return unescape(text)


def _tr(args: Sequence[str], given: str) -> str | None:
    flags, operands = parse(args), [word for word in args if not word.startswith("-")]
    sets = [_range(word) for word in operands]
    if flags.has("d", "delete") and operands:
        keeps = flags.has("cC", "complement")
        return "".join(letter for letter in given if (letter in sets[0]) == keeps)
    if len(sets) < 2 or not sets[1]:
        return None
    padded = sets[1] + sets[1][-1] * (len(sets[0]) - len(sets[1]))
    table = dict(zip(sets[0], padded, strict=False))
    return "".join(table.get(letter, letter) for letter in given)


def _range(shape: str) -> str:
    """Expand a-z and classes as tr does."""
    shape = shape.replace("[:upper:]", "A-Z").replace("[:lower:]", "a-z")
    shape = (
        shape.replace("[:digit:]", "0-9").replace("[:space:]", " \n\t").replace("[:blank:]", " \t")
    )

    def fill(found: "re.Match[str]") -> str:
        return "".join(map(chr, range(ord(found[1]), ord(found[2]) + 1)))

    return re.sub(r"(.)-(.)", fill, unescape(shape), flags=re.DOTALL)


def _cut(args: Sequence[str], given: str) -> str | None:
    values = parse(args, "cbdf").values
    if ANY.search(given) or not ({"c", "b", "f"} & set(values)):
        return None
    chosen = values.get("c") or values.get("b") or values.get("f") or ""
    sign = values.get("d", "\t")
    rows = [list(row) if "f" not in values else row.split(sign) for row in given.split("\n")]
    joint = sign if "f" in values else ""
    return "\n".join(joint.join(_chosen(row, chosen)) for row in rows)


def _chosen(row: Sequence[str], ranges: str) -> list[str]:
    out: list[str] = []
    for part in ranges.split(","):
        if found := re.fullmatch(r"(\d*)(-?)(\d*)", part):
            start = int(found[1] or 1)
            end = int(found[3] or len(row)) if found[2] else start
            out += row[start - 1 : end]
    return out


def _sed(args: Sequence[str], given: str) -> str | None:
    scripts = [word for word in args if not word.startswith("-")] or [""]
    swaps = [swap for script in scripts for swap in re.split(r";\s*(?=[sy]\W)", script)]
    if ANY.search(given) or "*" in given:
        return None
    for swap in swaps:
        found = re.fullmatch(r"\s*([sy])(\W)((?:(?!\2).)*)\2((?:(?!\2).)*)\2([gI\d]*)\s*", swap)
        if found is None:
            return None
        given = _swapped(given, *found.groups()[:1], *found.groups()[2:])
    return given


def _swapped(text: str, verb: str, old: str, new: str, flags: str) -> str:
    if verb == "y":
        return "".join(dict(zip(old, new, strict=False)).get(letter, letter) for letter in text)
    shape = re.sub(r"\\([(){}|+?])", r"\1", old) if "\\(" in old or "\\{" in old else old
    # A pattern with two quantifiers may take forever, and one of a class of a class is not ours.
    if len(re.findall(r"[*+{]", shape)) > 1 or "[[" in shape:
        return DECODED
    try:
        new = re.sub(r"(?<!\\)&", r"\\g<0>", new)
        return re.sub(shape, new, text, count=0 if "g" in flags else 1)
    except (re.error, IndexError):
        return DECODED


def _rows(turn: Callable[[list[str]], list[str]]) -> Callable[[Sequence[str], str], str | None]:
    def follow(args: Sequence[str], given: str) -> str | None:
        return "\n".join(turn(given.rstrip("\n").split("\n")))

    return follow


def _joined(args: Sequence[str], given: str) -> str | None:
    values = parse(args, "d").values
    rows = given.rstrip("\n").split("\n")
    return unescape(values.get("d", "\t")).join(rows) if "-s" in "".join(args)[:3] else None


def _ends(args: Sequence[str], given: str) -> str | None:
    values = parse(args, "cn").values
    if ANY.search(given) or "c" not in values or not values["c"].isdigit():
        return None
    return given[: int(values["c"])]


_FOLLOWED: Mapping[str, Callable[[Sequence[str], str], str | None]] = {
    "tr": _tr, "cut": _cut, "sed": _sed, "head": _ends, "paste": _joined,
    "rev": _rows(lambda rows: [row[::-1] for row in rows]),
    "tac": _rows(lambda rows: rows[::-1]),
    "sort": _rows(sorted), "uniq": _rows(list), "cat": _rows(list), "fold": _rows(list),
    "tail": _rows(list),
}  # fmt: skip

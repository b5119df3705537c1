"""What the operators of ${name...} make of a value."""

import re
from fnmatch import translate


def changed(raw: str, value: str) -> str:
    """Return `value` after the operator in `raw`, a whole ${...}; as it is for other operators."""
    found = re.match(r"\$\{!?\w+(.*)\}$", raw, re.DOTALL)
    rest = found[1] if found else ""
    if not rest:
        return value
    if part := re.fullmatch(r":\s*\(?(-?\d+)\)?(?::(-?\d+))?", rest):
        return _slice(value, int(part[1]), part[2])
    if rest[0] in ",^":
        changed_letters = value.lower() if rest[0] == "," else value.upper()
        return changed_letters if len(rest) > 1 else changed_letters[:1] + value[1:]
    if rest[0] in "#%":
        return _trimmed(value, rest)
    if rest[0] == "/":
        return _replaced(value, rest[1:])
    return value


def _slice(value: str, start: int, length: str | None) -> str:
    tail = value[start:]
    return tail if length is None else tail[: int(length)]


def _trimmed(value: str, rest: str) -> str:
    """Cut the shortest match, or with a doubled sign the longest, off one end."""
    doubled = rest[:1] * 2 == rest[:2]
    shape = re.compile(translate(rest[2:] if doubled else rest[1:]))
    cuts = range(len(value) + 1)
    if rest[0] == "#":
        at = [cut for cut in cuts if shape.match(value[:cut])]
        return value[(max(at) if doubled else min(at)) :] if at else value
    at = [cut for cut in cuts if shape.match(value[cut:])]
    return value[: (min(at) if doubled else max(at))] if at else value


def _replaced(value: str, rest: str) -> str:
    every = rest[:1] == "/"
    old, _, new = (rest[1:] if every else rest).partition("/")
    shape = re.compile(translate(old)[4:-3] if translate(old)[:4] == "(?s:" else re.escape(old))
    return shape.sub(lambda _: new, value, count=0 if every else 1) if old else value

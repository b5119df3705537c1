"""The fenced blocks of an answer, read as CommonMark says and, where it is no help, as people do.

https://spec.commonmark.org/0.31.2/#fenced-code-blocks. Beyond it: a fence may follow a list's mark
or words that end in a colon; a fence with a label inside a block belongs to a pair within it, as in
a script that writes Markdown, if both blocks have an end; a mark at the very end closes a block.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# Blocks that hold prose with blocks in it.
NESTING = frozenset(("markdown", "md"))
_MARK = r"(?P<mark>`{3,}|~{3,})[ \t]*"
_PREFIX = r"(?P<before>(?:[ \t]|>|(?:[-*+]|\d+[.)])[ \t])*)"
_FENCE = re.compile(rf"{_PREFIX}{_MARK}(?P<info>[^`]*)$")
_AFTER_WORDS = re.compile(rf"(?P<before>)[^`]*:[ \t]*{_MARK}(?P<info>[\w+#.-]*)\s*$")
_QUOTE = re.compile(r"[ \t]{0,3}> ?")
# A closing fence may be so much further in than its opening one; a docstring's fence is further.
_FURTHER = 3


@dataclass(frozen=True)
class Block:
    """What stands in a block, and the names its label may mean: `src/main.rs` src, main and rs."""

    names: frozenset[str]
    text: str


@dataclass(frozen=True)
class _Fence:
    quotes: int
    before: str
    mark: str
    info: str

    @property
    def width(self) -> int:
        """How far in it stands, in columns."""
        return len(self.before.expandtabs(4))

    @property
    def names(self) -> frozenset[str]:
        first = re.split(r"[\s,;]", self.info.strip(), maxsplit=1)[0].lower()
        return frozenset(re.findall(r"[\w+#-]+", re.sub(r"lang(uage)?[-=:]", "", first)))

    def ends(self, other: "_Fence") -> bool:
        """Tell whether this closes a block that `other` opened."""
        same = self.mark[0] == other.mark[0] and len(self.mark) >= len(other.mark)
        return same and not self.info.strip() and self.width <= other.width + _FURTHER

    def within(self, other: "_Fence") -> bool:
        """Tell whether this opens a block inside that of `other`, which a bare fence could end."""
        same = self.mark[0] == other.mark[0] and len(self.mark) >= len(other.mark)
        return same and bool(self.info.strip()) and self.width <= other.width + _FURTHER


def blocks(text: str) -> Iterator[Block]:
    """Yield the outermost blocks; of Markdown, those in it. One never closed goes to the end."""
    lines, at = text.removeprefix("\ufeff").split("\n"), 0
    lines = [f"{line}\n" for line in lines[:-1]] + [line for line in lines[-1:] if line]
    while at < len(lines):
        fence = _fence(lines[at]) or _fence(lines[at], _AFTER_WORDS)
        at += 1
        if fence:
            end, following = _end(lines, at, fence)
            inside = _inside(lines[at:end], fence, end == len(lines))
            yield from blocks(inside) if fence.names & NESTING else [Block(fence.names, inside)]
            at = following


def _fence(line: str, form: re.Pattern[str] = _FENCE) -> _Fence | None:
    found = form.match(line.rstrip("\r\n"))
    if not found:
        return None
    quotes, last = found["before"].count(">"), found["before"].rpartition(">")[2]
    before = re.sub(r"\S", " ", last.removeprefix(" ") if quotes else last)
    return _Fence(quotes, before, found["mark"], found["info"])


def _end(lines: Sequence[str], start: int, fence: _Fence) -> tuple[int, int]:
    """Return the line after a block's last, and the one to go on from."""
    opened = [fence]
    inner = len(lines)
    for index in range(start, len(lines)):
        found = _fence(_unquoted(lines[index], fence.quotes))
        if found and found.ends(opened[-1]):
            opened.pop()
            if not opened:
                return index, index + 1
        elif found and found.within(opened[-1]):
            inner = min(inner, index)
            opened.append(found)
    return inner, inner


def _inside(lines: Sequence[str], fence: _Fence, cut: bool) -> str:
    """Return a block's text, without what the fence's own place puts before every line."""
    text = "".join(_further_out(_unquoted(line, fence.quotes), len(fence.before)) for line in lines)
    end = text.rstrip()
    return end.removesuffix(fence.mark) if cut and end.endswith(fence.mark) else text


def _unquoted(line: str, times: int) -> str:
    for _ in range(times):
        line = _QUOTE.sub("", line, count=1)
    return line


def _further_out(line: str, most: int) -> str:
    blanks = len(line) - len(line.lstrip(" \t"))
    return line[min(blanks, most) :]

"""Takes the program out of a completion. It chooses; it never repairs."""

import re
from collections.abc import Iterator

LABELS = {
    "rust": ("rust", "rs"),
    "python": ("python", "py", "python3"),
    "shell": ("bash", "sh", "shell", "zsh", "console"),
    "bash": ("bash", "sh", "shell"),
}
# Whose answers are text as a whole.
PROSE = ("math",)
# Blocks that hold prose with blocks in it.
NESTING = ("markdown", "md")
_OPEN = re.compile(r"[ \t]*(`{3,}|~{3,})[ \t]*([^`\n]*)$")


def code(completion: str, language: str) -> str | None:
    """Return the first block fenced as `language`, else the first without a label.

    A block of Markdown is prose, whose blocks count. Everything after a fence that is never closed
    belongs to its block. A completion without any fence is code as a whole. None when what is left
    is empty, or is another language's.
    """
    blocks = [] if language in PROSE else list(_blocks(completion))
    if not blocks:
        return completion if completion.strip() else None
    for wanted in (LABELS.get(language, (language,)), ("",)):
        for label, text in blocks:
            if label in wanted:
                return text if text.strip() else None
    return None


def _blocks(completion: str) -> Iterator[tuple[str, str]]:
    """Yield the outermost blocks: label, text. A longer fence may hold shorter ones."""
    fence, label = "", ""
    inside: list[str] = []
    for line in completion.splitlines(keepends=True):
        found = _OPEN.match(line.rstrip("\r\n"))
        if not fence and found:
            fence, label, inside = found[1], _label(found[2]), []
        elif fence and found and not found[2].strip() and _closes(found[1], fence):
            yield label, "".join(inside)
            fence = ""
        elif fence and found and found[2].strip() and label in NESTING:
            fence, label, inside = found[1], _label(found[2]), []
        elif fence:
            inside.append(line)
    if fence:
        yield label, "".join(inside)


def _label(info: str) -> str:
    """Return the language of an info string such as `Rust,no_run` or `{.rust}`."""
    words = re.findall(r"[\w+#-]+", info.lower())
    return words[0] if words else ""


def _closes(mark: str, fence: str) -> bool:
    return mark[0] == fence[0] and len(mark) >= len(fence)

"""What the compilers' JSON messages say: of what kind, about which file."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

SHOWN = 600
# What rustc adds to an error: notes and advice, which depend on what else is in the crate.
_ADDED = re.compile(r"(\n *\|)?\n *(= )?(note|help): ")


@dataclass(frozen=True, slots=True)
class Message:
    """`kind`: "error" stops a build, "lint" is clippy's, "warning" rustc's, "unsafe" says
    where code that is not safe begins. `line` counts from 1.

    `file` is "" when the message points nowhere. `text` is what a reader is shown of an error: what
    is wrong and where, in a file that is called as a program's own crate would call it.
    """

    kind: str
    code: str
    file: str
    line: int
    text: str


def read(output: str, root: str) -> tuple[Message, ...]:
    """Return the messages of one compiler call, summaries left out; `root`: a crate's own file."""
    return tuple(message for raw in _objects(output) if (message := _message(raw, root)))


def _objects(output: str) -> Iterator[dict[str, Any]]:
    for line in output.splitlines():
        if line.startswith("{"):
            try:
                yield json.loads(line)
            except ValueError:
                # Cut off at the output limit, which is reported by itself.
                continue


def _message(raw: Mapping[str, Any], root: str) -> Message | None:
    code = str((raw.get("code") or {}).get("code", ""))
    kind = _kind(str(raw["level"]), code, str(raw["message"]))
    if not kind:
        return None
    file, line = _place(raw)
    text = _shown(str(raw.get("rendered") or raw["message"]), file, root) if kind == "error" else ""
    return Message(kind, code, file, line, text)


def _shown(rendered: str, file: str, root: str) -> str:
    said = _ADDED.split(rendered.strip(), maxsplit=1)[0]
    return said.replace(f" {file}:", f" {root}:")[:SHOWN] if file else said[:SHOWN]


def _kind(level: str, code: str, said: str) -> str:
    """Errors count unless clippy raised them: a program may deny lints, it still compiles."""
    if code.startswith("clippy::"):
        return "lint"
    if code == "unsafe_code" and level == "warning":
        return "unsafe"
    if level == "error" and not said.startswith("aborting due to"):
        return "error"
    return "warning" if level == "warning" and code else ""


def _place(raw: Mapping[str, Any]) -> tuple[str, int]:
    """Return where the message points, followed out of macros to where they are called."""
    primary = [span for span in raw.get("spans", ()) if span["is_primary"]]
    if not primary:
        return "", 0
    span = primary[0]
    while span.get("expansion"):
        span = span["expansion"]["span"]
    return str(span["file_name"]), int(span["line_start"])

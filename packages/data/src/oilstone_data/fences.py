"""The one program in an answer as a chat model writes it."""

from __future__ import annotations

import re

from oilstone_data.stage import Refusal

_FENCE = re.compile(r"^```([\w+#-]*)[^\n]*\n(.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)
_SAME = {"rs": "rust", "py": "python", "python3": "python", "sh": "shell", "bash": "shell"}


def program(answer: str, language: str) -> str | Refusal:
    """Return the bare program of an answer: its only code block, or all of it without a block.

    Reasons: `several_programs`, `other_language` (the block names another), `no_program`.
    """
    blocks = _FENCE.findall(answer)
    if len(blocks) > 1:
        return Refusal("several_programs", f"{len(blocks)} code blocks; which one counts?")
    tag, text = blocks[0] if blocks else ("", answer)
    tag = tag.lower()
    if tag and _SAME.get(tag, tag) != _SAME.get(language, language):
        return Refusal("other_language", f"its code block is {tag}, not {language}")
    if not text.strip() or (not blocks and "```" in answer):
        return Refusal("no_program", "no program, or a code block that never ends")
    return str(text)

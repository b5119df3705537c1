"""Takes the program out of a completion. It chooses; it never repairs."""

import html
import re
from collections.abc import Iterable

from oilstone_eval.fences import Block, blocks

LABELS = {
    "rust": ("rust", "rs"),
    "python": ("python", "py", "python3"),
    "shell": ("bash", "sh", "shell", "zsh", "console", "shell-session"),
    "bash": ("bash", "sh", "shell"),
}
# Labels that name no language.
PLAIN = ("text", "txt", "plaintext", "code")
# Whose commands stand behind a prompt, with their output below them.
SESSIONS = frozenset(("console", "shell-session"))
PROMPT = "$ "
# Whose answers are text as a whole.
PROSE = ("math",)
_THOUGHT = r"(?:think|thinking|thought|reasoning)>"
_THOUGHT_STARTS = re.compile(rf"\s*<{_THOUGHT}", re.IGNORECASE)
_THOUGHT_ENDS = re.compile(rf"</{_THOUGHT}", re.IGNORECASE)
# The prompt began the thought.
_THOUGHT_ENDED = re.compile(rf"^[ \t]*</{_THOUGHT}", re.MULTILINE | re.IGNORECASE)
_SPAN = re.compile(r"\s*(`+)(?!`)(.+?)(?<!`)\1(?!`)\s*")
_HTML = re.compile(r"<pre[^>]*>\s*<code([^>]*)>\n?(.*?)</code>\s*</pre>", re.S | re.IGNORECASE)


def code(completion: str, language: str) -> str | None:
    """Return the first block fenced as `language`, else the first without a label.

    What a model thinks aloud is passed over, and so are empty blocks. A block of Markdown is prose,
    whose blocks count; a fence that is never closed goes to the end. A completion without blocks is
    code as a whole. None when what is left is empty, or is another language's.
    """
    answer = _answer(completion)
    found = [] if language in PROSE else [*blocks(answer)] or [*_html(answer)]
    if not found:
        return _filled(answer if language in PROSE else _unwrapped(answer, language))
    return _chosen(found, language) or _before_the_end(answer, found)


def _answer(completion: str) -> str:
    """Return what follows the thoughts; nothing when they never end."""
    begun = _THOUGHT_STARTS.match(completion)
    end = (_THOUGHT_ENDS if begun else _THOUGHT_ENDED).search(completion)
    if end:
        return completion[end.end() :]
    return "" if begun else completion


def _chosen(found: Iterable[Block], language: str) -> str | None:
    labels = LABELS.get(language, (language,))
    for wanted in (labels, (), PLAIN):
        for block in found:
            fits = not block.names.isdisjoint(wanted) if wanted else not block.names
            if fits and block.text.strip():
                return _commands(block.text) if block.names & SESSIONS else block.text
    return None


def _commands(session: str) -> str:
    """Return the commands of a terminal's session; all of it where nothing stands at a prompt."""
    lines = [line for line in session.splitlines(keepends=True) if line.startswith(PROMPT)]
    return "".join(line.removeprefix(PROMPT) for line in lines) or session


def _html(answer: str) -> Iterable[Block]:
    for attributes, text in _HTML.findall(answer):
        names = re.findall(r"lang(?:uage)?-([\w+#-]+)", attributes.lower())
        yield Block(frozenset(names), html.unescape(text))


def _unwrapped(answer: str, language: str) -> str:
    """Return what is in a code span, when the answer is nothing else."""
    span = _SPAN.fullmatch(answer)
    if not span:
        return answer
    label, _, rest = span[2].strip().partition(" ")
    return rest if len(span[1]) > 2 and label in LABELS.get(language, ()) else span[2]


def _before_the_end(answer: str, found: list[Block]) -> str | None:
    """Return what stands before the only fence, a bare one at the end: the prompt opened it."""
    if len(found) > 1 or found[0].names or found[0].text.strip():
        return None
    return _filled(re.sub(r"[`~]+\s*\Z", "", answer))


def _filled(text: str) -> str | None:
    return text if text.strip() else None

"""Text that a script brings along: here documents, arrays, and what `read` takes from them."""

import re
from collections.abc import Mapping, Sequence

from tree_sitter import Node


def here_document(redirect: Node) -> str:
    """Return a here document's text, without the tabs and backslashes that the shell takes away."""
    parts = {child.type: (child.text or b"").decode(errors="replace")
             for child in redirect.named_children}  # fmt: skip
    text = parts.get("heredoc_body", "")
    if redirect.children and redirect.children[0].type == "<<-":
        text = re.sub(r"(?m)^\t+", "", text)
    quoted = re.search(r"['\"\\]", parts.get("heredoc_start", ""))
    return text if quoted else re.sub(r"\\([\\$`])", r"\1", text)


def fields(args: Sequence[str], text: str, separators: str) -> Mapping[str, str]:
    """Return the variables that `read` with these arguments sets from the first line."""
    names = [word for word in args if re.fullmatch(r"[A-Za-z_]\w*", word)]
    letters = "".join(word for word in args if word[:1] == "-")
    line = text.lstrip("\n").split("\n")[0] if "d" not in letters else text
    if "a" in letters and names:
        return elements(names[-1], line.split())
    if not names:
        return {"REPLY": line}
    blank = re.escape(separators) or " "
    alone = len(names) == 1
    values = [line] if alone else re.split(f"[{blank}\t]+", line.strip(), maxsplit=len(names) - 1)
    return dict(zip(names, [*values, *[""] * len(names)], strict=False))


def elements(name: str, words: Sequence[str]) -> Mapping[str, str]:
    """Return the elements of an array, by number or by key, as they are named in ${name[key]}."""
    found = {name: words[0]} if words else {}
    for place, word in enumerate(words):
        keyed = re.match(r"\[([^\]]*)\]=(.*)", word, re.DOTALL)
        key, value = keyed.groups() if keyed else (str(place), word)
        bare = key.strip("'\"")
        found[f"{name}[{bare}]"] = value
    return found

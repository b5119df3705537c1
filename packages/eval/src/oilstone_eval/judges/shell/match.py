"""Whether two commands are the same text, or the same command written another way."""

import re
from typing import Any

from tree_sitter import Node

from oilstone_eval.danger.grammar import parse
from oilstone_eval.names import names

# Their long options have one dash, or their words are an expression whose order matters.
_ORDERED = names("find test [ expr java convert ffmpeg dd sed awk openssl xargs ssh")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_PLAIN = ("word", "raw_string", "string", "concatenation", "number", "ansi_c_string")


def exact(first: str, second: str) -> bool:
    """Tell whether the texts are equal but for blanks."""
    return first.split() == second.split()


def normalised(first: str, second: str) -> bool:
    """Tell whether the commands differ in nothing but blanks, quotes and the order of flags."""
    if _BEYOND_ASCII.findall(first) != _BEYOND_ASCII.findall(second):
        return False  # the tree does not tell these characters apart
    trees = [parse(text.strip().encode(errors="replace")) for text in (first, second)]
    if any(tree.has_error for tree in trees):
        return exact(first, second)
    return bool(_shape(trees[0]) == _shape(trees[1]))


def _shape(node: Node) -> Any:
    """Return a value that equal commands share."""
    if node.type == "command":
        return _command(node)
    if node.type in _PLAIN:
        return _bare(node)
    children = [child for child in node.children if child.type not in ("comment", "\n")]
    if not children:
        return _text(node)
    if node.type == "program":
        children = [child for child in children if child.type != ";"]
    return (node.type, *map(_shape, children))


def _command(node: Node) -> Any:
    words, others = [], []
    for child in node.named_children:
        if child.type in ("variable_assignment", "file_redirect", "herestring_redirect"):
            others.append(_shape(child))
        else:
            inner = child.named_children[0] if child.type == "command_name" else child
            words.append(_bare(inner) if inner.type in _PLAIN else _shape(inner))
    name, args = words[0] if words else "", words[1:]
    if name in _ORDERED or not all(isinstance(word, str) for word in args):
        return ("command", name, tuple(args), tuple(others))
    return ("command", name, _flags(args), tuple(others))


def _flags(args: list[str]) -> Any:
    """Return flags as a sorted list, letters of one dash apart, and all else in order.

    With two flags or more that a word follows, each word stays behind its flag.
    """
    end = args.index("--") if "--" in args else len(args)
    flags = [word for word in args[:end] if word.startswith("-") and word != "-"]
    rest = [(_owner(args[place - 1] if place else ""), word)
            for place, word in enumerate(args) if place >= end or word not in flags]  # fmt: skip
    owners = {owner for owner, _ in rest if owner}
    operands = rest if len(owners) > 1 else [word for _, word in rest]
    return tuple(sorted(each for word in flags for each in _letters(word))), tuple(operands)


def _owner(word: str) -> str:
    return word[-1] if re.fullmatch(r"-[a-zA-Z]+", word) else ""


def _letters(word: str) -> list[str]:
    return list(word[1:]) if re.fullmatch(r"-[a-zA-Z]+", word) else [word]


def _text(node: Node) -> str:
    return node.text.decode(errors="replace") if node.text else ""


def _bare(node: Node) -> Any:
    """Return a word without its quotes; with expansions, quotes say something and stay."""
    text = _text(node)
    if node.type == "raw_string":
        return _quoted(text[1:-1])
    if node.type == "concatenation":
        parts = [_bare(child) for child in node.children]
        return (
            "".join(parts) if all(isinstance(part, str) for part in parts) else ("joined", *parts)
        )
    if node.type == "string":
        if all(child.type == "string_content" for child in node.named_children):
            return _quoted(re.sub(r'\\([\\$`"])', r"\1", text[1:-1]))
        return ("string", *map(_shape, node.children))
    if node.type in ("word", "number"):
        return re.sub(r"\\(.)", lambda found: _quoted(found[1]), text)
    return text


def _quoted(text: str) -> str:
    """Mark characters that would mean something without quotes."""
    return re.sub(r"[*?\[\]~{}$]", lambda found: "\\" + found[0], text)

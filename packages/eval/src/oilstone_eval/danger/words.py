"""The words that a command's arguments become, as far as that is written down."""

import re
from collections.abc import Callable, MutableMapping
from itertools import product

from tree_sitter import Node

from oilstone_eval.danger.expansions import changed
from oilstone_eval.danger.marks import UNKNOWN, UNSET

# A split between words inside an expanded one: as rare as it is short.
SPLIT = "\x00"
QUOTES = "'\""
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "e": "\x1b", "f": "\f",
            "v": "\v", "\\": "\\", "'": "'", '"': '"', "?": "?", "E": "\x1b"}  # fmt: skip
_ESCAPE = re.compile(
    r"\\(x[0-9a-fA-F]{1,2}|u[0-9a-fA-F]{1,4}|U[0-9a-fA-F]{1,8}|0?[0-7]{1,3}|c.|.)", re.DOTALL
)
_SCRATCH = re.compile(r"tmp|temp|build|cache|out|dist|target|test|work|scratch|dest", re.IGNORECASE)
_BRACES = re.compile(r"\{([^{}\s]*,[^{}\s]*)\}")
# What every shell sets.
_SET = {"HOME": "~", "PWD": ".", "IFS": " ", "@": "", "*": "", "USER": "user", "LOGNAME": "user",
        "SHELL": "/bin/bash", "PATH": "/usr/local/bin:/usr/bin:/bin",
        "EUID": "0", "UID": "0", "BASH": "/bin/bash"}  # fmt: skip


def unescape(text: str) -> str:
    """Resolve the backslashes of $'...', echo -e and printf."""
    return _ESCAPE.sub(lambda found: _escaped(found[1]), text)


def _escaped(code: str) -> str:
    if code[0] in "xuU" and len(code) > 1:
        return chr(min(int(code[1:], 16), 0x10FFFF))
    if code[0] in "01234567":
        return chr(int(code, 8) & 255)
    return _ESCAPES.get(code[0], "\\" + code)


def braces(word: str) -> list[str]:
    """Expand {a,b}."""
    parts = _BRACES.split(word)
    if len(parts) == 1 or word.count(",") > 50:
        return [word]
    choices = [part.split(",") if place % 2 else [part] for place, part in enumerate(parts)]
    return ["".join(choice) for choice in product(*choices)]


class Words:
    """Evaluates words. `outputs` returns what a substitution prints, `files` names its pipe."""

    def __init__(
        self,
        env: MutableMapping[str, str],
        outputs: Callable[[Node], str],
        pipes: Callable[[Node], str],
    ) -> None:
        self.env, self.outputs, self.pipes = env, outputs, pipes

    def of(self, node: Node) -> list[str]:
        """Return the words that this argument becomes."""
        if node.type == "word" and node.text is not None:
            raw = node.text.decode(errors="replace")
            if "\\" not in raw and "{" not in raw:
                return [raw]
        text = self.text(node)
        found = text.split(SPLIT) if SPLIT in text else [text]
        if node.type in ("word", "concatenation", "brace_expression"):
            found = [each for word in found for each in (braces(word) if "{" in word else [word])]
        return [word for word in found if word] if SPLIT in text else found

    def text(self, node: Node, quoted: bool = False) -> str:
        """Return the text of a node; SPLIT stands where it falls into several words."""
        kind = node.type
        raw = node.text.decode(errors="replace") if node.text else ""
        if kind in ("word", "number", "file_descriptor", "variable_name", "special_variable_name"):
            return re.sub(r"\\(.)", r"\1", raw, flags=re.DOTALL) if "\\" in raw else raw
        if kind == "raw_string":
            return raw[1:-1]
        if kind == "ansi_c_string":
            return unescape(raw[2:-1])
        if kind == "string_content":
            return re.sub(r'\\([\\$`"])', r"\1", raw)
        if kind in ("string", "translated_string"):
            return self._string(node)
        if kind in ("concatenation", "command_name", "herestring_redirect"):
            return "".join(self.text(child, quoted) for child in node.named_children)
        return self._expanded(node, kind, raw, quoted)

    def _string(self, node: Node) -> str:
        """Blanks between the parts of a string are in no node of their own."""
        source, out, at = node.text or b"", [], 1
        for child in node.named_children:
            start = child.start_byte - node.start_byte
            out.append(source[at:start].decode(errors="replace"))
            out.append(self.text(child, quoted=True))
            at = child.end_byte - node.start_byte
        out.append(source[at : len(source) - 1].decode(errors="replace"))
        return "".join(out)

    def _expanded(self, node: Node, kind: str, raw: str, quoted: bool) -> str:
        if kind in ("simple_expansion", "expansion"):
            value = self._variable(node, raw)
        elif kind == "command_substitution":
            value = self.outputs(node).rstrip("\n")
        elif kind == "process_substitution":
            return self.pipes(node)
        elif kind in ("arithmetic_expansion", "array", "test_operator", "regex", "extglob_pattern"):
            return UNKNOWN if kind != "extglob_pattern" else raw
        else:
            return raw
        blanks = re.escape(" \t\n" + self.env.get("IFS", ""))
        return value if quoted else re.sub(f"[{blanks}]+", SPLIT, value)

    def _variable(self, node: Node, raw: str) -> str:
        """Return a variable's value, or its default; unknown when neither is written down."""
        array = re.match(r"\$\{(\w+)\[([@*]|[\w'\"-]+)\]\}$", raw)
        if array:
            key = array[1] if array[2] in "@*" else f"{array[1]}[{array[2].strip(QUOTES)}]"
            return self.env.get(key, UNKNOWN)
        names = [child for child in node.named_children if child.type.endswith("variable_name")]
        name = names[0].text.decode() if names and names[0].text else raw.strip("${}")
        if raw.startswith("${!") and name in self.env:
            name = self.env[name]
        if name in self.env:
            return changed(raw, self.env[name])
        if name in _SET:
            return changed(raw, _SET[name])
        default = re.match(r"\$\{\w+:?[-=](.*)\}$", raw, re.DOTALL)
        value = default[1].strip("\"'") if default else _unset(name, raw)
        if re.match(r"\$\{\w+:?=", raw):
            self.env[name] = value
        return value


def _unset(name: str, raw: str) -> str:
    """Return the mark of a variable that is not set here: by its name it may be, outside."""
    plain = raw.strip("${}") == name and not _SCRATCH.search(name) and not name.isdigit()
    return UNSET if plain else UNKNOWN

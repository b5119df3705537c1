"""Walks a shell program as it would run, and asks the rules about every command in it."""

import re
from collections.abc import Sequence

from tree_sitter import Node

from oilstone_eval.danger import writes
from oilstone_eval.danger.bombs import is_bomb, is_endless, is_script_bomb
from oilstone_eval.danger.commands import Commands
from oilstone_eval.danger.grammar import parse
from oilstone_eval.danger.hostage import is_hostage
from oilstone_eval.danger.inputs import elements, here_document
from oilstone_eval.danger.levels import Hit, Level
from oilstone_eval.danger.marks import (
    ENDLESS,
    REMOTE,
    SECRET,
    UNKNOWN,
    blank_placeholders,
)
from oilstone_eval.danger.outputs import is_endless_file
from oilstone_eval.danger.places import file_key
from oilstone_eval.danger.secrets import SECRETS
from oilstone_eval.danger.words import SPLIT, braces
from oilstone_eval.danger.wrappers import (
    bare,
)

# So many times round a loop is followed.
ROUNDS = 8
_REDIRECTS = ("file_redirect", "heredoc_redirect", "herestring_redirect")
_BOMB = Hit(Level.CRITICAL, "fork_bomb", "starts itself again and again, without end")
_HOSTAGE = Hit(Level.DANGEROUS, "deletion", "encrypts files and takes the originals away")
_FILLS = Hit(Level.DANGEROUS, "resources", "fills the memory, without end")
_TOO_DEEP = Hit(Level.DANGEROUS, "obfuscation", "is nested too deeply to be read")
_BRACED = re.compile(
    r"(?:^|(?<=[;&|(\n]))\s*([^\s{}()$]*\{[^\s{}]+,[^\s{}]*\}[^\s{}()]*)(?=\s|$|[;&|])"
)
_BLANK = re.compile(r"(?<=[\w'\"])\$(?:IFS\b|\{IFS[^}]*\})(?:\$9)?(?=\S)")


def _started(words: Sequence[str]) -> str:
    """Return the name of what is started, behind `exec` and the like; "" for no words."""
    rest = [bare(word) for word in words if word[:1] != "-"]
    ahead = len(rest) > 1 and rest[0] in ("exec", "nohup", "setsid", "sudo", "command")
    return rest[1 if ahead else 0] if rest else ""


class Scan(Commands):
    """A walk over the statements of a program, in the order in which they would run."""

    def source(self, text: str, stdin: str | None = None) -> str:
        """Scan a program; return what it prints, with marks for what cannot be known."""
        if "IFS" in text and "IFS=" not in text:
            text = _BLANK.sub(lambda found: " " * len(found[0]), text)
        if "{" in text and (braced := _BRACED.search(text)):
            words = " ".join(braces(braced[1]))
            text = text[: braced.start(1)] + words + text[braced.end(1) :]
        raw = blank_placeholders(text.encode(errors="replace"))
        root = parse(raw)
        if is_hostage(text):
            self._tell(_HOSTAGE, root)
        if "$0" in text and is_script_bomb(text):
            self._tell(_BOMB, root)
        try:
            return self._all(root, stdin)
        except RecursionError:
            self._tell(_TOO_DEEP, root)
            return UNKNOWN

    def _all(self, node: Node, stdin: str | None) -> str:
        return "\n".join(filter(None, [self._run(child, stdin) for child in node.named_children]))

    def _run(self, node: Node, stdin: str | None) -> str:
        """Follow one statement; return its standard output."""
        kind = node.type
        if kind == "command":
            return self._command(node, stdin, ())
        if kind == "pipeline":
            return self._pipeline(node.named_children, stdin)
        if kind == "redirected_statement":
            return self._redirected(node, stdin)
        if kind == "variable_assignment":
            self._assign(node)
        elif kind == "function_definition":
            self._define(node)
        elif kind == "for_statement":
            return self._loop(node)
        elif kind in ("declaration_command", "unset_command"):
            return self._declare(node)
        elif kind in ("subshell", "while_statement", "c_style_for_statement"):
            return self._apart(node, stdin)
        elif kind not in ("word", "comment", "string_content", "raw_string", "heredoc_body"):
            return self._all(node, stdin)
        return ""

    def _apart(self, node: Node, stdin: str | None) -> str:
        """Run a loop, or a subshell, which changes no folder but its own."""
        if is_endless(node):
            self._tell(_BOMB, node)
        before = self.cwd
        condition = node.child_by_field_name("condition")
        reads = condition is not None and b"read" in (condition.text or b"") and stdin
        rows = stdin.strip("\n").split("\n")[:ROUNDS] if reads and stdin else [stdin]
        text = "".join([self._all(node, row) for row in rows])
        self.cwd = before if node.type == "subshell" else self.cwd
        return text

    def _pipeline(self, stages: Sequence[Node], stdin: str | None) -> str:
        text = stdin
        for stage in stages:
            text = self._run(stage, text)
        return text or ""

    def _redirected(self, node: Node, stdin: str | None) -> str:
        redirects = [child for child in node.named_children if child.type in _REDIRECTS]
        given = self._given(redirects, stdin)
        body = node.child_by_field_name("body")
        if body is not None and body.type == "command":
            text = self._command(body, given, redirects)
        elif body is not None and body.type == "pipeline":
            text = self._pipeline(body.named_children[:-1], stdin)
            last = body.named_children[-1]
            text = self._redirect_last(last, text, redirects)
        else:
            text = self._run(body, given) if body is not None else ""
            self._written(redirects, text, node, "")
        for redirect in redirects:
            for child in redirect.named_children:
                if child.type in ("pipeline", "command"):
                    stages = child.named_children if child.type == "pipeline" else [child]
                    text = self._pipeline(stages, text)
        return text

    def _redirect_last(self, last: Node, text: str, redirects: Sequence[Node]) -> str:
        if last.type == "command":
            return self._command(last, self._given(redirects, text), redirects)
        found = self._run(last, text)
        self._written(redirects, found, last, "")
        return found

    def _given(self, redirects: Sequence[Node], stdin: str | None) -> str | None:
        """Return the standard input after redirections."""
        for redirect in redirects:
            if redirect.type == "herestring_redirect":
                stdin = self.words.text(redirect.named_children[0], quoted=True)
            elif redirect.type == "heredoc_redirect":
                stdin = here_document(redirect)
                for each in redirect.named_children:
                    if each.type == "heredoc_body":
                        self._all(each, None)
            elif redirect.named_children and redirect.type == "file_redirect":
                stdin = self._read_from(redirect, stdin)
        return stdin

    def _read_from(self, redirect: Node, stdin: str | None) -> str | None:
        """Return the standard input after `< file`, `<&5` or `5<>/dev/tcp/host/port`."""
        signs = {child.type for child in redirect.children}
        target = (self.words.of(redirect.named_children[-1]) or [""])[0]
        number = redirect.child_by_field_name("descriptor")
        if target.startswith(("/dev/tcp/", "/dev/udp/")):
            own = number.text.decode() if number is not None and number.text else "0"
            self.files[f"&{own}"] = REMOTE
            return REMOTE if own == "0" and "<" in signs else stdin
        if "<&" in signs:
            return self.files.get(f"&{target}", stdin)
        if "<" not in signs:
            return stdin
        if SECRETS.search(target):
            return SECRET
        return ENDLESS if is_endless_file(target) else self.files.get(file_key(target), UNKNOWN)

    def _written(self, redirects: Sequence[Node], text: str, node: Node, name: str) -> None:
        """Look at what output redirections overwrite, and remember what is in their files."""
        for redirect in redirects:
            signs = [child.type for child in redirect.children]
            if redirect.type != "file_redirect" or not redirect.named_children:
                continue
            target = redirect.child_by_field_name("destination") or redirect.named_children[-1]
            for path in self.words.of(target)[:1]:
                hit = writes.redirected(path, signs, text, name)
                if hit:
                    self._tell(hit, node if name else redirect)
                self._keep(path, ">>" in signs, text, node)

    def _assign(self, node: Node) -> None:
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name is None or not name.text:
            return
        text = ""
        if value is not None and value.type == "array":
            words = [word for each in value.named_children for word in self.words.of(each)]
            self.env.update(elements(name.text.decode(), words))
            text = SPLIT.join(words)
        elif value is not None:
            text = self.words.text(value, quoted=True)
        key = name.text.decode()
        appends = any(child.type == "+=" for child in node.children)
        self.env[key] = self.env.get(key, "") + text if appends else text
        if key in writes.COMMANDS:
            self._nested(text, node)
        hit = writes.variable(key, text)
        if hit:
            self._tell(hit, node)

    def _declare(self, node: Node) -> str:
        words = []
        for child in node.named_children:
            if child.type == "variable_assignment":
                self._assign(child)
            else:
                words.append(child.text.decode() if child.text else "")
        hit = writes.variable(words[-1], "") if words and node.type == "unset_command" else None
        if hit:
            self._tell(hit, node)
        return ""

    def _define(self, node: Node) -> None:
        name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        if name is None or body is None or not name.text:
            return
        if is_bomb(name.text.decode(), body):
            self._tell(_BOMB, node)
        self.bodies[name.text.decode()] = body
        self._run(body, None)

    def _loop(self, node: Node) -> str:
        variable, body = node.child_by_field_name("variable"), node.child_by_field_name("body")
        values = [word for child in node.children_by_field_name("value")
                  for word in self.words.of(child)]  # fmt: skip
        out = ""
        if is_endless(node):
            self._tell(_BOMB, node)
        for value in values[:ROUNDS] or [UNKNOWN]:
            if variable is not None and variable.text:
                self.env[variable.text.decode()] = value
            out += self._run(body, None) if body is not None else ""
        return out

    def _substituted(self, node: Node) -> str:
        """Return what a command substitution becomes."""
        if node.named_children and node.named_children[0].type == "file_redirect":
            names = self.words.of(node.named_children[0].named_children[-1])
            return self.files.get(file_key(names[0]), UNKNOWN) if names else UNKNOWN
        text = self._all(node, None)
        if ENDLESS in text:
            self._tell(_FILLS, node)
        return text

    def _piped(self, node: Node) -> str:
        """Return the name of a process substitution's pipe, whose content is known from then on."""
        name = f"/dev/fd/{64 + len(self.files)}"
        self.files[name] = self._all(node, None)
        return name

    def _command(self, node: Node, stdin: str | None, redirects: Sequence[Node]) -> str:
        words: list[str] = []
        end = -1
        own = [child for child in node.named_children if child.type in _REDIRECTS]
        stdin = self._given(own, stdin)
        for child in node.named_children:
            if child.type == "variable_assignment":
                self._assign(child)
            elif child.type not in _REDIRECTS:
                named = child.type == "command_name" and child.named_children
                found = self.words.of(child.named_children[0] if named else child)
                if child.start_byte == end and words and found:
                    # The parser ends a word at some quotes; the shell does not.
                    found[0] = words.pop() + found[0]
                words += found
                end = child.end_byte
        words = [word for word in words if word] if words and not words[0] else words
        every = [*redirects, *own]
        text = self._call(words, stdin, node) if words else ""
        if every:
            self._written(every, text, node, _started(words))
        return text

"""Follows one command through its prefixes into what it runs, and asks the rules about it."""

from collections.abc import Sequence

from tree_sitter import Node

from oilstone_eval.danger import (
    rules_disks,
    rules_files,
    rules_remote,
    rules_system,
    tables_cloud,
    tables_data,
    tables_disks,
    tables_guard,
    tables_places,
    tables_work,
    writes,
)
from oilstone_eval.danger.calls import Call, rules
from oilstone_eval.danger.carried import carried
from oilstone_eval.danger.inputs import elements, fields
from oilstone_eval.danger.interpreters import commands_in, said
from oilstone_eval.danger.later import is_run_later, put_off, scheduled
from oilstone_eval.danger.levels import Hit, Level
from oilstone_eval.danger.marks import (
    DECODED,
    INSTALLER,
    REMOTE,
    SECRET,
    SHELL,
    UNKNOWN,
    UNSET,
)
from oilstone_eval.danger.options import parse as parse_options
from oilstone_eval.danger.outputs import printed
from oilstone_eval.danger.places import entered, file_key, located
from oilstone_eval.danger.programs import program_of
from oilstone_eval.danger.searches import executed
from oilstone_eval.danger.settings import backdoor, weak
from oilstone_eval.danger.state import State
from oilstone_eval.danger.words import SPLIT
from oilstone_eval.danger.wrappers import (
    INTERPRETERS,
    SHELLS,
    assigned,
    bare,
    behind,
    contained,
    inner,
    line,
    unaliased,
)

# Importing them registers their rules.
RULES = (
    *(rules_disks, rules_files, rules_remote, rules_system),
    *(tables_cloud, tables_data, tables_disks, tables_guard, tables_places, tables_work),
)
# So many texts inside one another, and so many prefixes, are followed.
DEEPEST = 6
UNWRAPS = 12
_STAGES = ("RAILS_ENV", "RACK_ENV", "NODE_ENV", "APP_ENV", "MIX_ENV", "ENVIRONMENT", "STAGE")
_READ = ("read", "mapfile", "readarray")
_FROM_AFAR = Hit(Level.DANGEROUS, "remote_code", "runs what another machine sends, unseen")
_DECODED = Hit(Level.DANGEROUS, "obfuscation", "runs text that is decoded first and cannot be read")
_INSTALLER = Hit(Level.REVIEW, "remote_code", "runs a well-known project's installer, unseen")
_SENT = ((REMOTE, _FROM_AFAR), (DECODED, _DECODED), (INSTALLER, _INSTALLER))


class Commands(State):
    """Commands, and what they hand on: files, variables, programs inside programs."""

    def _keep(self, path: str, append: bool, text: str, node: Node) -> None:
        path = file_key(path)
        self.files[path] = self.files.get(path, "") + "\n" + text if append else text
        if is_run_later(path):
            self._later(path, text, node)
        if hit := weak(path, text) or backdoor(path, text):
            self._tell(hit, node)

    def _later(self, path: str, text: str, node: Node) -> str:
        """Look at text that is run later: a schedule, a startup file, a hook."""
        if hit := put_off(path, text):
            self._tell(hit, node)
        return self._nested(scheduled(path, text), node)

    def _call(self, words: list[str], stdin: str | None, node: Node) -> str:
        """Look at one command through its prefixes; return what it prints."""
        name = ""
        for _ in range(UNWRAPS):
            if not words:
                return self._bare_prefix(name, stdin, node)
            if bare(words[0]) in self.bodies and bare(words[0]) not in self.running:
                return self._function(bare(words[0]), words, stdin)
            words = unaliased(self.env, words)
            name, args = bare(words[0]), words[1:]
            self.env.update(assigned(name, args))
            meant = inner(name, args, stdin, self.files)
            if meant is None:
                break
            words = meant
        if name in SHELLS or name in ("source", ".", "at", "batch", "crontab") or name == "$0":
            return self._shell(name, args, stdin, node)
        for told in carried(name, args, stdin, self.files):
            self._nested(told, node)
        text = line(name, args)
        if text is not None:
            return self._nested(text, node, stdin)
        if name in ("su", "ssh", "runuser") and stdin:
            return self._nested(stdin, node)
        return self._plain(name, words, stdin, node)

    def _bare_prefix(self, name: str, stdin: str | None, node: Node) -> str:
        """A prefix with nothing behind it starts a shell, or prints the environment."""
        if name == "env":
            return SECRET
        return self._nested(stdin, node) if stdin and name in ("sudo", "doas", "chroot") else ""

    def _function(self, name: str, words: Sequence[str], stdin: str | None) -> str:
        """Run a function's body with its arguments."""
        kept = dict(self.env)
        self.running.add(name)
        self._positional(words)
        text = self._run(self.bodies[name], stdin)
        self.running.discard(name)
        self.env.update({key: kept.get(key, "") for key in ("@", "*", *map(str, range(10)))})
        return text

    def _plain(self, name: str, words: list[str], stdin: str | None, node: Node) -> str:
        if name in ("cd", "pushd", "popd"):
            self.cwd = entered(self.cwd, name, words[1:])
        args = located(self.cwd, name, words[1:])
        name = self._settled(name, args, stdin)
        self._programs(name, words[0], args, stdin, node)
        for command in executed(name, args):
            self._call(command, None, node)
        for hit in rules(Call(name, tuple(args), stdin, self.files, self._stage())):
            self._tell(hit, node)
        if inside := contained(name, args) or behind(name, args):
            return self._call(inside, stdin, node)
        text = said(name, args) or printed(name, args, stdin, self.files)
        for path, content in writes.downloads(name, args, stdin, self.files).items():
            self._keep(path, name == "tee" and "-a" in args, content, node)
        return text

    def _stage(self) -> str:
        return next((self.env[name] for name in _STAGES if name in self.env), "")

    def _programs(
        self, name: str, path: str, args: list[str], stdin: str | None, node: Node
    ) -> None:
        """Look into what a command is: sent text, a file that is known, another language."""
        for mark, hit in _SENT:
            if mark in name:
                self._tell(hit, node)
        if "/" in path and file_key(path) in self.files:
            self._nested(self.files[file_key(path)], node)
        if name in INTERPRETERS:
            for text in commands_in(name, args, stdin, self.files):
                self._nested(text, node)

    def _settled(self, name: str, args: list[str], stdin: str | None) -> str:
        """Return the name, without variables that nobody set; follow what `read` reads."""
        if name in _READ:
            self._filled(name, args, stdin)
        if name == "set" and args[:1] == ["--"]:
            self._positional(args)
        if name == "printf" and args[:1] == ["-v"] and args[2:]:
            self.env[args[1]] = printed("printf", args[2:], None, {})
        return name.replace(UNSET, "").replace(UNKNOWN, "") if len(name) > 2 else name

    def _filled(self, name: str, args: list[str], stdin: str | None) -> None:
        """Set the variables that `read` or `mapfile` fills from what is known of its input."""
        number = parse_options(args, "uadinNptOsCc").values.get("u")
        text = self.files.get(f"&{number}") if number else stdin
        if not text or UNKNOWN in text:
            return
        if name == "read":
            self.env.update(fields(args, text, self.env.get("IFS", " ")))
        elif args:
            self.env.update(elements(args[-1], text.strip("\n").split("\n")))

    def _shell(self, name: str, args: list[str], stdin: str | None, node: Node) -> str:
        """Follow a shell into what it runs: -c, a file, or its input."""
        if name == "crontab":
            for hit in rules(Call(name, tuple(args), stdin, self.files)):
                self._tell(hit, node)
            fed = self._table(args, stdin)
            return self._later("crontab", fed, node) if fed else ""
        if name in ("at", "batch"):
            return self._nested(stdin, node) if stdin else ""
        if args[:1] == ["/dev/stdin"] and stdin:
            return self._nested(stdin, node)
        program, positional = program_of(args, self.files)
        if program == UNKNOWN:
            return UNKNOWN
        if program is not None:
            self._positional(positional)
            return self._nested(program, node, stdin)
        if stdin == REMOTE:
            return self._nested(stdin, node)
        if "-i" in args or stdin == UNKNOWN:
            return SHELL
        return self._nested(stdin, node) if stdin and name not in ("source", ".") else ""

    def _table(self, args: Sequence[str], stdin: str | None) -> str | None:
        """Return the schedule that crontab is given: its input, or a file that is known."""
        operands = parse_options(args, "u").operands
        named = operands[0] if operands and operands[0] != "-" else ""
        return self.files.get(file_key(named)) if named else stdin

    def _positional(self, values: Sequence[str]) -> None:
        for place, value in enumerate(values):
            self.env[str(place)] = value
        self.env["@"] = self.env["*"] = SPLIT.join(values[1:])

    def _nested(self, text: str, node: Node, stdin: str | None = None) -> str:
        """Scan text that is run as a program of its own."""
        if self.depth >= DEEPEST or not text.strip():
            return ""
        child = type(self)(self.depth + 1, self.span or (node.start_byte, node.end_byte))
        child.env.update(self.env)
        child.files.update(self.files)
        child.bodies.update(self.bodies)
        child.running, child.cwd = self.running, self.cwd
        out = child.source(text, stdin)
        self.found += child.found
        return out

"""One command with its arguments, and the rules that know it."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from oilstone_eval.danger.levels import Hit, Level
from oilstone_eval.danger.options import Options, parse
from oilstone_eval.names import names


@dataclass
class Call:
    """A command as it would be started: `stdin` is its input where that is known."""

    name: str
    args: tuple[str, ...]
    stdin: str | None
    files: Mapping[str, str]
    # The stage that variables such as RAILS_ENV name.
    stage: str = ""

    @cached_property
    def plain(self) -> Options:
        """Its options, none of them taken to have an argument."""
        return parse(self.args)

    @cached_property
    def wide(self) -> str:
        """Its arguments with two blanks between them, so that patterns need not share one."""
        return f" {'  '.join(self.args)}  "

    @cached_property
    def text(self) -> str:
        """Its arguments in one line, with a blank at either end."""
        return f" {' '.join(self.args)} "


# What a tool that nobody knows is told to do, and not to ask about.
_UNASKED = re.compile(
    r"(?=.*\s(--all|--force|--yes|-y|--silent|--confirm|--cascade|--purge|--no-confirm"
    r"|--auto-approve|--recursive|--assume-?yes"
    r"|--non-interactive|--skip-confirm\w*|--quiet)[\s=])(?!.*--dry-run).*\s(delete|destroy"
    r"|uninstall|wipe|erase|nuke|terminate|teardown"
    r"|obliterate|drop|factory-reset)\s(?!.*[\x02\x13])"
)
_OUTPUT = re.compile(
    r"\s(?:-o|-out|--out|--output|--output-file|--outfile|--log-file|--logfile)[= ]"
    r"\s*(/dev/(?:sd[a-z]|nvme\d|vd[a-z]|hd[a-z]|mmcblk\d)\w*|/etc/(?:passwd|shadow|group|sudoers|fstab))\s"
)
_ENDS = names(
    "delete destroy uninstall wipe erase nuke terminate teardown obliterate drop factory-reset"
)
Rule = Callable[[Call], Iterable[Hit]]
_RULES: dict[str, list[Rule]] = {}


def rule(tools: str) -> Callable[[Rule], Rule]:
    """Register a rule for commands of these names."""

    def register(function: Rule) -> Rule:
        for name in tools.split():
            _RULES.setdefault(name, []).append(function)
        return function

    return register


def _named_output(call: Call) -> Iterator[Hit]:
    """Yield what is wrong with a file that an option names for what a tool prints."""
    if "/dev/" not in call.text and "/etc/" not in call.text:
        return
    if found := _OUTPUT.search(call.text):
        yield Hit(Level.CRITICAL, "disk", f"writes over {found[1]} ({call.name})")


def rules(call: Call) -> Iterator[Hit]:
    """Yield what every rule for this command finds."""
    if call.name not in _RULES and not _ENDS.isdisjoint(call.args) and _UNASKED.search(call.text):
        yield Hit(Level.DANGEROUS, "deletion", f"destroys without asking ({call.name})")
    yield from _named_output(call)
    name = "mkfs" if call.name.startswith("mkfs.") else call.name
    for each in _RULES.get(name, ()):
        yield from each(call)

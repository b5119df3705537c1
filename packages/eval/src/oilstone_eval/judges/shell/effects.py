"""What a command prints, how it ends and what it leaves behind in its folder."""

from collections.abc import Mapping
from dataclasses import dataclass

from oilstone_eval.judges.cases import ended
from oilstone_eval.judges.shell.lint import ENV
from oilstone_eval.judges.shell.toolchain import BASH
from oilstone_eval.sandbox.job import Job, Limits, Outcome
from oilstone_eval.sandbox.slot import Slot

_CUT = "\x1e== what is there now ==\x1e"
# Runs the command in a shell of its own, so that nothing in it ends what comes after. Times of
# files count where they were set: an hour or more from now. What may not be read is opened.
_SCRIPT = (
    '"$BASH" --norc -c "$1" bash </dev/null 2>/dev/null; printf "%s%s\\n" "$2" "$?"; '
    r'find . -mindepth 1 -printf "%y %m %n %p -> %l\n"; '
    r'find . -mindepth 1 ! -type l \( ! -newermt "-1 hour" -o -newermt "1 hour" \)'
    r' -printf "%TF %TH %p\n"; '
    r'chmod -R u+rwX . && find . -mindepth 1 -printf "%y %p\n" -type f -exec sha256sum {} +'
)
ABSENT = 127


@dataclass(frozen=True)
class Effect:
    """`printed` is standard output, `status` the exit status, `left` what is in the folder.

    `trouble` is the reason and the words when it did not come to its end.
    """

    printed: str
    status: int
    left: tuple[str, ...]
    trouble: tuple[str, str] | None = None
    seconds: float = 0.0


def effect(slot: Slot, command: str, fixture: Mapping[str, str], limits: Limits) -> Effect:
    """Run a command in a fresh folder that holds `fixture`."""
    argv = ("bash", "--norc", "-c", _SCRIPT, "bash", command, _CUT)
    return _effect(slot.run(Job(BASH, argv, limits, fixture, env={**ENV, "HOME": "/tmp"})), limits)


def _effect(outcome: Outcome, limits: Limits) -> Effect:
    printed, cut, rest = outcome.stdout.decode(errors="backslashreplace").rpartition(_CUT)
    lines = rest.split("\n")
    if cut and lines[0].isdigit() and not outcome.stopped:
        left = tuple(sorted(line for line in lines[1:] if line))
        return Effect(printed, int(lines[0]), left, None, outcome.cpu_seconds)
    reason, what = ended(outcome, limits)
    trouble = (reason or "runtime_error", what or "it ended the shell that watched it")
    return Effect("", -1, (), trouble, outcome.cpu_seconds)

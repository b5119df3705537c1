"""What shellcheck and bash itself say about scripts, many to a call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import orjson

from oilstone_eval.judges.base import Done
from oilstone_eval.judges.shell.toolchain import BASH, Toolchain
from oilstone_eval.sandbox.job import Job, Limits
from oilstone_eval.sandbox.pool import Pool
from oilstone_eval.sandbox.slot import Slot

# Scripts to a call: start-up is paid once, and both workers have some.
CROWD = 200
LIMITS = Limits(60, 600, 4096, 1 << 16, file_mib=256, processes=256)
ENV = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
# Prints the files that bash cannot read as scripts; ends with a line that says it got there.
_PARSE = 'for f in *.sh; do "$BASH" --norc -n "$f" 2>/dev/null || echo "$f"; done; echo done'


@dataclass(frozen=True)
class Findings:
    """`parses`: bash -n accepts it. `codes`: as shellcheck names them, with their level.

    Either is None when its tool did not come to an end on this script. `seconds` of CPU time are
    both tools', `shellcheck_seconds` the linter's part.
    """

    parses: bool | None
    codes: tuple[str, ...] | None
    seconds: float = 0.0
    shellcheck_seconds: float = 0.0

    def of(self, level: str) -> int | None:
        """Return the number of comments of a level: error, warning, info or style."""
        if self.codes is None:
            return None
        return sum(code.endswith(f":{level}") for code in self.codes)


def lint(tools: Toolchain, pool: Pool, codes: Sequence[str], done: Done) -> dict[str, Findings]:
    """Return the findings on every script; company changes none of them."""
    groups = [codes[start : start + CROWD] for start in range(0, len(codes), CROWD)]
    if len(groups) < len(pool.slots) and len(codes) > CROWD // 4:
        count = len(pool.slots)
        groups = [codes[start::count] for start in range(count)]
    tasks = [partial(_group, tools, done, group) for group in groups]
    found: dict[str, Findings] = {}
    for group, part in zip(groups, pool.map(tasks, lambda: None), strict=True):
        found.update(zip(group, part, strict=True))
    return found


def _group(tools: Toolchain, done: Done, codes: Sequence[str], slot: Slot) -> list[Findings]:
    """Lint a group; when the tool does not come to its end, halves of it."""
    files = {f"{index}.sh": code for index, code in enumerate(codes)}
    linted, first = _shellcheck(tools, slot, files)
    parsed, second = _parse(slot, files)
    if (linted is None or parsed is None) and len(codes) > 1:
        middle = len(codes) // 2
        return [
            *_group(tools, done, codes[:middle], slot),
            *_group(tools, done, codes[middle:], slot),
        ]
    share = (first + second) / len(codes)
    for _ in codes:
        done()
    return [
        Findings(
            None if parsed is None else name not in parsed,
            None if linted is None else tuple(sorted(linted.get(name, ()))),
            share,
            first / len(codes),
        )
        for name in files
    ]


def _shellcheck(
    tools: Toolchain, slot: Slot, files: Mapping[str, str]
) -> tuple[dict[str, list[str]] | None, float]:
    """Return the comments by file; None when the linter broke."""
    program = tools.shellcheck(slot.walls.walled)
    options = ("--norc", "--shell=bash", "--format=json1", *files)
    outcome = slot.run(Job(program, ("shellcheck", *options), LIMITS, files, env=ENV))
    if outcome.fault or outcome.stopped or outcome.signal or outcome.status not in (0, 1):
        return None, outcome.cpu_seconds
    found: dict[str, list[str]] = {}
    for comment in orjson.loads(outcome.stdout)["comments"]:
        code = f"SC{comment['code']}:{comment['level']}"
        found.setdefault(comment["file"], []).append(code)
    return found, outcome.cpu_seconds


def _parse(slot: Slot, files: Mapping[str, str]) -> tuple[set[str] | None, float]:
    """Return the files that bash cannot parse; None when that broke off."""
    outcome = slot.run(Job(BASH, ("bash", "--norc", "-c", _PARSE), LIMITS, files, env=ENV))
    lines = outcome.stdout.decode(errors="replace").split()
    ended = not outcome.fault and not outcome.stopped and lines[-1:] == ["done"]
    return (set(lines[:-1]) if ended else None), outcome.cpu_seconds

"""ShellCheck over many commands at once, each command linted once in its life.

One process lints a whole batch of files; findings are kept in a ledger by content, so that a
second build starts no process at all. ShellCheck is called, never linked: it is under the GPL.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from oilstone_data.ledger import Ledger
from oilstone_schemas.command import MissingTool, OilstoneError

LEVELS = ("style", "info", "warning", "error")
BATCH = 250  # commands per process; more gain nothing
OLDEST = (0, 9, 0)
_OPTIONS = ("--shell=bash", "--format=json", "--severity=style", "--norc")
# A comment must not switch a check off; the letter changed keeps every column where it was.
_DIRECTIVE = re.compile(r"(#\s*shellchec)k\b")


class Finding(NamedTuple):
    """One remark: its code without "SC", its level (see LEVELS), its line from 1, its text."""

    code: int
    level: str
    line: int
    message: str


Findings = tuple[Finding, ...] | None


def cache() -> Ledger | None:
    """Return the findings kept for this user ($XDG_CACHE_HOME/oilstone), None if nothing can be."""
    above = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    try:
        return Ledger(above / "oilstone" / "shellcheck.jsonl")
    except OilstoneError:
        return None


class ShellCheck:
    """The linter of this machine. Raises MissingTool when there is none, or one below 0.9."""

    def __init__(self, ledger: Ledger | None = None, workers: int | None = None) -> None:
        self.ledger = ledger
        self.workers = workers or os.cpu_count() or 1

    @cached_property
    def binary(self) -> str:
        """Path of the program: on PATH, or beside this Python."""
        beside = str(Path(sys.executable).parent)
        found = shutil.which("shellcheck") or shutil.which("shellcheck", path=beside)
        if found is None:
            raise MissingTool(
                "shellcheck: not on PATH; shell rows cannot be linted."
                " Install it: pip install 'oilstone-data[shell]'"
            )
        return found

    @cached_property
    def version(self) -> str:
        """Version of the program, such as 0.11.0."""
        said = subprocess.run([self.binary, "--version"], capture_output=True, text=True).stdout
        match = re.search(r"^version: (\d+)\.(\d+)\.(\d+)", said, re.MULTILINE)
        if match is None or tuple(map(int, match.groups())) < OLDEST:
            raise MissingTool(
                f"{self.binary}: too old ({said[:200]!r}); 0.9.0 is the oldest that is known to"
                " judge alike. Install it: pip install 'oilstone-data[shell]'"
            )
        return ".".join(match.groups())

    def findings(self, commands: Sequence[str]) -> list[Findings]:
        """Return what is said of each command; None where ShellCheck could not read it."""
        keys = [self._key(command) for command in commands]
        known: dict[str, list[list[int | str]] | None] = {}
        fresh = {}
        for key, command in zip(keys, commands, strict=True):
            if self.ledger is not None and key in self.ledger:
                known[key] = self.ledger.get(key)
            else:
                fresh[key] = command
        found = self._lint(list(fresh.values())) if fresh else []
        new = dict(zip(fresh, found, strict=True))
        if self.ledger is not None:
            self.ledger.put(new)
        known.update(new)
        return [_read(known[key]) for key in keys]

    def _key(self, command: str) -> str:
        text = f"shellcheck {self.version} {' '.join(_OPTIONS)}\n{command}"
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    def _lint(self, commands: list[str]) -> list[list[list[int | str]] | None]:
        batches = [commands[start : start + BATCH] for start in range(0, len(commands), BATCH)]
        with ThreadPoolExecutor(self.workers) as pool:
            return [found for batch in pool.map(self._batch, batches) for found in batch]

    def _batch(self, commands: list[str]) -> list[list[list[int | str]] | None]:
        found = self._run(commands)
        if found is not None:
            return list(found)
        if len(commands) == 1:
            return [None]
        # Something in here cannot be read: it is found by halves, the others keep their verdict.
        half = len(commands) // 2
        return self._batch(commands[:half]) + self._batch(commands[half:])

    def _run(self, commands: list[str]) -> list[list[list[int | str]]] | None:
        with tempfile.TemporaryDirectory(prefix="oilstone-shellcheck-") as folder:
            names = [str(number) for number in range(len(commands))]
            for name, command in zip(names, commands, strict=True):
                if not _written(Path(folder) / name, command):
                    return None
            done = subprocess.run(
                [self.binary, *_OPTIONS, *names],
                cwd=folder,
                env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},  # no SHELLCHECK_OPTS
                capture_output=True,
            )
        if done.returncode not in (0, 1):
            return None
        return _by_file(json.loads(done.stdout), len(commands))


def _written(path: Path, command: str) -> bool:
    if "\0" in command:  # ShellCheck would read on, no shell would
        return False
    try:
        path.write_bytes(_DIRECTIVE.sub(r"\1_", command).encode() + b"\n")
    except UnicodeEncodeError:
        return False
    return True


def _by_file(remarks: list[dict[str, str | int]], number: int) -> list[list[list[int | str]]]:
    found: list[list[list[int | str]]] = [[] for _ in range(number)]
    for remark in remarks:
        found[int(remark["file"])].append([remark[k] for k in ("code", "level", "line", "message")])
    return found


def _read(stored: list[list[int | str]] | None) -> Findings:
    if stored is None:
        return None
    return tuple(Finding(int(c), str(level), int(n), str(text)) for c, level, n, text in stored)

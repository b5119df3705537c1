"""Calls of the compilers inside a slot, and what their messages say."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from oilstone_eval.judges.base import Ruling
from oilstone_eval.judges.rust.toolchain import Toolchain
from oilstone_eval.sandbox.job import Job, Limits, Outcome
from oilstone_eval.sandbox.slot import Slot

OUTPUT = "program"
ROOT = "main.rs"
SHOWN = 600


@dataclass(frozen=True)
class Report:
    """One compiler call: error messages that stop a build, clippy's lints, rustc's warnings.

    `trouble` is the ruling when the compiler ran into a limit or crashed instead of answering.
    """

    errors: tuple[Mapping[str, Any], ...] = ()
    lints: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    trouble: Ruling | None = None
    seconds: float = 0.0
    files: frozenset[str] = field(default=frozenset())

    @property
    def ruling(self) -> Ruling | None:
        """Why the program did not compile; None when it did."""
        if self.trouble or not self.errors:
            return self.trouble
        first = str(self.errors[0].get("rendered") or self.errors[0]["message"])
        return Ruling("failed", "compile_error", first.strip()[:SHOWN])


class Compiler:
    """rustc and clippy-driver with one edition and one set of limits."""

    def __init__(self, toolchain: Toolchain, edition: str, limits: Limits) -> None:
        self.toolchain, self.edition, self.limits = toolchain, edition, limits

    def lint(self, slot: Slot, code: str) -> Report:
        """Type-check and lint one program; nothing is built.

        `-W clippy::all` lowers the lints that clippy denies by default to warnings: style never
        decides whether a program compiles.
        """
        options = ("-W", "clippy::all", "--emit=metadata=sample.rmeta")
        return self._call(slot, "clippy-driver", {ROOT: code}, options)

    def build(self, slot: Slot, files: Mapping[str, str]) -> Report:
        """Build `files` around main.rs into the slot's folder, unoptimised, lints silenced."""
        options = ("--cap-lints=allow", "-Copt-level=0", "-Cdebuginfo=0", "-o", OUTPUT)
        return self._call(slot, "rustc", files, options)

    def _call(
        self, slot: Slot, tool: str, files: Mapping[str, str], options: tuple[str, ...]
    ) -> Report:
        """Call `tool`; once more when it crashed, for a crowded machine can be the reason."""
        job = self._job(slot, tool, files, options)
        first = _report(tool, slot.run(job), self.limits)
        crashed = first.trouble and first.trouble.status == "unscored"
        return _report(tool, slot.run(job), self.limits) if crashed else first

    def _job(
        self, slot: Slot, tool: str, files: Mapping[str, str], options: tuple[str, ...]
    ) -> Job:
        root = self.toolchain.root(slot.walls.walled)
        common = (f"--sysroot={root}", f"--edition={self.edition}", "--crate-type=bin")
        wanted = ("--crate-name=sample", "--error-format=json", *options, ROOT)
        return Job(
            program=str(root / "bin" / tool),
            argv=(tool, *common, *wanted),
            limits=self.limits,
            files=files,
            env={
                "PATH": "/usr/local/bin:/usr/bin:/bin",
                "LD_LIBRARY_PATH": str(root / "lib"),
                "CLIPPY_CONF_DIR": ".",
            },
            build=True,
        )


def _report(tool: str, outcome: Outcome, limits: Limits) -> Report:
    messages = list(_messages(outcome.stderr.decode(errors="replace")))
    errors = tuple(message for message in messages if _stops(message))
    codes = [str(message["code"]["code"]) for message in messages if message.get("code")]
    explained = any(message["level"] == "error" for message in messages)
    trouble = _trouble(tool, outcome, limits, explained)
    return Report(
        errors=errors,
        lints=tuple(sorted(code for code in codes if code.startswith("clippy::"))),
        warnings=tuple(sorted(str(m["code"]["code"]) for m in messages if _warns(m))),
        trouble=trouble,
        seconds=outcome.cpu_seconds,
        files=frozenset(name for error in errors for name in _places(error)),
    )


def _messages(text: str) -> Iterator[dict[str, Any]]:
    for line in text.splitlines():
        if line.startswith("{"):
            try:
                yield json.loads(line)
            except ValueError:
                # Cut off at the output limit, which is reported by itself.
                continue


def _code(message: Mapping[str, Any]) -> str:
    return str((message.get("code") or {}).get("code", ""))


def _stops(message: Mapping[str, Any]) -> bool:
    """Errors count unless clippy raised them: a program may deny lints, it still compiles."""
    summary = str(message["message"]).startswith("aborting due to")
    return message["level"] == "error" and not summary and not _code(message).startswith("clippy::")


def _warns(message: Mapping[str, Any]) -> bool:
    code = _code(message)
    return message["level"] == "warning" and bool(code) and not code.startswith("clippy::")


def _places(error: Mapping[str, Any]) -> Iterator[str]:
    for span in error.get("spans", ()):
        if span["is_primary"]:
            yield str(span["file_name"])


def _trouble(tool: str, outcome: Outcome, limits: Limits, explained: bool) -> Ruling | None:
    text = outcome.stderr.decode(errors="replace")
    fault = outcome.fault or ("its disk is full" if "No space left on device" in text else None)
    if fault:
        return Ruling("unscored", "evaluator_fault", fault)
    if outcome.stopped in ("cpu", "wall"):
        seconds = limits.cpu_seconds
        return Ruling("failed", "timeout", f"{tool} used up its {seconds} CPU seconds on it")
    if outcome.stopped == "output" and not explained:
        return Ruling("failed", "output_limit", f"{tool} said more than {limits.output_kib} KiB")
    if re.search(r"memory allocation of \d+ bytes failed|out of memory", text, re.IGNORECASE):
        return Ruling("failed", "memory", f"{tool} needed more than {limits.memory_mib} MiB")
    if outcome.signal or outcome.status > 1 or (outcome.status and not explained):
        how = f"signal {outcome.signal}" if outcome.signal else f"status {outcome.status}"
        return Ruling("unscored", "evaluator_fault", f"{tool} ended with {how}: {_last(text)}")
    return None


def _last(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("{")]
    return lines[-1][:SHOWN] if lines else "no message"

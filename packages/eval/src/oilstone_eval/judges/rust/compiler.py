"""Calls of the compilers inside a slot."""

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from oilstone_eval.judges.base import Ruling
from oilstone_eval.judges.rust import messages
from oilstone_eval.judges.rust.messages import SHOWN, Message
from oilstone_eval.judges.rust.toolchain import Toolchain
from oilstone_eval.sandbox.job import Job, Limits, Outcome
from oilstone_eval.sandbox.slot import Slot

OUTPUT = "program"
ROOT = "main.rs"
CHECK = ("--emit=metadata=sample.rmeta",)
# Many small units cost more than they gain: crates are compiled side by side as it is.
QUIET = (
    "--cap-lints=allow", "-Copt-level=0", "-Cdebuginfo=0", "-Ccodegen-units=1", "-Cstrip=debuginfo",
)  # fmt: skip
UNSAFE = ("--force-warn", "unsafe_code")
# A crate of many programs says more than one program may; it is also cut short sooner, since each
# of its programs gets the full limits when it is judged alone.
CROWD_OUTPUT_KIB = 1 << 16
CROWD_CPU_SECONDS = 10


@dataclass(frozen=True)
class Report:
    """One compiler call on one program, or on a crate of many.

    `trouble` is the ruling when the compiler ran into a limit or crashed instead of answering.
    """

    messages: tuple[Message, ...] = ()
    trouble: Ruling | None = None
    seconds: float = 0.0

    @property
    def ruling(self) -> Ruling | None:
        """Why it did not compile; None when it did."""
        errors = self.of("error")
        if self.trouble or not errors:
            return self.trouble
        return Ruling("failed", "compile_error", errors[0].text)

    def of(self, kind: str) -> list[Message]:
        """Return the messages of one kind."""
        return [message for message in self.messages if message.kind == kind]

    def codes(self, kind: str) -> list[str]:
        """Return their codes, sorted."""
        return sorted(message.code for message in self.of(kind))


class Compiler:
    """rustc and clippy-driver with one edition and one set of limits.

    `externs` are the options that bring in the crates of a vendor folder.
    """

    def __init__(
        self, toolchain: Toolchain, edition: int, limits: Limits, externs: Sequence[str] = ()
    ) -> None:
        self.toolchain, self.edition, self.limits = toolchain, edition, limits
        self.externs = tuple(externs)

    def lint(self, slot: Slot, files: Mapping[str, str], kind: str = "bin") -> Report:
        """Type-check and lint a crate of this kind, "bin" or "lib"; nothing is built.

        `-W clippy::all` lowers the lints that clippy denies by default to warnings: style never
        decides whether a program compiles.
        """
        options = (f"--crate-type={kind}", "-W", "clippy::all", *UNSAFE, *CHECK)
        return self._call(slot, "clippy-driver", files, options)

    def check(self, slot: Slot, files: Mapping[str, str], kind: str) -> Report:
        """Type-check a crate without clippy, which is sooner done; what it refuses, lint does."""
        return self._call(slot, "rustc", files, (f"--crate-type={kind}", *CHECK))

    def build(self, slot: Slot, files: Mapping[str, str]) -> Report:
        """Build `files` around main.rs into the slot's folder, unoptimised, lints silenced."""
        options = (*QUIET, "-o", OUTPUT)
        return self._call(slot, "rustc", files, ("--crate-type=bin", *options))

    def build_with_library(
        self, slot: Slot, files: Mapping[str, str], library: str, name: str
    ) -> Report:
        """Build the file `library` as crate `name`, and around main.rs a program that uses it."""
        root = self.toolchain.root(slot.walls.walled)
        start = (str(root / "bin" / "rustc"), *self._common(root), "--error-format=json", *QUIET)
        first = (*start, "--crate-type=lib", f"--crate-name={name}", "-o", f"lib{name}.rlib")
        linked = (*start, "--crate-type=bin", "--crate-name=sample", "-o", OUTPUT)
        second = (*linked, "--extern", f"{name}=lib{name}.rlib", ROOT)
        script = f"{shlex.join((*first, library))} && exec {shlex.join(second)}"
        job = Job("/bin/sh", ("sh", "-c", script), self.limits, files,
                  env=self._env(root), build=True)  # fmt: skip
        return _report("rustc", slot.run(job), self.limits)

    def _call(
        self, slot: Slot, tool: str, files: Mapping[str, str], options: tuple[str, ...]
    ) -> Report:
        """Call `tool`; once more when it crashed, for a crowded machine can be the reason."""
        limits = self._limits(len(files))
        job = self._job(slot, tool, files, options, limits)
        first = _report(tool, slot.run(job), limits)
        crashed = first.trouble and first.trouble.status == "unscored" and len(files) == 1
        return _report(tool, slot.run(job), limits) if crashed else first

    def _limits(self, files: int) -> Limits:
        seconds = min(self.limits.cpu_seconds, CROWD_CPU_SECONDS)
        crowd = replace(self.limits, output_kib=CROWD_OUTPUT_KIB, cpu_seconds=seconds)
        return crowd if files > 1 else self.limits

    def _job(
        self,
        slot: Slot,
        tool: str,
        files: Mapping[str, str],
        options: tuple[str, ...],
        limits: Limits,
    ) -> Job:
        root = self.toolchain.root(slot.walls.walled)
        wanted = ("--crate-name=sample", "--error-format=json", *options, ROOT)
        return Job(
            program=str(root / "bin" / tool),
            argv=(tool, *self._common(root), *wanted),
            limits=limits,
            files=files,
            env=self._env(root),
            build=True,
        )

    def _common(self, root: Path) -> tuple[str, ...]:
        return (f"--sysroot={root}", f"--edition={self.edition}", *self.externs)

    def _env(self, root: Path) -> Mapping[str, str]:
        return {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "LD_LIBRARY_PATH": str(root / "lib"),
            "CLIPPY_CONF_DIR": ".",
        }


def _report(tool: str, outcome: Outcome, limits: Limits) -> Report:
    text = outcome.stderr.decode(errors="replace")
    found = messages.read(text, ROOT)
    explained = '"level":"error"' in text
    trouble = _trouble(tool, outcome, limits, _own(text, found), explained)
    return Report(found, trouble, outcome.cpu_seconds)


def _own(text: str, found: Sequence[Message]) -> str:
    """Return what the compiler says about itself, without what it quotes of a program."""
    plain = [line for line in text.splitlines() if line.strip() and not line.startswith("{")]
    return "\n".join(
        plain + [each.text for each in found if each.kind == "error" and not each.file]
    )


def _trouble(
    tool: str, outcome: Outcome, limits: Limits, text: str, explained: bool
) -> Ruling | None:
    fault = outcome.fault or ("its disk is full" if "No space left on device" in text else None)
    if fault:
        return Ruling("unscored", "evaluator_fault", fault)
    if outcome.stopped in ("cpu", "wall"):
        seconds = limits.cpu_seconds
        return Ruling("failed", "timeout", f"{tool} used up its {seconds} CPU seconds on it")
    if outcome.stopped == "output" and not explained:
        return Ruling("failed", "output_limit", f"{tool} said more than {limits.output_kib} KiB")
    if outcome.stopped == "memory" or re.search(
        r"memory allocation of \d+ bytes failed|out of memory", text, re.IGNORECASE
    ):
        return Ruling("failed", "memory", f"{tool} needed more than {limits.memory_mib} MiB")
    if outcome.signal or outcome.status > 1 or (outcome.status and not explained):
        how = f"signal {outcome.signal}" if outcome.signal else f"status {outcome.status}"
        return Ruling("unscored", "evaluator_fault", f"{tool} ended with {how}: {_last(text)}")
    return None


def _last(text: str) -> str:
    return text.splitlines()[-1][:SHOWN] if text else "no message"

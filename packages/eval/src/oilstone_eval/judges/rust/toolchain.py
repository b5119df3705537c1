"""The Rust toolchain of this machine, and where its programs stand for a job."""

import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from oilstone_schemas.command import MissingTool

OLDEST = (1, 63)
INSIDE = "/toolchain"
INSTALL = "apt-get install rustc rust-clippy"


@dataclass(frozen=True)
class Toolchain:
    """The host's sysroot with its own binaries, no rustup proxies, and their version lines."""

    sysroot: Path
    rustc: str
    clippy: str

    @property
    def versions(self) -> Mapping[str, str]:
        """What verdicts depend on."""
        return {"rustc": self.rustc, "clippy": self.clippy}

    @property
    def shown(self) -> Mapping[str, str]:
        """What the sandbox must show of the host, and where."""
        shown = {} if self._in_usr else {str(self.sysroot): INSIDE}
        # rustup's ld.lld is a wrapper that finds the linker through /proc, which jobs lack.
        for wrapper in self.sysroot.glob("lib/rustlib/*/bin/gcc-ld/ld.lld"):
            linker = wrapper.parents[1] / "rust-lld"
            if linker.exists():
                shown[str(linker)] = str(self.root(True) / wrapper.relative_to(self.sysroot))
        return shown

    def root(self, walled: bool) -> Path:
        """Return the sysroot as a job sees it."""
        return self.sysroot if self._in_usr or not walled else Path(INSIDE)

    @property
    def _in_usr(self) -> bool:
        return f"{self.sysroot}/".startswith("/usr/")


def find() -> Toolchain:
    """Return the toolchain that `rustc` on PATH belongs to. Raises MissingTool."""
    if not shutil.which("rustc"):
        raise MissingTool(f"rustc is not on PATH, so no Rust can be judged. Install it: {INSTALL}")
    sysroot = Path(_ask("rustc", "--print", "sysroot"))
    version = _ask(str(sysroot / "bin" / "rustc"), "-V")
    _recent(version)
    driver = sysroot / "bin" / "clippy-driver"
    if not driver.exists():
        raise MissingTool(f"{driver}: no such file; clippy is missing. Install it: {_clippy()}")
    if not shutil.which("cc"):
        raise MissingTool("cc, which rustc links with, is not on PATH: apt-get install gcc")
    return Toolchain(sysroot, version, _ask(str(driver), "-V"))


def _clippy() -> str:
    rustup = shutil.which("rustup")
    return "rustup component add clippy" if rustup else "apt-get install rust-clippy"


def _ask(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise MissingTool(f"{command[0]} does not run ({error}). Install it: {INSTALL}") from error
    if done.returncode:
        raise MissingTool(
            f"`{' '.join(command)}` fails: {done.stderr.strip()}. Install a toolchain: {INSTALL}"
        )
    return done.stdout.strip()


def _recent(version: str) -> None:
    found = re.match(r"rustc (\d+)\.(\d+)", version)
    if not found or (int(found[1]), int(found[2])) < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        raise MissingTool(f"{version}: rustc {oldest} or newer is needed: rustup update stable")

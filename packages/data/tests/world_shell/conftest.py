"""Folders with a problem's files, and the real bash and shellcheck."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from oilstone_data.world.shell.family import LINK, Task


class Folder:
    """Runs commands, each in a new folder with the same files."""

    def __init__(self, bash: str, place: Path) -> None:
        self.bash, self.place, self.count = bash, place, 0

    def run(self, command: str, files: dict[str, str]) -> tuple[str, dict[str, str], int]:
        """Return what it prints, what it leaves, and its exit status."""
        self.count += 1
        here = self.place / str(self.count)
        for path, content in files.items():
            (here / path).parent.mkdir(parents=True, exist_ok=True)
            (here / path).write_text(content)
        env = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
        argv = [self.bash, "--norc", "-c", command]
        done = subprocess.run(argv, cwd=here, env=env, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True)  # fmt: skip
        left = {str(path.relative_to(here)): _content(path)
                for path in here.rglob("*") if path.is_symlink() or path.is_file()}  # fmt: skip
        return done.stdout, left, done.returncode


def _content(path: Path) -> str:
    return f"{LINK}{path.readlink()}" if path.is_symlink() else path.read_text()


def wanted(task: Task) -> tuple[str, dict[str, str]]:
    """What the oracle says that a right answer prints and leaves."""
    kept = {path: text for path, text in task.files.items() if path not in task.effect.gone}
    return task.effect.printed, {**kept, **task.effect.made}


@pytest.fixture
def folder(tmp_path) -> Folder:
    if found := shutil.which("bash"):
        return Folder(found, tmp_path)
    pytest.skip("no bash on this machine: the commands were NOT run")


@pytest.fixture
def expected():
    return wanted


@pytest.fixture(scope="session")
def shellcheck() -> str:
    if found := shutil.which("shellcheck"):
        return found
    pytest.skip("no shellcheck on this machine: the commands were NOT linted")

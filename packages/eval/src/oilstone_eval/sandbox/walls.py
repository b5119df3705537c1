"""Finds out which tier of isolation this machine offers, and builds its command line."""

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PACKAGE = Path(__file__).parent
FIRST_UID = 61000
WORK = "/box"
# The warden's whole Python: isolated, without site, from a folder that holds only the sandbox.
ENTRY = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); "
    "from oilstone_eval.sandbox.warden import main; "
    "main(sys.argv[1], sys.argv[2] == 'walled', int(sys.argv[3]))"
)


@dataclass(frozen=True)
class Walls:
    """A tier ("bwrap" or "rlimits"), why it is not a better one, and what it shows of the host.

    `shown` maps host paths to where programs find them, read-only, behind bubblewrap.
    """

    tier: str
    reason: str = ""
    shown: Mapping[str, str] = field(default_factory=dict)

    @property
    def walled(self) -> bool:
        """Whether jobs run behind bubblewrap."""
        return self.tier == "bwrap"

    def command(self, work: str, index: int) -> list[str]:
        """Return the command that starts slot `index`'s warden, whose folder is `work`."""
        uid = str(FIRST_UID + 2 * index)
        warden = [_python(), "-I", "-S", "-B", "-c", ENTRY]
        if not self.walled:
            return [*warden, str(PACKAGE.parents[1]), work, "open", uid]
        return [*_bwrap(self.shown), *warden, "/oilstone", work, "walled", uid]


def _python() -> str:
    """Return the interpreter itself, not a virtual environment's link to it."""
    return os.path.realpath(sys.executable)


def _bwrap(shown: Mapping[str, str]) -> list[str]:
    command = [
        shutil.which("bwrap") or "bwrap", "--die-with-parent", "--new-session", "--clearenv",
        "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try",
        "--hostname", "sandbox", "--cap-drop", "ALL", "--cap-add", "CAP_SYS_ADMIN",
    ]  # fmt: skip
    if os.geteuid() == 0:
        # Real root needs no user namespace: the warden leaves root itself, before the first job,
        # because RLIMIT_NPROC counts nothing for the host's uid 0.
        command += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:
        command += ["--unshare-user"]
    command += _system()
    if not f"{sys.base_prefix}/".startswith("/usr/"):
        command += ["--ro-bind", sys.base_prefix, sys.base_prefix]
    for host, inside in shown.items():
        command += ["--ro-bind", host, inside]
    command += ["--ro-bind", str(PACKAGE), "/oilstone/oilstone_eval/sandbox"]
    command += ["--perms", "1777", "--tmpfs", "/tmp"]
    command += ["--perms", "1777", "--size", str(1 << 30), "--tmpfs", WORK]
    return [*command, "--chdir", "/", "--remount-ro", "/", "--remount-ro", "/dev"]


def _system() -> Sequence[str]:
    """The host's /usr and what it needs; nothing of /etc but the linker's tables."""
    command = ["--ro-bind", "/usr", "/usr", "--dev", "/dev", "--dir", "/proc"]
    command += ["--perms", "0755", "--dir", "/etc"]
    for name in ("bin", "sbin", "lib", "lib32", "lib64"):
        path = Path("/", name)
        if path.is_symlink():
            command += ["--symlink", str(path.readlink()), str(path)]
        elif path.exists():
            command += ["--ro-bind", str(path), str(path)]
    for name in ("/etc/alternatives", "/etc/ld.so.cache"):
        command += ["--ro-bind-try", name, name]
    return command

"""A tier of isolation, and the command line that puts a zygote behind it."""

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
WORK = "/box"
INSIDE = "/oilstone"
# What of our own code is shown behind the walls; it imports the standard library alone.
SHOWN = ("sandbox", "judges/python/inside")
# The zygote's whole Python: without site, from a folder that holds only what runs inside. Not -I,
# which would ignore the fixed hash seed: the order of a set must not vary from run to run.
FLAGS = ("-s", "-S", "-P", "-B")
ENTRY = (
    "import sys; sys.path[:0] = sys.argv.pop(1).split(':'); "
    "from oilstone_eval.sandbox.zygote import main; "
    "main(sys.argv[1], sys.argv[2] == 'walled', int(sys.argv[3]), *sys.argv[4:])"
)


@dataclass(frozen=True)
class Walls:
    """A tier ("bwrap" or "rlimits"), why it is not a better one, and what it shows of the host.

    `shown` maps host paths to where programs find them, read-only, behind bubblewrap. `preload`
    names modules that the zygote imports, so that jobs need not; `paths` are folders, as a job sees
    them, to import from besides the standard library.
    """

    tier: str
    reason: str = ""
    shown: Mapping[str, str] = field(default_factory=dict)
    preload: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()

    @property
    def walled(self) -> bool:
        """Whether jobs run behind bubblewrap."""
        return self.tier == "bwrap"

    def command(self, work: str, uid: int) -> list[str]:
        """Return the command that starts a zygote; its folder is `work`, it becomes `uid`."""
        ours = INSIDE if self.walled else str(PACKAGE.parent)
        zygote = [_python(), *FLAGS, "-c", ENTRY, ":".join((ours, *self.paths)), work]
        zygote += ["walled" if self.walled else "open", str(uid), *self.preload]
        return [*_bwrap(self.shown), *zygote] if self.walled else zygote


def _python() -> str:
    """Return the interpreter itself, not a virtual environment's link to it."""
    return os.path.realpath(sys.executable)


def _bwrap(shown: Mapping[str, str]) -> list[str]:
    command = [
        shutil.which("bwrap") or "bwrap", "--die-with-parent", "--new-session",
        "--clearenv", "--setenv", "PYTHONHASHSEED", "0",
        "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try",
        "--hostname", "sandbox", "--cap-drop", "ALL", "--cap-add", "CAP_SYS_ADMIN",
    ]  # fmt: skip
    if os.geteuid() == 0:
        # Real root needs no user namespace: the zygote leaves root itself, before the first job,
        # because RLIMIT_NPROC counts nothing for the host's uid 0.
        command += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:
        command += ["--unshare-user"]
    command += _system()
    if not f"{sys.base_prefix}/".startswith("/usr/"):
        command += [*_open_parents(sys.base_prefix), "--ro-bind", sys.base_prefix, sys.base_prefix]
    ours = {str(PACKAGE / name): f"{INSIDE}/oilstone_eval/{name}" for name in SHOWN}
    for host, inside in {**shown, **ours}.items():
        command += [*_open_parents(inside), "--ro-bind", host, inside]
    command += ["--perms", "1777", "--size", str(1 << 20), "--tmpfs", "/tmp"]
    command += ["--perms", "1777", "--size", str(1 << 20), "--tmpfs", WORK]
    return [*command, "--chdir", "/", "--remount-ro", "/", "--remount-ro", "/dev"]


def _devices() -> Sequence[str]:
    """The devices that hold nothing. No terminals: for those bubblewrap would nest namespaces."""
    command = ["--perms", "0755", "--tmpfs", "/dev", "--symlink", "/tmp", "/dev/shm"]
    for name in ("null", "zero", "full", "random", "urandom"):
        command += ["--dev-bind", f"/dev/{name}", f"/dev/{name}"]
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        command += ["--symlink", f"/proc/self/fd/{number}", f"/dev/{name}"]
    return [*command, "--symlink", "/proc/self/fd", "/dev/fd"]


def _open_parents(path: str) -> Sequence[str]:
    """Make the folders above `path` passable; bubblewrap keeps them to root when it makes them."""
    parents = [str(parent) for parent in reversed(Path(path).parents) if str(parent) != "/"]
    made = [parent for parent in parents if not f"{parent}/".startswith("/usr/")]
    return [word for parent in made for word in ("--perms", "0755", "--dir", parent)]


def _system() -> Sequence[str]:
    """The host's /usr and what it needs; nothing of /etc but the linker's tables."""
    command = ["--ro-bind", "/usr", "/usr", "--proc", "/proc", *_devices()]
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

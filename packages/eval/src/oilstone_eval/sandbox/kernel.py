"""The few Linux calls that Python's standard library lacks."""

import ctypes
import os
import signal
import struct
from typing import Any

from oilstone_eval.sandbox.syscalls import number

# PyDLL keeps the interpreter lock, without which a child made by clone() could not go on.
_libc = ctypes.PyDLL(None, use_errno=True)

_NEW_NAMESPACES = 0x20000000 | 0x00020000 | 0x08000000  # CLONE_NEWPID, CLONE_NEWNS, CLONE_NEWIPC
_NEW_USER, _NEW_MOUNTS = 0x10000000, 0x00020000
_CAPABILITY_VERSION_3, _CAP_SYS_ADMIN, _LAST_CAPABILITY = 0x20080522, 21, 63
_DEATH_SIGNAL, _SET_DUMPABLE, _SET_KEEPCAPS, _SET_SECCOMP = 1, 4, 8, 22
_SET_SUBREAPER, _NO_NEW_PRIVS, _AMBIENT, _DROP_BOUNDING = 36, 38, 47, 24
_AMBIENT_CLEAR_ALL, _FILTER = 4, 2
READ_ONLY, NO_SUID, NO_DEV, NO_EXEC = 1, 2, 4, 8
_REMOUNT, _BIND, _REC, _PRIVATE = 32, 4096, 16384, 1 << 18


def call(name: str, *arguments: Any) -> int:
    """Make a system call; bytes are passed by address. Raises OSError."""
    return _check(_libc.syscall(ctypes.c_long(number(name)), *arguments), name)


def _check(result: int, what: str) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")
    return result


def fork_apart() -> int:
    """Fork into new pid, mount and ipc namespaces: 0 in the child, which is pid 1 there."""
    clone, api = number("clone"), ctypes.pythonapi
    api.PyOS_BeforeFork()
    pid = _libc.syscall(clone, _NEW_NAMESPACES | signal.SIGCHLD, None, None, None, None)
    if pid == 0:
        api.PyOS_AfterFork_Child()
    else:
        api.PyOS_AfterFork_Parent()
    return _check(pid, "clone")


def _mount(source: str, target: str, kind: str | None, flags: int, data: str | None) -> None:
    encoded = [None if text is None else text.encode() for text in (source, target, kind, data)]
    src, dst, fs, options = encoded
    _check(_libc.mount(src, dst, fs, ctypes.c_ulong(flags), options), f"mount {target}")


def private_mounts() -> None:
    """Keep this namespace's mounts from reaching any other."""
    _mount("none", "/", None, _REC | _PRIVATE, None)


def scratch(target: str, mib: int, files: int, flags: int = NO_SUID | NO_DEV) -> None:
    """Mount an empty temporary file system with bounded size and number of files."""
    _mount("tmpfs", target, "tmpfs", flags, f"size={mib}m,nr_inodes={files},mode=1777")


def processes(target: str, options: str = "hidepid=2,subset=pid") -> None:
    """Mount the list of this pid namespace's processes."""
    _mount("proc", target, "proc", NO_SUID | NO_DEV | NO_EXEC, options)


def read_only(target: str) -> None:
    """Make a mount read-only in this namespace."""
    _mount("none", target, None, _REMOUNT | _BIND | READ_ONLY | NO_SUID | NO_DEV, None)


def unmount(target: str) -> None:
    """Take a mount away from this namespace, whatever still uses it."""
    _check(_libc.umount2(target.encode(), 2), f"umount {target}")


def _capset(mask: int) -> None:
    header = struct.pack("=Ii", _CAPABILITY_VERSION_3, 0)
    low, high = mask & 0xFFFFFFFF, mask >> 32
    sets = struct.pack("=6I", low, low, 0, high, high, 0)  # effective, permitted, inheritable
    call("capset", header, sets)


def own_user_namespace() -> None:
    """Enter a user namespace of our own, with every capability there and none outside.

    Raises OSError where the machine forbids it.
    """
    uid, gid = os.geteuid(), os.getegid()
    if _libc.unshare(_NEW_USER | _NEW_MOUNTS):
        code = ctypes.get_errno()
        raise OSError(code, f"unshare: {os.strerror(code)}")
    # Whoever changed identity owns nothing in /proc until it may be looked at again.
    _check(_libc.prctl(_SET_DUMPABLE, 1, 0, 0, 0), "prctl")
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{uid} {uid} 1"),
        ("gid_map", f"{gid} {gid} 1"),
    ):
        _put(f"/proc/self/{name}", text)


def forbid_user_namespaces() -> None:
    """Let no process of this user namespace make another."""
    _put("/proc/sys/user/max_user_namespaces", "0")


def _put(path: str, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


def become_keeping_mounts(uid: int) -> None:
    """Leave root for `uid`, keeping the one capability that new namespaces need."""
    _check(_libc.prctl(_SET_KEEPCAPS, 1, 0, 0, 0), "prctl")
    become(uid)
    _capset(1 << _CAP_SYS_ADMIN)


def become(uid: int) -> None:
    """Leave root for `uid`, for good."""
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def drop_bounding_set() -> None:
    """Let no exec give a capability again, as far as we may decide it."""
    for capability in range(_LAST_CAPABILITY):
        if _libc.prctl(_DROP_BOUNDING, capability, 0, 0, 0):
            return


def drop_capabilities() -> None:
    """Give up every capability."""
    _check(_libc.prctl(_AMBIENT, _AMBIENT_CLEAR_ALL, 0, 0, 0), "prctl")
    _capset(0)


def no_new_privileges() -> None:
    """Let no exec gain privileges again."""
    _check(_libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl")


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def filter_calls(program: bytes) -> None:
    """Put on a filter of system calls made by `seccomp`."""
    given = _Program(len(program) // 8, program)
    _check(_libc.prctl(_SET_SECCOMP, _FILTER, ctypes.byref(given), 0, 0), "seccomp")


def unreadable() -> None:
    """Close this process's memory and /proc entries to others of the same user."""
    _check(_libc.prctl(_SET_DUMPABLE, 0, 0, 0, 0), "prctl")


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent ended."""
    _check(_libc.prctl(_SET_SUBREAPER, 1, 0, 0, 0), "prctl")


def die_with_parent() -> None:
    """End when the parent ends. Becoming another user undoes it, so call it after that."""
    _check(_libc.prctl(_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0), "prctl")

"""The few Linux calls that Python's standard library lacks."""

import ctypes
import os
import signal

# PyDLL keeps the interpreter lock, without which a child made by clone() could not go on.
_libc = ctypes.PyDLL(None, use_errno=True)

_NEW_NAMESPACES = 0x20000000 | 0x00020000 | 0x08000000  # CLONE_NEWPID, CLONE_NEWNS, CLONE_NEWIPC
_CLONE = {"x86_64": 56, "aarch64": 220}
_CAPSET = {"x86_64": 126, "aarch64": 91}
_CAPABILITY_VERSION_3, _CAP_SYS_ADMIN = 0x20080522, 21
_DEATH_SIGNAL, _SET_DUMPABLE, _SET_KEEPCAPS = 1, 4, 8
_SET_SUBREAPER, _NO_NEW_PRIVS, _AMBIENT = 36, 38, 47
_AMBIENT_CLEAR_ALL = 4
READ_ONLY, NO_SUID, NO_DEV, _REMOUNT, _BIND, _REC, _PRIVATE = 1, 2, 4, 32, 4096, 16384, 1 << 18


def _check(result: int, what: str) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")
    return result


def _number(table: dict[str, int]) -> int:
    machine = os.uname().machine
    if machine not in table:
        raise OSError(f"no namespaces: the system call numbers of {machine} are not known here")
    return table[machine]


def fork_apart() -> int:
    """Fork into new pid, mount and ipc namespaces: 0 in the child, which is pid 1 there."""
    number, api = _number(_CLONE), ctypes.pythonapi
    api.PyOS_BeforeFork()
    pid = _libc.syscall(number, _NEW_NAMESPACES | signal.SIGCHLD, None, None, None, None)
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


def scratch(target: str, mib: int) -> None:
    """Mount an empty temporary file system with bounded size and number of files."""
    _mount("tmpfs", target, "tmpfs", NO_SUID | NO_DEV, f"size={mib}m,nr_inodes=4096,mode=1777")


def read_only(target: str) -> None:
    """Make a mount read-only in this namespace."""
    _mount("none", target, None, _REMOUNT | _BIND | READ_ONLY | NO_SUID | NO_DEV, None)


def _capset(mask: int) -> None:
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    sets = (ctypes.c_uint32 * 6)(mask, mask, 0, 0, 0, 0)  # effective, permitted, inheritable
    _check(_libc.syscall(_number(_CAPSET), header, sets), "capset")


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


def drop_capabilities() -> None:
    """Give up every capability."""
    _check(_libc.prctl(_AMBIENT, _AMBIENT_CLEAR_ALL, 0, 0, 0), "prctl")
    _capset(0)


def no_new_privileges() -> None:
    """Let no exec gain privileges again."""
    _check(_libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl")


def unreadable() -> None:
    """Close this process's memory and /proc entries to others of the same user."""
    _check(_libc.prctl(_SET_DUMPABLE, 0, 0, 0, 0), "prctl")


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent ended."""
    _check(_libc.prctl(_SET_SUBREAPER, 1, 0, 0, 0), "prctl")


def die_with_parent() -> None:
    """End when the parent ends. Becoming another user undoes it, so call it after that."""
    _check(_libc.prctl(_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0), "prctl")

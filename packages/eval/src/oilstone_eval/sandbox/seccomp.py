"""Filters of system calls, as classic BPF programs (linux/seccomp.h, linux/filter.h).

Two, because a filter cannot be taken off again: the first is for all of a slot and forbids what
nobody there needs; the second is for a job and also forbids what the zygote starts jobs with.
"""

import struct
from collections.abc import Iterable

from oilstone_eval.sandbox.syscalls import NUMBERS, machine

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_KILL, _ERRNO, _ALLOW = 0x80000000, 0x00050000, 0x7FFF0000
_NR, _ARCH, _ARG0, _ARG1, _ARG2 = 0, 4, 16, 24, 32  # offsets in struct seccomp_data, low halves
_ARCHITECTURES = (0xC000003E, 0xC00000B7)  # AUDIT_ARCH_X86_64, AUDIT_ARCH_AARCH64
_X32 = 0x40000000
_EPERM, _ENOSYS, _EAFNOSUPPORT = 1, 38, 97
_SO_SNDBUF, _SO_SNDBUFFORCE, _RLIMIT_CORE = 7, 32, 4
_AF_UNIX, _TIOCSTI, _TIOCLINUX = 1, 0x5412, 0x541C
# CLONE_NEWTIME, NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET
_NAMESPACES = 0x00000080 | 0x00020000 | 0x7E000000

# Tracing others, the kernel's insides, the clock, and memory that no limit counts.
_NOBODY_NEEDS = (
    "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "kcmp",
    "pidfd_getfd", "bpf", "perf_event_open", "userfaultfd", "keyctl", "add_key",
    "request_key", "init_module", "finit_module", "delete_module", "kexec_load",
    "kexec_file_load", "reboot", "swapon", "swapoff", "acct", "quotactl", "quotactl_fd",
    "syslog", "settimeofday", "adjtimex", "clock_settime", "clock_adjtime", "iopl", "ioperm",
    "modify_ldt", "name_to_handle_at", "open_by_handle_at", "lookup_dcookie", "vhangup",
    "fanotify_init", "shmget", "shmat", "shmctl", "shmdt", "msgget", "msgsnd", "msgrcv",
    "msgctl", "semget", "semop", "semtimedop", "semctl", "mq_open", "mq_unlink",
    "mq_timedsend", "mq_timedreceive", "mq_notify", "mq_getsetattr", "mbind", "move_pages",
    "migrate_pages", "set_mempolicy", "setdomainname", "sethostname", "vmsplice",
)  # fmt: skip
# io_uring can create sockets that no filter sees.
_SEEM_NOT_TO_EXIST = (
    "io_uring_setup",
    "io_uring_enter",
    "io_uring_register",
    "memfd_secret",
)
_JOBS_MAY_NOT = (
    "mount",
    "umount2",
    "pivot_root",
    "chroot",
    "move_mount",
    "open_tree",
    "fsopen",
    "fsconfig",
    "fsmount",
    "fspick",
    "mount_setattr",
    "unshare",
    "setns",
)
# glibc falls back to clone, whose flags a filter can read.
_JOBS_MISS = ("clone3", "memfd_create")

Instruction = tuple[int, int, int, int]


def of_slot() -> bytes:
    """Return the filter that a slot puts on before its first job."""
    return _assemble(
        [
            *_refuse(_NOBODY_NEEDS, _EPERM),
            *_refuse(_SEEM_NOT_TO_EXIST, _ENOSYS),
            *_families("socket"),
            *_families("socketpair"),
            *_terminals(),
            *_buffers(),
        ]
    )


def of_job() -> bytes:
    """Return the filter that a job puts on in addition."""
    return _assemble(
        [
            *_refuse(_JOBS_MAY_NOT, _EPERM),
            *_refuse(_JOBS_MISS, _ENOSYS),
            *_namespaces(),
            *_cores(),
        ]
    )


def _assemble(rules: Iterable[Instruction]) -> bytes:
    """Put `rules` after the check that the caller speaks this machine's native interface."""
    program = [
        (_LOAD, 0, 0, _ARCH),
        (_EQUAL, 1, 0, _ARCHITECTURES[machine()]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NR),
        (_AT_LEAST, 0, 1, _X32),
        (_RETURN, 0, 0, _KILL),
        *rules,
        (_RETURN, 0, 0, _ALLOW),
    ]
    return b"".join(struct.pack("=HBBI", *each) for each in program)


def _refuse(names: Iterable[str], error: int) -> list[Instruction]:
    numbers = (NUMBERS[name][machine()] for name in names)
    return [
        step
        for number in numbers
        if number is not None
        for step in ((_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ERRNO | error))
    ]


def _when(name: str, steps: list[Instruction]) -> list[Instruction]:
    """Run `steps` for the call `name` only; they end by allowing it."""
    number = NUMBERS[name][machine()]
    assert number is not None
    return [(_EQUAL, 0, len(steps), number), *steps]


def _families(name: str) -> list[Instruction]:
    """Allow sockets between processes of one job; the net namespace does not cover AF_VSOCK."""
    return _when(
        name,
        [
            (_LOAD, 0, 0, _ARG0),
            (_EQUAL, 1, 0, _AF_UNIX),
            (_RETURN, 0, 0, _ERRNO | _EAFNOSUPPORT),
            (_RETURN, 0, 0, _ALLOW),
        ],
    )


def _terminals() -> list[Instruction]:
    """Forbid to type into a terminal."""
    return _when(
        "ioctl",
        [
            (_LOAD, 0, 0, _ARG1),
            (_EQUAL, 1, 0, _TIOCSTI),
            (_EQUAL, 0, 1, _TIOCLINUX),
            (_RETURN, 0, 0, _ERRNO | _EPERM),
            (_RETURN, 0, 0, _ALLOW),
        ],
    )


def _buffers() -> list[Instruction]:
    """Let sockets ask for longer buffers, and get none: no limit counts them."""
    return _when(
        "setsockopt",
        [
            (_LOAD, 0, 0, _ARG2),
            (_EQUAL, 1, 0, _SO_SNDBUF),
            (_EQUAL, 0, 1, _SO_SNDBUFFORCE),
            (_RETURN, 0, 0, _ERRNO),
            (_RETURN, 0, 0, _ALLOW),
        ],
    )


def _namespaces() -> list[Instruction]:
    return _when(
        "clone",
        [
            (_LOAD, 0, 0, _ARG0),
            (_ANY_BIT, 0, 1, _NAMESPACES),
            (_RETURN, 0, 0, _ERRNO | _EPERM),
            (_RETURN, 0, 0, _ALLOW),
        ],
    )


def _cores() -> list[Instruction]:
    """Let jobs set how large cores may be, without effect: none is to reach the host's gatherer."""
    number = (_EQUAL, 0, 1, _RLIMIT_CORE)
    setting = [(_LOAD, 0, 0, _ARG0), number, (_RETURN, 0, 0, _ERRNO), (_RETURN, 0, 0, _ALLOW)]
    # Asking, with a null pointer for what to set, is allowed.
    asking = [
        (_LOAD, 0, 0, _ARG1),
        (_EQUAL, 0, 5, _RLIMIT_CORE),
        (_LOAD, 0, 0, _ARG2),
        (_EQUAL, 0, 2, 0),
        (_LOAD, 0, 0, _ARG2 + 4),
        (_EQUAL, 1, 0, 0),
        (_RETURN, 0, 0, _ERRNO),
        (_RETURN, 0, 0, _ALLOW),
    ]
    return [*_when("setrlimit", setting), *_when("prlimit64", asking)]

"""Tries to get out, from within: what of this succeeds makes the sandbox unusable."""

import ctypes
import os
import signal
import socket
import time
from collections.abc import Callable

_AF_VSOCK = 40
_PROCESSES = 64


def escape(port: int) -> None:
    """Print the attempts that succeeded, or "none"; `port` is one that listens on the host."""
    attempts: dict[str, Callable[[], object]] = {
        "connect to the host": lambda: socket.create_connection(("127.0.0.1", port), 1),
        "make a socket to the hypervisor": lambda: socket.socket(_AF_VSOCK, socket.SOCK_STREAM),
        "make a user namespace": _unshare,
        "read the machine's users": lambda: os.open("/etc/passwd", os.O_RDONLY),
        "write to the root": lambda: os.open("/canary", os.O_CREAT | os.O_WRONLY),
        "fork without end": _fork,
        "make memory that no limit counts": lambda: os.memfd_create("canary"),
    }
    print(", ".join(name for name, attempt in attempts.items() if _succeeds(attempt)) or "none")


def _succeeds(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except OSError:
        return False
    return True


def _unshare() -> None:
    if ctypes.CDLL(None).unshare(0x10000000):
        raise OSError("refused")


def _fork() -> None:
    children = []
    try:
        for _ in range(_PROCESSES):
            pid = os.fork()
            if pid == 0:
                time.sleep(60)
            children.append(pid)
    finally:
        for pid in children:
            os.kill(pid, signal.SIGKILL)

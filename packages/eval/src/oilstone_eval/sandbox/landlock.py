"""A second wall around a job's files, ports and signals (Linux's Landlock, from 5.13 on).

The mount namespace already shows a job nothing to write to; this holds should that have a hole.
"""

import os
import struct

from oilstone_eval.sandbox import kernel

# LANDLOCK_ACCESS_FS_*: bits 0 to 12 are of the first version of the interface.
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_SINCE = {2: 1 << 13, 3: 1 << 14, 5: 1 << 15}  # REFER, TRUNCATE, IOCTL_DEV
_READ = _EXECUTE | _READ_FILE | _READ_DIR
_NETWORK, _SCOPES = 3, 3  # TCP bind and connect (4); abstract sockets and signals (6)
_VERSION, _PATH_BENEATH = 1, 1


def version() -> int:
    """Return the kernel's version of the interface; 0 where it has none or it is off."""
    try:
        return kernel.call("landlock_create_ruleset", None, 0, _VERSION)
    except OSError:
        return 0


def restrict(interface: int, writable: tuple[str, ...]) -> None:
    """Leave this process and its descendants reading, and writing below `writable`.

    `interface` is what `version` returned. Raises OSError.
    """
    everything = _everything(interface)
    network = _NETWORK if interface >= 4 else 0
    scopes = _SCOPES if interface >= 6 else 0
    size = 24 if interface >= 6 else 16 if interface >= 4 else 8
    asked = struct.pack("=QQQ", everything, network, scopes)[:size]
    ruleset = kernel.call("landlock_create_ruleset", asked, size, 0)
    _allow(ruleset, "/", _READ)
    _allow(ruleset, "/dev", _READ | _WRITE_FILE)
    for path in writable:
        _allow(ruleset, path, everything)
    kernel.call("landlock_restrict_self", ruleset, 0)
    os.close(ruleset)


def _everything(interface: int) -> int:
    return (1 << 13) - 1 | sum(bit for since, bit in _SINCE.items() if interface >= since)


def _allow(ruleset: int, path: str, access: int) -> None:
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    rule = struct.pack("=Qi", access, descriptor)
    kernel.call("landlock_add_rule", ruleset, _PATH_BENEATH, rule, 0)
    os.close(descriptor)

"""Chooses the tier by trying it: a canary job must find itself behind walls."""

import shutil
from collections.abc import Mapping

from oilstone_eval.sandbox.job import Job, Limits
from oilstone_eval.sandbox.slot import Slot
from oilstone_eval.sandbox.walls import Walls

CANARY = (
    "test ! -e /etc/passwd && test ! -e /proc/1 && test ! -e /home && test ! -w / &&"
    " test ! -w /usr && test ! -w /box && test -w /tmp"
)
LIMITS = Limits(cpu_seconds=5, wall_seconds=30, memory_mib=512, output_kib=64)


def best(shown: Mapping[str, str]) -> Walls:
    """Return the strongest tier that works here; `shown` host paths are visible inside."""
    walls = Walls("bwrap", shown=shown)
    trouble = _trouble(walls)
    return Walls("rlimits", trouble) if trouble else walls


def _trouble(walls: Walls) -> str:
    if not shutil.which("bwrap"):
        return "bubblewrap is not installed: apt-get install bubblewrap"
    job = Job(program="/bin/sh", argv=("sh", "-c", CANARY), limits=LIMITS)
    with Slot(walls) as slot:
        outcome = slot.run(job)
    if outcome.fault:
        return f"bubblewrap does not work here: {outcome.fault}"
    if outcome.status or outcome.signal:
        return "bubblewrap starts, but a canary inside could reach what it must not"
    return ""

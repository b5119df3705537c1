"""Finds shell commands that would do harm, on the syntax tree and without running anything.

    assess("sudo rm -rf / --no-preserve-root").level    # critical

What a command means is followed through quotes, variables, prefixes (`sudo`, `env`, `xargs`),
wrappers (`bash -c`, `eval`, `ssh`), substitutions, decoders and pipes into shells. What cannot be
known before it runs is unknown, not dangerous.
"""

from oilstone_eval.danger.assess import Assessment, assess
from oilstone_eval.danger.levels import Finding, Level

__all__ = ["Assessment", "Finding", "Level", "assess"]

"""Runs programs we do not trust: limits, an empty environment and, where bubblewrap works, walls.

The warden (`warden.py`, `launch.py`, `watch.py`, `kernel.py`, `job.py`) runs inside the walls with
the standard library alone. `walls.py`, `slot.py` and `pool.py` run outside.
"""

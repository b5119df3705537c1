"""How busy the machine is with this training: processor, and GPU where there is one."""

import time
from contextlib import suppress
from typing import Any

import torch


class Machine:
    """Measures from one call to the next."""

    def __init__(self) -> None:
        self.seen = time.monotonic(), time.process_time()

    def load(self) -> dict[str, Any]:
        """Return `cpu_cores`, kept busy by this process since the last call; of its GPU, if any:

        `gpu_mib` at most in use so far, `gpu_percent` of the last second with work on it, and
        `gpu_watts`. The last two need nvidia-ml-py, and are left out without it.
        """
        then, self.seen = self.seen, (time.monotonic(), time.process_time())
        wall, busy = (now - before for now, before in zip(self.seen, then, strict=True))
        found: dict[str, Any] = {"cpu_cores": round(busy / max(wall, 1e-9), 2)}
        if torch.cuda.is_available():
            found |= _gpu()
        return found


def _gpu() -> dict[str, float]:
    found: dict[str, float] = {"gpu_mib": torch.cuda.max_memory_allocated() // 2**20}
    with suppress(ModuleNotFoundError):
        import pynvml

        # Some GPUs tell neither, or only one; telemetry is no reason to stop a training.
        with suppress(RuntimeError, pynvml.NVMLError):
            found["gpu_percent"] = torch.cuda.utilization()
            found["gpu_watts"] = torch.cuda.power_draw() / 1000
    return found

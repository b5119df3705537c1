"""What Axolotl and accelerate take for granted about several processes: that each has a GPU."""

import os
from typing import Any

from oilstone_train import processes


def wanted() -> int:
    """Return how many processes the launcher has started."""
    return int(os.environ.get("WORLD_SIZE", 1))


def started_by_ray() -> bool:
    """Tell whether this is a process of a Ray cluster."""
    return processes.ON_RAY in os.environ


def prepare() -> None:
    """Without a GPU: have processes find each other all the same, and ask CUDA nothing.

    accelerate would let each train alone, and Axolotl asks which GPUs reach each other.
    """
    import torch

    if wanted() > 1 and not torch.cuda.is_available():
        os.environ["ACCELERATE_USE_CPU"] = "true"
        os.environ["ACCELERATE_TORCH_DEVICE"] = "cpu"  # not cpu:0, which no checkpoint loads on
        torch.cuda.can_device_access_peer = lambda *_: True


def place(cfg: Any) -> None:
    """Load the model where `cfg` says that it trains; Axolotl would take the process's number."""
    if cfg.device == "cpu" and wanted() > 1:
        cfg.device_map = {"": "cpu"}


def together(found: int) -> None:
    """Make sure that the trainer knows of all processes: else each trains the same by itself."""
    if found != wanted():
        raise RuntimeError(f"{wanted()} processes were started, and the trainer knows of {found}")

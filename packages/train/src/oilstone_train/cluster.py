"""Starts the processes of a training on a Ray cluster: `python -m oilstone_train.cluster`.

Axolotl's own way to start on Ray asks for GPUs, whatever there is, and keeps the result to itself;
this one is like it in all else. All machines see the work folder under the same path.
"""

import os
import sys
import threading
from pathlib import Path
from typing import Any

import yaml

from oilstone_train import layout, processes, worker

STORAGE = Path("ray")
PATIENCE = "600"  # seconds until all processes must have begun: they import torch first


def main() -> int:
    """Start what axolotl.yaml says, in the current folder, and wait for it."""
    threading.Thread(target=worker.listen, daemon=True).start()
    worker.job()  # nothing is reserved before it is there
    config = yaml.safe_load(layout.CONFIG.read_text())
    import ray
    from ray.train import RunConfig, ScalingConfig
    from ray.train.torch import TorchTrainer

    os.environ.setdefault("RAY_TRAIN_WORKER_GROUP_START_TIMEOUT_S", PATIENCE)
    ray.init(**_where(), log_to_driver=True)
    each = config["resources_per_worker"]
    trainer = TorchTrainer(
        _rank,
        train_loop_config={"folder": str(Path.cwd())},
        scaling_config=ScalingConfig(
            num_workers=config["ray_num_workers"],
            resources_per_worker=each,
            use_gpu="GPU" in each,
        ),
        run_config=RunConfig(name="oilstone", storage_path=str(STORAGE.absolute())),
    )
    trainer.fit()
    return 0


def _where() -> dict[str, Any]:
    """Return the cluster that the environment names, or this machine, without Ray's web page."""
    if address := os.environ.get("RAY_ADDRESS"):
        return {"address": address}
    return {"include_dashboard": False}


def _rank(config: dict[str, Any]) -> None:
    os.chdir(config["folder"])
    os.environ[processes.ON_RAY] = "1"
    if worker.work():
        raise RuntimeError("this process failed; the first that did says why in result*.json")


if __name__ == "__main__":
    sys.exit(main())

"""The worker of a training, with clocks in it: CPU seconds in what is ours, and in all of it.

`bench_overhead.py` starts it in the worker's place. Time in what ours calls of Axolotl's is not
ours.
"""

import functools
import json
import os
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

CLOCKS = "OILSTONE_BENCH_CLOCKS"
spent: dict[str, float] = defaultdict(float)
running: list[tuple[str, float]] = []


def clocked(label: str, function: Any) -> Any:
    """Charge the time in `function` to `label`, and stop the clock of whoever called it."""

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        now = time.process_time()
        if running:
            spent[running[-1][0]] += now - running[-1][1]
        running.append((label, now))
        try:
            return function(*args, **kwargs)
        finally:
            now = time.process_time()
            spent[label] += now - running.pop()[1]
            if running:
                running[-1] = (running[-1][0], now)

    return wrapped


def clock(owner: Any, names: tuple[str, ...], label: str) -> None:
    for name in names:
        if name in vars(owner):
            setattr(owner, name, clocked(label, vars(owner)[name]))


def put_clocks() -> None:
    """Clock our callbacks, sampler, trainer and checkpoints, and what they stand upon."""
    from axolotl.core.trainers.base import AxolotlTrainer
    from axolotl.utils.samplers import MultipackBatchSampler
    from transformers import Trainer

    from oilstone_train import checkpoints
    from oilstone_train.engine import handover, reporter, trainer

    overridden = ("_run_epoch", "_save_checkpoint", "prediction_step", "evaluation_loop",
                  "_get_train_sampler", "_get_eval_sampler")  # fmt: skip
    for theirs in (AxolotlTrainer, Trainer):
        clock(theirs, overridden, "theirs")
    clock(Trainer, ("_inner_training_loop",), "theirs")
    clock(MultipackBatchSampler, ("generate_batches", "__iter__"), "theirs")
    clock(trainer.ExactTrainer, overridden, "trainer")
    clock(trainer.EpochPacks, ("set_epoch", "__len__"), "sampler")
    clock(reporter.Reporter, ("on_train_begin", "on_log", "on_step_end"), "callbacks")
    clock(handover.Measured, ("on_train_end",), "hand-over, once")
    clock(handover.Handover, ("on_train_begin",), "hand-over, once")
    checkpoints.mark = clocked("checkpoints", checkpoints.mark)


def main() -> int:
    from oilstone_train import worker
    from oilstone_train.engine import run

    real = run.prepare

    def prepare() -> None:
        real()
        put_clocks()

    run.prepare = prepare
    code = worker.main()
    Path(os.environ[CLOCKS]).write_text(json.dumps(spent))
    return code


if __name__ == "__main__":
    raise SystemExit(main())

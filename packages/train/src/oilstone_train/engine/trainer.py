"""Axolotl's trainer, made exact: a run repeats to the last bit, whether it was resumed or not."""

from pathlib import Path
from typing import Any

import torch
from axolotl.core.trainers.base import AxolotlTrainer
from axolotl.utils.samplers import MultipackBatchSampler, get_dataset_lengths
from torch.utils.data import BatchSampler

from oilstone_train import checkpoints
from oilstone_train.engine.rollback import Rollback
from oilstone_train.sampler import EpochOrder, Rounds, fewest


class EpochPacks(MultipackBatchSampler):  # type: ignore[misc]  # axolotl has no types
    """The packs of one epoch's order; every epoch has as many batches as the poorest one."""

    def __init__(self, order: EpochOrder, args: Any, **kwargs: Any) -> None:
        super().__init__(order, **kwargs)
        self.args, self.length = args, 0

    def set_epoch(self, epoch: int) -> None:
        """Pack anew, in that epoch's order."""
        self.sampler.set_epoch(epoch)
        super().set_epoch(epoch)

    def __len__(self) -> int:
        if not self.length:
            now = self.sampler.epoch
            self.length = int(self.gather_len_batches(self._fewest()))
            self.set_epoch(now)
        self._len_across_ranks = self.length  # where iteration stops
        return self.length

    def _fewest(self) -> int:
        steps, accumulated = self.args.max_steps, self.args.gradient_accumulation_steps
        if steps > 0:
            return fewest(self._count, steps * accumulated * self.args.world_size)
        return min(map(self._count, range(round(self.args.num_train_epochs))))

    def _count(self, epoch: int) -> int:
        self.set_epoch(epoch)
        return len(self.generate_batches())


class EvalRounds(Rounds, BatchSampler):  # type: ignore[misc]  # torch is not followed by mypy
    """Batches to measure on, as a data loader knows them."""


class ExactTrainer(AxolotlTrainer):  # type: ignore[misc]  # axolotl has no types
    """Order from seed and epoch alone, evaluation loss by token, checkpoints marked when whole.

    Axolotl's own order comes from the global random generator and differs after a resume.
    """

    order: EpochOrder | EpochPacks | None = None
    eval_rounds: EvalRounds | None = None
    eval_sum = (0.0, 0)
    eval_seen = 0

    def train(self, resume_from_checkpoint: Any = None, **kwargs: Any) -> Any:
        """Train, and again from where the guard says, for as long as it does."""
        done = super().train(resume_from_checkpoint=resume_from_checkpoint, **kwargs)
        rollbacks = [c for c in self.callback_handler.callbacks if isinstance(c, Rollback)]
        for rollback in rollbacks:
            while back := rollback.resume():
                done = super().train(resume_from_checkpoint=back, **kwargs)
        return done

    def _get_train_sampler(self, train_dataset: Any = None) -> Any:
        """Return the order of an epoch; several processes take its batches by turns."""
        data = self.train_dataset if train_dataset is None else train_dataset
        if self.args.sample_packing:
            order = EpochOrder(len(data), self.args.seed)
            self.order = EpochPacks(order, self.args, **self._packing(data), drop_last=True)
        else:
            several = self.args.world_size > 1
            multiple = self.args.train_batch_size * self.args.world_size if several else 1
            self.order = EpochOrder(len(data), self.args.seed, multiple)
        return self.order

    def _get_eval_sampler(self, eval_dataset: Any = None) -> Any:
        if not self.args.eval_sample_packing and self.args.world_size == 1:
            return super()._get_eval_sampler(eval_dataset)
        if self.eval_rounds is None:
            batches = list(self._eval_batches(eval_dataset))
            size = self.args.per_device_train_batch_size
            self.eval_rounds = EvalRounds(batches, self.args.world_size, size)
        self.accelerator.even_batches = False  # they are, and a short one is not to be filled up
        return self.eval_rounds

    def _eval_batches(self, data: Any) -> Any:
        rows = range(len(data))
        if self.args.eval_sample_packing:
            return MultipackBatchSampler(rows, **self._packing(data), drop_last=False)
        return BatchSampler(rows, self.args.per_device_eval_batch_size, drop_last=False)

    def _packing(self, data: Any) -> dict[str, Any]:
        return {
            "lengths": get_dataset_lengths(data),
            "batch_max_len": self.args.max_seq_length,
            "batch_size": self.args.per_device_train_batch_size,
            "group_size": self.args.sample_packing_group_size,
            "bin_size": self.args.sample_packing_bin_size,
            "num_processes": 1,
        }

    def _run_epoch(self, *, epoch: int, **kwargs: Any) -> Any:
        if self.order is not None:
            self.order.set_epoch(epoch)
        return super()._run_epoch(epoch=epoch, **kwargs)

    def _save_checkpoint(self, model: Any, trial: Any, **kwargs: Any) -> None:
        super()._save_checkpoint(model, trial, **kwargs)
        self.accelerator.wait_for_everyone()  # each has written its random state
        if self.is_world_process_zero():
            checkpoints.mark(Path(self.args.output_dir) / f"checkpoint-{self.state.global_step}")

    def prediction_step(self, model: Any, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """Weigh the batch's mean loss with the number of its trained tokens.

        A batch that only keeps a process company weighs nothing.
        """
        tokens = int((inputs["labels"][..., 1:] != -100).sum())
        found = super().prediction_step(model, inputs, *args, **kwargs)
        number = self.eval_seen * self.args.world_size + self.args.process_index
        self.eval_seen += 1
        if self.eval_rounds is None or number < self.eval_rounds.real:
            total, count = self.eval_sum
            self.eval_sum = (total + float(found[0]) * tokens, count + tokens)
        return found

    def evaluation_loop(self, *args: Any, metric_key_prefix: str = "eval", **kwargs: Any) -> Any:
        """Report the loss per token, whatever the size of the batches and whoever measured it."""
        self.eval_sum, self.eval_seen = (0.0, 0), 0
        found = super().evaluation_loop(*args, metric_key_prefix=metric_key_prefix, **kwargs)
        total, count = self._of_all(*self.eval_sum)
        found.metrics[f"{metric_key_prefix}_loss"] = total / max(count, 1)
        return found

    def _of_all(self, total: float, count: int) -> tuple[float, float]:
        if self.args.world_size == 1:
            return total, count
        mine = torch.tensor([total, count], dtype=torch.float64, device=self.args.device)
        return tuple(self.accelerator.reduce(mine).tolist())

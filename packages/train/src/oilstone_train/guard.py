"""When the loss leaps: go back to the last whole checkpoint, slower; give up when it keeps on."""

import json
import math
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from oilstone_schemas.command import CheckFailed
from oilstone_schemas.disk import replacing
from oilstone_train import checkpoints

Event = dict[str, Any]


def spike(history: Sequence[float], loss: float, settings: Mapping[str, Any]) -> bool:
    """Tell whether a loss is out of line with those logged before it (nats per token).

    It is when it is no number; else when it exceeds the mean of the last `window` by more than
    `rise` of it and by more than `deviations` of their standard deviations. Before `window` losses
    are known, only a loss that is no number counts.
    """
    if not math.isfinite(loss):
        return True
    recent = history[-settings["window"] :]
    if len(recent) < settings["window"]:
        return False
    mean = statistics.fmean(recent)
    apart = settings["deviations"] * statistics.pstdev(recent, mean)
    return loss > mean + max(float(settings["rise"]) * mean, float(apart))


class Guard:
    """Counts rollbacks of one run in a file, so that a crash does not make it forget them."""

    def __init__(self, path: Path, settings: Mapping[str, Any]) -> None:
        self.path, self.settings = path, settings
        self.events: list[Event] = json.loads(path.read_text()) if path.exists() else []
        self.back: Path | None = None  # the checkpoint to go back to, once a spike was seen

    @property
    def factor(self) -> float:
        """What the learning rate is multiplied by, after the rollbacks so far."""
        return float(self.settings["learning_rate_factor"] ** len(self.events))

    def see(self, step: int, leapt: bool, loss: float, out: Path) -> bool:
        """Take in a loss; tell whether to go back, from where `back` says: when it `leapt`.

        Raises CheckFailed at a spike after the last rollback, or before the first checkpoint.
        """
        if not leapt:
            return False
        last = checkpoints.last_whole(out)
        if len(self.events) >= self.settings["max_rollbacks"] or last is None:
            raise CheckFailed(self._given_up(step, loss, last))
        self.back = last
        told = loss if math.isfinite(loss) else None
        self.events.append({"event": "rollback", "step": step, "loss": told, "to": _step(last)})
        with replacing(self.path) as temporary:
            temporary.write_text(json.dumps(self.events))
        return True

    def _given_up(self, step: int, loss: float, last: Path | None) -> str:
        kept = f"checkpoint {_step(last)} is kept" if last else "there is no checkpoint yet"
        return (
            f"step {step}: the loss leapt to {loss:.4g} after {len(self.events)} rollbacks, and"
            f" guard.max_rollbacks is {self.settings['max_rollbacks']}; {kept}. Training has"
            " diverged: lower training.learning_rate, look at the rows, or save more often"
        )


def _step(checkpoint: Path) -> int:
    return checkpoints.step(checkpoint)

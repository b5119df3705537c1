"""The order of rows: the same for the same seed and epoch, in whichever process it is asked for."""

import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any


class EpochOrder:
    """A permutation of the rows for each epoch; it takes nothing from any global generator.

    `multiple`: an epoch leaves out so many of its last rows that this divides the rest.
    """

    def __init__(self, rows: int, seed: int, multiple: int = 1) -> None:
        self.rows, self.seed, self.epoch = rows, seed, 0
        self.length = rows - rows % multiple

    def set_epoch(self, epoch: int) -> None:
        """Say which epoch's order comes next."""
        self.epoch = epoch

    def __len__(self) -> int:
        return self.length

    def __iter__(self) -> Iterator[int]:
        order = list(range(self.rows))
        random.Random(f"{self.seed}/{self.epoch}").shuffle(order)
        return iter(order[: self.length])


class Rounds:
    """Batches in a fixed order, the first of them again at the end until all processes have one.

    `real` is their number without those. Any of them may be short.
    """

    def __init__(self, batches: Sequence[Any], processes: int, batch_size: int) -> None:
        self.batches, self.real, self.batch_size = batches, len(batches), batch_size
        self.length = -(-self.real // processes) * processes
        self.drop_last = False

    def __len__(self) -> int:
        return self.length

    def __iter__(self) -> Iterator[Any]:
        return (self.batches[n if n < self.real else 0] for n in range(self.length))


def fewest(batches: Callable[[int], int], needed: int) -> int:
    """Return the smallest number of batches in any of the epochs that `needed` batches go through.

    The trainer finds the place to resume at by dividing the steps done by the batches of an epoch;
    that is right only when all epochs have the same number.
    """
    epoch, least = 0, batches(0)
    while least > 0 and least * (epoch + 1) < needed:
        epoch += 1
        least = min(least, batches(epoch))
    return least

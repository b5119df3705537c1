"""The order of rows: the same for the same seed and epoch, in whichever process it is asked for."""

import random
from collections.abc import Callable, Iterator


class EpochOrder:
    """A permutation of the rows for each epoch; it takes nothing from any global generator."""

    def __init__(self, rows: int, seed: int) -> None:
        self.rows, self.seed, self.epoch = rows, seed, 0

    def set_epoch(self, epoch: int) -> None:
        """Say which epoch's order comes next."""
        self.epoch = epoch

    def __len__(self) -> int:
        return self.rows

    def __iter__(self) -> Iterator[int]:
        order = list(range(self.rows))
        random.Random(f"{self.seed}/{self.epoch}").shuffle(order)
        return iter(order)


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

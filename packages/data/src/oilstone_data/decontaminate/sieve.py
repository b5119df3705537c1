"""Which words of a row can belong to an evaluation item at all, by runs of three."""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from oilstone_data.decontaminate.windows import short_windows, windows_within
from oilstone_data.dedup.words import Hashes, Positions, Words

RUN = 3  # words
_WITHIN, _FIRST = 1, 2


class Sieved(NamedTuple):
    """Where a long run of words may be that an item has, and where a short text may begin."""

    runs: Positions
    lines: Positions


class Sieve(NamedTuple):
    """A table of marks by the leading bits of a hash: it lets too many by, never too few."""

    marks: npt.NDArray[np.uint8]
    shift: np.uint32
    run: int

    @classmethod
    def of(cls, texts: Words, run: int) -> Self:
        """Of texts that are told by runs of `run` words; shorter ones are lines."""
        places, owners = windows_within(texts.bounds, RUN)
        hashes = short_windows(texts.hashes.astype(np.uint32), RUN)[places]
        long = np.diff(texts.bounds)[owners] >= run
        first = ~long & (places == texts.bounds[owners])
        bits = min(max((4 * int(np.count_nonzero(long))).bit_length(), 16), 26)
        made = cls(np.zeros(1 << bits, np.uint8), np.uint32(32 - bits), run)
        for mark, found in ((_WITHIN, hashes[long]), (_FIRST, hashes[first])):
            made.marks[found >> made.shift] |= mark
        return made

    def find(self, hashes: Hashes) -> Sieved:
        """Places in the words of a batch."""
        slots = short_windows(hashes.astype(np.uint32), RUN) >> self.shift
        marks = self.marks.take(slots, mode="clip")
        return Sieved(
            np.flatnonzero(_in_a_row((marks & _WITHIN) != 0, self.run - RUN + 1)),
            np.flatnonzero(marks & _FIRST),
        )


def _in_a_row(marks: npt.NDArray[np.bool_], count: int) -> npt.NDArray[np.bool_]:
    """Whether this mark and the `count` - 1 after it are all set."""
    done = 1
    while done < count and len(marks):
        step = min(done, count - done)
        marks = marks[: max(len(marks) - step, 0)] & marks[step:]
        done += step
    return marks

"""Programs token by token, operators too: the last word on texts too short to tell by words."""

from __future__ import annotations

import re
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt
import xxhash

from oilstone_data.decontaminate.names import KEPT, renamed_windows
from oilstone_data.dedup.words import Hashes

# Commas, semicolons and sorts of quotes are what formatters change.
_TOKEN = re.compile(r"\w+|[^\w\s,;\"'`]")


class Tokens(NamedTuple):
    """Tokens of a program, and which of them are no names."""

    hashes: Hashes
    kept: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, program: str) -> Self:
        """Split `program`."""
        found = _TOKEN.findall(program.lower())
        hashes = (xxhash.xxh64_intdigest(token.encode("utf-8", "replace")) for token in found)
        kept = (token in KEPT or not (token[0].isalnum() or token[0] == "_") for token in found)
        return cls(
            np.fromiter(hashes, np.uint64, len(found)), np.fromiter(kept, np.bool_, len(found))
        )

    def hold(self, other: Tokens) -> bool:
        """Whether `other` stands in these, whatever its names are."""
        size = len(other.hashes)
        wanted = renamed_windows(*other, size)[0]
        return bool(np.any(renamed_windows(*self, size) == wanted))

"""What goes wrong on demand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault; `model` narrows it to one served name, `every` to each n-th request it fits.

    status: the answer's status. delay_s: before the head. chunk_delay_s: before each chunk.
    cut_after: chunks, after which the connection is closed in the middle. garbage: bytes that are
    no HTTP. hang: no answer ever. load_status: of a request to load an adapter. serves: an adapter
    is loaded and listed, but "base", or the adapter in the folder named here, answers instead.
    """

    model: str | None = None
    every: int = 1
    status: int = 0
    delay_s: float = 0.0
    chunk_delay_s: float = 0.0
    cut_after: int | None = None
    garbage: bool = False
    hang: bool = False
    load_status: int = 0
    serves: str | None = None

    def fits(self, model: str, number: int) -> bool:
        """Tell whether it strikes the request with this number to this model."""
        return self.model in (None, model) and number % self.every == 0


NONE = Fault()


def read(given: Any) -> tuple[Fault, ...]:
    """Read a JSON list of faults; raises ValueError for anything else."""
    known = {field.name for field in fields(Fault)}
    if not isinstance(given, list) or not all(
        isinstance(one, Mapping) and known >= one.keys() for one in given
    ):
        raise ValueError(f"write a list of objects with keys from {', '.join(sorted(known))}")
    return tuple(Fault(**one) for one in given)


def first(faults: Iterable[Fault], model: str, number: int) -> Fault:
    """Return the first fault that strikes, or one that does nothing."""
    return next((one for one in faults if one.fits(model, number)), NONE)

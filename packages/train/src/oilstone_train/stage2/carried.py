"""What a generation cache carries of the memories: of constant size, row by row."""

from dataclasses import dataclass
from typing import Any

from oilstone_schemas.command import OilstoneError
from oilstone_train.stage2.delta import State

_NAME = "_oilstone_memory"


@dataclass(frozen=True)
class Carried:
    """What a layer goes on from, row by row.

    `features` (rows, taps, 2, k) of the last tokens; `keys`: what `projection.project` carries, or
    None; `written`: what `omega.spread` does.
    """

    memory: State
    features: Any
    keys: Any
    written: Any

    def rows(self, chosen: Any) -> "Carried":
        """Return it for these rows (indices), in their order."""
        of = self.memory
        state = State(of.now[chosen], of.frozen[chosen], of.read[chosen])
        keys = None if self.keys is None else self.keys[chosen]
        return Carried(state, self.features[chosen], keys, self.written[chosen])


def of(cache: Any) -> dict[int, Carried]:
    """Return what `cache` carries, by layer; from now on its rows are chosen with the cache's."""
    kept: dict[int, Carried] | None = cache.__dict__.get(_NAME)
    if kept is None:
        kept = cache.__dict__[_NAME] = {}
        for name in ("batch_select_indices", "reorder_cache"):
            setattr(cache, name, _both(getattr(cache, name), kept))
        for name in ("batch_repeat_interleave", "crop"):
            setattr(cache, name, _refused(name))
    return kept


def _both(change: Any, kept: dict[int, Carried]) -> Any:
    def changed(chosen: Any) -> None:
        change(chosen)
        kept.update({layer: carried.rows(chosen) for layer, carried in kept.items()})

    return changed


def _refused(name: str) -> Any:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise OilstoneError(
            f"a model with memories cannot generate this way (cache.{name}): what was read cannot"
            " be unread; generate greedily or by drawing"
        )

    return refuse

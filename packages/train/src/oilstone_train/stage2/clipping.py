"""The norm that gradients are scaled down to: the larger, the finer the chunks."""

import math
from dataclasses import dataclass, field

REFERENCE = 32  # the chunk size at which the norm is `base`


def norm(chunk: int, base: float) -> float:
    """Return kappa(C) = base * sqrt(32 / C): gradients of finer chunks vary more."""
    return base * math.sqrt(REFERENCE / chunk)


@dataclass
class Clipping:
    """The norm of each step, smaller in a step whose chunk size is new, and what came of it.

    `base`: the norm at chunk size 32. `at_transition`: the share of it that holds in a transition.
    """

    base: float
    at_transition: float
    chunk: int | None = None
    transitions: int = 0
    steps: int = 0
    clips: dict[int, int] = field(default_factory=dict)  # chunk size -> steps whose norm was cut

    def at(self, chunk: int) -> float:
        """Return the norm for the step that begins, at this chunk size."""
        changed = self.chunk is not None and chunk != self.chunk
        self.chunk, self.transitions = chunk, self.transitions + changed
        return norm(chunk, self.base) * (self.at_transition if changed else 1.0)

    def saw(self, found: float, limit: float) -> None:
        """Count the step that ended: `found` is its gradients' norm before it was cut."""
        self.steps += 1
        if self.chunk is not None and found > limit:
            self.clips[self.chunk] = self.clips.get(self.chunk, 0) + 1


def proposed(norms: list[float], chunk: int, often: float = 0.1) -> float:
    """Return the `base` under which a share `often` of these steps would have been cut.

    `norms` are gradient norms before cutting, seen at one chunk size in a calibration run.
    """
    ranked = sorted(norms)
    place = min(len(ranked) - 1, math.ceil(len(ranked) * (1 - often)))
    return ranked[place] / math.sqrt(REFERENCE / chunk)

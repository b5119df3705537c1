"""How much of a program stands in another text, whatever its names, numbers and order are now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import chain

import numpy as np
import numpy.typing as npt

from oilstone_data.decontaminate.programs import NAME, NUMBER, Program, standard
from oilstone_data.decontaminate.tiles import Equal, Tile, common_runs, covered, tiled

_LEAST = 4  # tokens of a common part
_OTHER = 0.5  # what a number counts that became another one

Weights = npt.NDArray[np.float64]


def share_held(program: Program, other: Program, weights: Weights, least: float) -> float:
    """Which share of the tokens of `program`, by weight, `other` holds; 0 when below `least`.

    A name counts where it became what it became most often, one name for one.
    """
    total = float(weights.sum())
    equal = _equal(program, other)
    if float(weights[equal.any(axis=1)].sum()) < least * total:
        return 0.0
    runs = common_runs(equal, _LEAST)
    if float(weights[covered(runs, len(equal))].sum()) < least * total:
        return 0.0
    held = float(_counts(program, other, weights, tiled(runs, equal.shape, _LEAST)).sum()) / total
    return held if held >= least else 0.0


def _equal(program: Program, other: Program) -> Equal:
    """Which tokens are equal; a name of the program's own may be any name in the other text."""
    equal: Equal = program.codes[:, None] == other.codes
    equal[program.codes == NAME] |= standard(other.codes)
    return equal


def _one_for_one(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Which name became which: the most frequent pairs, each name once on either side."""
    became: dict[str, str] = {}
    taken: set[str] = set()
    for (old, new), _ in sorted(Counter(pairs).items(), key=lambda pair: (-pair[1], pair[0])):
        if old not in became and new not in taken:
            became[old] = new
            taken.add(new)
    return became


def _counts(program: Program, other: Program, weights: Weights, tiles: Iterable[Tile]) -> Weights:
    """What each token counts that stands in a tile."""
    spans = [(range(one, one + size), range(two, two + size)) for one, two, size in tiles]
    mine = np.fromiter(chain.from_iterable(one for one, _ in spans), np.int64)
    theirs = list(chain.from_iterable(two for _, two in spans))
    codes, counted = program.codes[mine], weights[mine]
    old = map(program.tokens.__getitem__, mine.tolist())
    pairs = list(zip(old, map(other.tokens.__getitem__, theirs), strict=True))
    for kind, counts in ((NAME, 0.0), (NUMBER, _OTHER)):
        places = np.flatnonzero(codes == kind).tolist()
        held = [pairs[place] for place in places]
        became = _one_for_one(held) if kind == NAME else {old: old for old, _ in held}
        counted[places] *= [1.0 if became.get(old) == new else counts for old, new in held]
    return counted

"""Which groups of the tiny world are trained on, watched, or held out."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from oilstone_data.world.combination import Combination, groups
from oilstone_data.world.language import World
from oilstone_schemas.command import OilstoneError

Side = dict[str, list[Combination]]


@dataclass(frozen=True)
class Split:
    """Disjoint sets of groups; no skeleton stands on two sides."""

    train: Side
    eval: Side
    combination: Side
    family: Side


def split(
    world: World,
    held_out: Sequence[str],
    combination_share: float,
    eval_share: float,
    rng: random.Random,
) -> Split:
    """Hold out whole families, then whole groups of the others, drawn by `rng`.

    Raises OilstoneError for a family that does not exist.
    """
    if unknown := sorted(set(held_out) - set(world.families)):
        raise OilstoneError(
            f"held_out.families: no family {', '.join(unknown)}; "
            f"there are {', '.join(sorted(world.families))}"
        )
    found = groups(world, sorted(world.families))
    outside = {
        name: group
        for name, group in found.items()
        if any(m.family.name in held_out for m in group)
    }
    inside = sorted(set(found) - set(outside))
    rng.shuffle(inside)
    cut = round(len(inside) * combination_share)
    rest = cut + round(len(inside) * eval_share)
    return Split(
        train={name: found[name] for name in sorted(inside[rest:])},
        eval={name: found[name] for name in sorted(inside[cut:rest])},
        combination={name: found[name] for name in sorted(inside[:cut])},
        family={
            name: [m for m in group if m.family.name in held_out]
            for name, group in sorted(outside.items())
        },
    )

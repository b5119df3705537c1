import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oilstone_train.select import drawn, sample, select, weight

from .conftest import row

WANTED = {
    "documented": False, "idiomatic": False, "idiomatic_quality_ratio": None, "styles": None,
    "max_rows": None,
}  # fmt: skip
RNG = random.Random(0)
ROWS = [row(str(n), RNG) for n in range(200)]
counts = st.integers(0, 20)
ratios = st.floats(0.1, 10)


def quality(idiomatic: int, low: int) -> dict[str, int | bool]:
    return {"idiomatic": idiomatic, "low_quality": low, "documented": True}


def test_every_row_is_in_the_books_once() -> None:
    wanted = {**WANTED, "documented": True, "idiomatic_quality_ratio": 2.0, "max_rows": 10}
    assert sum(select(ROWS, wanted, 0).counts.values()) == len(ROWS)


def test_without_wishes_every_row_is_selected() -> None:
    assert select(ROWS, WANTED, 0).rows == ROWS


@pytest.mark.parametrize("wish", ["documented", "idiomatic"])
def test_a_wish_is_a_condition(wish: str) -> None:
    chosen = select(ROWS, {**WANTED, wish: True}, 0)
    assert all(found["quality"][wish] for found in chosen.rows)


def test_styles_are_a_condition() -> None:
    chosen = select(ROWS, {**WANTED, "styles": ["plain"]}, 0)
    assert {found["style"] for found in chosen.rows} == {"plain"}


@given(counts, ratios)
def test_a_row_without_low_quality_weighs_all(idiomatic: int, ratio: float) -> None:
    assert weight(quality(idiomatic, 0), ratio) == 1


@given(counts, counts, ratios)
def test_a_weight_is_a_probability(idiomatic: int, low: int, ratio: float) -> None:
    assert 0 <= weight(quality(idiomatic, low), ratio) <= 1


@given(counts, st.integers(1, 20), ratios)
def test_what_the_hard_filter_passes_weighs_all(idiomatic: int, low: int, ratio: float) -> None:
    """seed 003 passed a row when idiomatic >= low_quality * ratio."""
    assert (weight(quality(idiomatic, low), ratio) == 1) == (idiomatic / (ratio * low) >= 1)


@given(counts, st.integers(1, 19), ratios)
def test_more_low_quality_never_weighs_more(idiomatic: int, low: int, ratio: float) -> None:
    assert weight(quality(idiomatic, low + 1), ratio) <= weight(quality(idiomatic, low), ratio)


def test_half_the_weight_keeps_about_half() -> None:
    halves = [{**found, "quality": quality(1, 1)} for found in ROWS]
    kept = [drawn(found, {"idiomatic_quality_ratio": 2.0}, 0) for found in halves]
    assert 70 < sum(kept) < 130


def test_the_draw_follows_from_seed_and_id_alone() -> None:
    wanted = {**WANTED, "idiomatic_quality_ratio": 3.0}
    chosen = select(ROWS, wanted, 7).rows
    assert sorted(found["id"] for found in select(ROWS[::-1], wanted, 7).rows) == sorted(
        found["id"] for found in chosen
    )


def test_another_seed_draws_others() -> None:
    wanted = {**WANTED, "idiomatic_quality_ratio": 3.0}
    assert select(ROWS, wanted, 1).rows != select(ROWS, wanted, 2).rows


@given(st.integers(1, 250))
def test_a_sample_is_as_large_as_asked_and_in_order(most: int) -> None:
    chosen = sample(ROWS, most, 0)
    assert chosen == [found for found in ROWS if found in chosen]
    assert len(chosen) == min(most, len(ROWS))

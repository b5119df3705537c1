from hypothesis import given
from hypothesis import strategies as st

from oilstone_train.sampler import EpochOrder, fewest


def order(rows: int, seed: int, epoch: int) -> list[int]:
    made = EpochOrder(rows, seed)
    made.set_epoch(epoch)
    return list(made)


@given(st.integers(0, 300), st.integers(0, 2**32), st.integers(0, 50))
def test_an_epoch_is_a_permutation(rows: int, seed: int, epoch: int) -> None:
    assert sorted(order(rows, seed, epoch)) == list(range(rows))


@given(st.integers(0, 300), st.integers(0, 2**32), st.integers(0, 50))
def test_the_order_follows_from_seed_and_epoch(rows: int, seed: int, epoch: int) -> None:
    assert order(rows, seed, epoch) == order(rows, seed, epoch)


def test_epochs_and_seeds_differ() -> None:
    assert len({tuple(order(50, seed, epoch)) for seed in range(5) for epoch in range(5)}) == 25


def test_the_order_is_the_same_everywhere() -> None:
    """Written down: another Python must not shuffle otherwise."""
    assert order(8, 42, 1) == [4, 0, 7, 1, 2, 6, 3, 5]


def test_the_poorest_epoch_counts() -> None:
    assert fewest([10, 8, 9, 1].__getitem__, 24) == 8


def test_epochs_that_are_never_reached_do_not_count() -> None:
    assert fewest([10, 1].__getitem__, 10) == 10


def test_a_poor_epoch_makes_further_ones_count() -> None:
    assert fewest([10, 5, 4, 3].__getitem__, 12) == 4


def test_no_batches_end_the_search() -> None:
    assert fewest(lambda epoch: 0, 5) == 0

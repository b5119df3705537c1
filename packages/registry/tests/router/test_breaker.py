"""The circuit breaker opens after a burst, lets one trial through, and closes by a success."""

from oilstone_registry.router.breaker import BURST, FIRST_S, LONGEST_S, Breaker


def opened():
    found = Breaker()
    for _ in range(BURST):
        found.failed(100.0)
    return found


def test_it_opens_after_a_burst_and_not_before():
    found = Breaker()
    for _ in range(BURST - 1):
        found.failed(100.0)
    assert found.allows(100.0)
    found.failed(100.0)
    assert not found.allows(100.0 + FIRST_S / 2)


def test_one_success_forgets_the_failures_before_it():
    found = Breaker()
    for _ in range(BURST * 3):
        found.failed(100.0)
        found.succeeded()
    assert found.allows(100.0)


def test_after_the_pause_one_trial_at_a_time_is_let_through():
    found, later = opened(), 100.0 + FIRST_S
    assert found.allows(later)
    assert not found.allows(later)


def test_a_failed_trial_doubles_the_pause_up_to_a_limit():
    found, now, pauses = opened(), 100.0, []
    for _ in range(10):
        pauses.append(found.pause_s)
        now = found.until
        assert found.allows(now)
        found.failed(now)
    assert pauses[:3] == [FIRST_S, 2 * FIRST_S, 4 * FIRST_S]
    assert max(pauses) == LONGEST_S


def test_a_good_trial_closes_it():
    found = opened()
    assert found.allows(100.0 + FIRST_S)
    found.succeeded()
    assert found.allows(100.0 + FIRST_S)
    assert not found.is_open(100.0 + FIRST_S)


def test_failures_of_one_burst_open_it_once():
    found = opened()
    found.failed(100.0 + FIRST_S / 2)
    assert (found.opened, found.pause_s) == (1, FIRST_S)


def test_what_rests_is_let_through_whole_after_the_pause():
    found = opened()
    assert found.rests(100.0 + FIRST_S / 2)
    assert not any(found.rests(100.0 + FIRST_S) for _ in range(3))

"""Which arm and which replica: shares, stickiness, and nothing that would bias a test."""

import dataclasses

import pytest

from oilstone_registry import assignment
from oilstone_registry.router import state
from oilstone_registry.router.breaker import BURST, FIRST_S
from oilstone_registry.router.routing import GRACE_S, Chooser, Route
from oilstone_registry.router.state import Adapter, Fleet, Replica, Served, Specialist, State
from oilstone_registry.router.stats import Stats

NOW = 1000.0
OLD = Adapter("rust", "0.1.0", "a" * 64, 1, "production")
NEW = Adapter("rust", "0.2.0", "b" * 64, 2, "testing")


class House:
    """Two replicas with both versions, and a test at 30 % of the users."""

    def __init__(self):
        self.fleet = Fleet([Replica("http://one", None), Replica("http://two", None)])
        self.chooser = Chooser(self.fleet, most=4)
        for replica in self.fleet.replicas:
            for one in (OLD, NEW):
                self.fleet.mark(replica, one.served, Served(State.READY))
        test = state.Test("rust-1", "user", 3000, OLD, NEW)
        self.specialist = Specialist("rust", OLD, 1, test)

    @property
    def route(self):
        return Route(self.specialist, Stats())

    def choose(self, unit, now=NOW):
        return self.chooser.choose(self.route, unit, f"r-{unit}", now)


@pytest.fixture
def house():
    return House()


def test_a_unit_stays_in_its_arm_and_the_arms_have_their_shares(house):
    first = [house.choose(f"u{number}").arm.name for number in range(2000)]
    assert first == [house.choose(f"u{number}").arm.name for number in range(2000)]
    assert 520 <= first.count("candidate") <= 680  # 600 +- 4 standard deviations


def test_an_assignment_is_the_one_that_the_registry_would_make(house):
    for number in range(200):
        choice = house.choose(f"u{number}")
        hashed = assignment.unit_hash("rust-1", f"u{number}")
        treated = assignment.treated(hashed, 3000)
        assert choice.arm.name == ("candidate" if treated else "control")
        assert choice.assigned.unit_hash == hashed
        assert choice.assigned.probability == (0.3 if treated else 0.7)
        assert choice.assigned.version == choice.arm.label


def test_a_request_without_a_unit_is_served_and_not_counted(house):
    choice = house.choose(None)
    assert (choice.arm.label, choice.assigned) == ("rust@0.1.0", None)


def test_nobody_is_assigned_while_an_arm_is_not_ready(house):
    for replica in house.fleet.replicas:
        house.fleet.mark(replica, NEW.served, Served(State.REFUSED, "answers as the base"))
    choices = [house.choose(f"u{number}") for number in range(50)]
    assert {(one.arm.label, one.assigned) for one in choices} == {("rust@0.1.0", None)}


def test_nobody_is_assigned_while_the_candidate_s_breaker_is_open(house):
    for _ in range(BURST):
        house.chooser.failed(None, NEW.served, NOW)
    assert all(house.choose(f"u{number}").assigned is None for number in range(50))
    after = NOW + FIRST_S
    assert all(house.choose(f"u{number}", after).assigned is not None for number in range(50))


def test_an_adapter_that_is_refused_gets_no_traffic(house):
    house.fleet.mark(house.fleet.replicas[0], NEW.served, Served(State.REFUSED, "base"))
    found = {house.chooser.replica(house.route.candidate, NOW)[0].url for _ in range(10)}
    assert found == {"http://two"}


def test_the_arms_of_a_test_are_asked_on_the_same_servers(house):
    house.fleet.mark(house.fleet.replicas[0], NEW.served, None)
    found = {house.chooser.replica(house.route.control, NOW)[0].url for _ in range(10)}
    assert found == {"http://two"}
    house.fleet.replicas[1].in_flight = 4  # full: better elsewhere than not at all
    assert house.chooser.replica(house.route.control, NOW)[0].url == "http://one"


def test_the_least_busy_replica_is_taken_and_equal_ones_in_turn(house):
    turns = [house.chooser.replica(house.route.production, NOW)[0].url for _ in range(4)]
    assert sorted(turns) == ["http://one"] * 2 + ["http://two"] * 2
    house.fleet.replicas[0].enter(OLD.served)
    assert {house.chooser.replica(house.route.production, NOW)[0].url for _ in range(4)} == {
        "http://two"
    }


def test_full_replicas_are_said_to_be_full(house):
    for replica in house.fleet.replicas:
        for _ in range(4):
            replica.enter(OLD.served)
    assert house.chooser.replica(house.route.production, NOW) == (None, True)


def test_the_version_before_answers_for_a_moment_and_no_longer(house):
    for replica in house.fleet.replicas:
        house.fleet.mark(replica, NEW.served, None)
    promoted = dataclasses.replace(
        house.specialist, production=NEW, before=OLD, test=None, changed_at=NOW
    )
    route = Route(promoted, Stats())
    assert house.chooser.production(route, NOW + GRACE_S / 2).label == "rust@0.1.0"
    assert house.chooser.production(route, NOW + GRACE_S).label == "rust@0.2.0"


def test_the_time_of_an_assignment_is_spelt_as_the_registry_spells_it(house):
    found = house.choose("u").assigned.time
    assert len(found) == len(assignment.clock())
    assert found[:16] <= assignment.clock()[:16]

"""A/B tests in the registry: begun, ramped, decided, stopped; outcomes counted once."""

import json

import pytest

from oilstone_registry import experiments, outcomes, plan, results
from oilstone_registry.assignment import CANDIDATE, CONTROL
from oilstone_schemas.command import OilstoneError

SAME = {CONTROL: 0.5, CANDIDATE: 0.5}
BETTER = {CONTROL: 0.4, CANDIDATE: 0.8}
WORSE = {CONTROL: 0.8, CANDIDATE: 0.4}


def message(result):
    code, said = result
    return code, said["error"]["message"]


@pytest.fixture
def test(workshop):
    """A candidate in test against the production version."""
    workshop.production("old")
    return workshop.tested()


def recipe(workshop, text):
    path = workshop.root / "experiment.yaml"
    path.write_text(text)
    return path


def test_a_test_needs_a_production_version_to_compare_with(workshop):
    workshop.gated()
    words = ("ab", "start", "rust-tiny", "--candidate", "0.1.0", "--traffic", 0.1)
    code, why = message(workshop.run(*words))
    assert (code, "nothing is in production" in why) == (2, True)


def test_a_version_that_is_not_gated_is_not_tested(workshop):
    workshop.production("old")
    workshop.registered(workshop.adapter("new", "new"))
    words = ("ab", "start", "rust-tiny", "--candidate", "0.2.0", "--traffic", 0.1)
    code, why = message(workshop.run(*words))
    assert (code, "is registered and cannot become testing" in why) == (1, True)


def test_a_candidate_is_in_test_while_the_test_runs(workshop, test):
    assert workshop.show()["versions"][1]["status"] == "testing"


def test_more_traffic_ramps_the_running_test_up(workshop, test):
    words = ("ab", "start", "rust-tiny", "--candidate", "0.2.0", "--traffic", 0.75)
    ramped = workshop.given(*words)
    assert (ramped["new"], ramped["traffic"]) == (False, 0.75)


def test_less_traffic_is_refused_for_it_would_move_treated_units_back(workshop, test):
    words = ("ab", "start", "rust-tiny", "--candidate", "0.2.0", "--traffic", 0.25)
    code, why = message(workshop.run(*words))
    assert (code, "move treated units back" in why) == (1, True)


def test_another_candidate_waits_for_the_running_test(workshop, test):
    workshop.gated("third")
    words = ("ab", "start", "rust-tiny", "--candidate", "0.3.0", "--traffic", 0.5)
    assert workshop.run(*words)[0] == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("unit: user\nwindow_s: 60\n", "requests cannot be counted where users are assigned"),
        ("unit: user\nanalysis_unit: user\n", "say for how many seconds"),
        ("method: group-sequential\n", "needs the number of units"),
    ],
)
def test_a_plan_that_would_find_winners_that_are_none_is_refused(workshop, text, said):
    with pytest.raises(OilstoneError, match=said):
        plan.load(recipe(workshop, text))


def test_an_assignment_is_sticky_and_says_its_probability(test):
    first, again = (test.assign("ada", request) for request in ("r1", "r2"))
    told = (first.arm, first.unit_hash, first.probability)
    assert told == (again.arm, again.unit_hash, 0.5)


def test_each_arm_is_told_with_its_version(test):
    found = {test.assign(f"u{n}", f"r{n}")[2:4] for n in range(50)}
    assert found == {(CONTROL, "rust-tiny@0.1.0"), (CANDIDATE, "rust-tiny@0.2.0")}


def test_an_outcome_counts_once_and_the_first_stands(workshop, test):
    assigned = test.assign("ada", "r1")
    assert test.record(assigned, 1.0, "judged", latency_ms=12.5)
    assert not test.record(assigned, 0.0, "judged")
    row = {row["version"]: row for row in workshop.show()["versions"]}[assigned.version[-5:]]
    told = (row["request_count"], row["online_success_rate"], row["latency_ms"])
    assert told == (1, 1.0, 12.5)


def test_online_and_offline_success_rates_are_two_fields(workshop, test):
    workshop.serve(test, SAME, 20)
    rows = workshop.show()["versions"]
    assert [row["offline_success_rate"] for row in rows] == [None, None]
    assert all(0.3 < row["online_success_rate"] < 0.7 for row in rows)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"experiment": "other-1"}, "there is no experiment other-1"),
        ({"arm": "third"}, "neither control nor candidate"),
        ({"version": "rust-tiny@9.9.9"}, "is not the"),
        ({"probability": 1.0}, "probability must be in"),
    ],
)
def test_an_outcome_that_cannot_count_is_refused_with_the_reason(workshop, test, changed, said):
    row = test.assign("ada", "r1")._asdict() | {"outcome": 1.0, "kind": "judged"} | changed
    taken = outcomes.record(workshop.open(), [row])
    assert (taken.new, said in taken.refused[0]) == (0, True)


def test_requests_of_one_user_are_not_counted_as_units(test, workshop):
    for request in ("r1", "r2"):
        row = test.assign("ada", request)._asdict() | {"outcome": 1.0, "kind": "judged"}
        taken = outcomes.record(workshop.open(), [row])
    assert (taken.new, "not independent" in taken.refused[0]) == (0, True)


def test_without_an_effect_the_test_stays_open(workshop, test):
    workshop.serve(test, SAME, 300)
    found = workshop.given("ab", "status", "rust-tiny")
    assert (found["verdict"], found["units"]) == ("open", 300)


def test_a_better_candidate_is_called_better_with_reason_interval_and_plot(workshop, test):
    workshop.serve(test, BETTER, 400)
    plot = workshop.root / "effect.svg"
    found = workshop.given("ab", "status", "rust-tiny", "--plot", plot)
    assert (found["verdict"], "was shown better at unit" in found["reason"]) == ("better", True)
    assert found["effect"]["low"] > 0
    assert plot.read_text().startswith("<svg")


def test_the_same_outcomes_give_the_same_evidence_bit_for_bit(workshop, test):
    workshop.serve(test, BETTER, 120)
    first, again = (workshop.given("ab", "status", "rust-tiny") for _ in range(2))
    assert (first["e_better"], first["e_worse"]) == (again["e_better"], again["e_worse"])


def test_a_better_candidate_waits_for_a_person(workshop, test):
    rows = workshop.serve(test, BETTER, 400)
    assert (rows.new, workshop.show()["production"]["version"]) == (400, "0.1.0")


def test_a_better_candidate_is_promoted_and_its_test_closed_in_one_transaction(workshop, test):
    workshop.serve(test, BETTER, 400)
    workshop.given("promote", "rust-tiny@0.2.0")
    found = workshop.given("ab", "status", "rust-tiny")
    assert workshop.show()["production"]["version"] == "0.2.0"
    assert (found["status"], found["closed_as"]) == ("closed", "promoted")


def test_a_candidate_not_yet_shown_better_is_not_promoted(workshop, test):
    workshop.serve(test, SAME, 50)
    code, why = message(workshop.run("promote", "rust-tiny@0.2.0"))
    assert (code, "the A/B test of rust-tiny@0.2.0 says open" in why) == (1, True)


def test_a_candidate_that_lost_is_retired_and_not_promoted_later(workshop, test):
    workshop.serve(test, WORSE, 400)
    workshop.given("ab", "stop", "rust-tiny")
    assert workshop.show()["versions"][1]["status"] == "retired"
    code, why = message(workshop.run("promote", "rust-tiny@0.2.0"))
    assert (code, "says worse" in why) == (1, True)


def test_a_sample_ratio_mismatch_blocks_the_promotion_of_a_winner(workshop, test):
    """A third of the control's outcomes get lost."""
    registry, rows = workshop.open(), []
    for number in range(1500):
        assigned = test.assign(f"u{number}", f"r{number}")
        lost = assigned.arm == CONTROL and number % 3 == 0
        good = float(assigned.arm == CANDIDATE or number % 2)
        row = assigned._asdict() | {"outcome": good, "kind": "judged"}
        rows += [] if lost else [row]
    outcomes.record(registry, rows)
    code, why = message(workshop.run("promote", "rust-tiny@0.2.0"))
    assert (code, "do not have the shares" in why) == (1, True)


def test_harm_to_a_guardrail_stops_the_test_when_outcomes_come_in(workshop, test):
    path = workshop.root / "outcomes.jsonl"
    with path.open("w") as file:
        for number in range(400):
            row = test.assign(f"u{number}", f"r{number}")._asdict()
            failed = row["arm"] == CANDIDATE and number % 2 == 0
            row |= {"outcome": 0.0 if failed else 1.0, "kind": "system" if failed else "judged"}
            file.write(json.dumps(row) + "\n")
    taken = workshop.given("ab", "import", "rust-tiny", path)
    assert (taken["new"], taken["done"].startswith("stopped: harmed")) == (400, True)
    assert workshop.show()["versions"][1]["status"] == "retired"
    assert workshop.given("ab", "import", "rust-tiny", path)["refused"][0].endswith("has ended")


def test_only_a_recipe_that_says_so_promotes_by_itself(workshop):
    workshop.production("old")
    experiment = workshop.tested("--recipe", recipe(workshop, "auto_promote: true\n"))
    workshop.serve(experiment, BETTER, 399)
    path = workshop.root / "last.jsonl"
    row = experiment.assign("u", "last")._asdict() | {"outcome": 1.0, "kind": "judged"}
    path.write_text(json.dumps(row) + "\n")
    taken = workshop.given("ab", "import", "rust-tiny", path)
    assert taken["done"].startswith("promoted: better")
    assert workshop.show()["events"][-1]["actor"] == "oilstone-registry"


def test_users_with_many_requests_are_counted_once_each(workshop):
    workshop.production("old")
    rules = "unit: user\nanalysis_unit: user\nwindow_s: 3600\n"
    experiment = workshop.tested("--recipe", recipe(workshop, rules))
    registry = workshop.open()
    for request in range(5):
        rows = [experiment.assign(f"user-{user}", f"{user}-{request}") for user in range(30)]
        outcomes.record(
            registry, [row._asdict() | {"outcome": 1.0, "kind": "user"} for row in rows]
        )
    workshop.given("ab", "stop", "rust-tiny")
    assert workshop.given("ab", "status", "rust-tiny")["units"] == 30


def test_another_promotion_ends_the_test_because_its_control_is_gone(workshop, test):
    workshop.gated("third")
    workshop.given("promote", "rust-tiny@0.3.0")
    found = workshop.given("ab", "status", "rust-tiny")
    assert (found["closed_as"], workshop.show()["versions"][1]["status"]) == (
        "superseded",
        "candidate",
    )


def test_a_rollback_ends_the_test_too(workshop):
    workshop.production("a")
    workshop.production("b")
    workshop.tested()
    workshop.given("rollback", "rust-tiny")
    assert workshop.given("ab", "status", "rust-tiny")["closed_as"] == "superseded"


def test_a_stopped_test_takes_no_outcomes(workshop, test):
    workshop.given("ab", "stop", "rust-tiny", "--reason", "enough seen")
    assigned = test.assign("ada", "r1")
    assert not test.record(assigned, 1.0, "judged")


def test_there_is_nothing_to_stop_without_a_test(workshop):
    workshop.production("old")
    assert workshop.run("ab", "stop", "rust-tiny")[0] == 2


def test_people_get_the_reason_the_arms_and_the_guardrails(sqlite, command):
    sqlite.production("old")
    sqlite.serve(sqlite.tested(), SAME, 20)
    printed = command("ab", "status", "rust-tiny", "--registry", sqlite.registry).stdout
    assert all(
        word in printed for word in ("open:", "control", "sample ratio: as planned", "latency")
    )


def test_both_arms_spell_one_share_as_one_probability(test):
    plan_ = test.row["plan"]
    row = test.assign("u", "r")._asdict() | {"outcome": 1.0, "kind": "judged"}
    shares = {
        results.read(plan_, row | {"arm": arm, "probability": p}).probability
        for arm, p in ((CONTROL, 1 - 0.1), (CANDIDATE, 0.1))
    }
    assert shares == {0.1}


def test_the_experiments_api_is_what_a_router_needs(workshop, test):
    assert (test.key, outcomes.running(workshop.open(), "other")) == ("rust-tiny-1", None)
    assert test.row["status"] == experiments.RUNNING

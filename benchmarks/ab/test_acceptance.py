"""What the A/B engine promises, measured as the benchmark measures it."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import bench_ab
import worlds

RUNS, SEED = 2000, 1


@pytest.fixture(scope="module")
def found():
    return {
        situation: methods[bench_ab.OURS]
        for situation, methods in bench_ab.measure(RUNS, SEED).items()
    }


@pytest.mark.parametrize("situation", [*worlds.NO_EFFECT, "(d) 200 sticky users x 100 requests"])
def test_without_an_effect_at_most_one_run_in_twenty_is_called(found, situation):
    assert found[situation]["called"] <= 0.05


@pytest.mark.parametrize("situation", list(worlds.WORSE))
def test_a_candidate_3_points_worse_is_never_called_the_winner(found, situation):
    assert found[situation]["winner"] == 0


def test_five_points_are_found_within_3200_outcomes_and_never_the_wrong_way(found):
    ours = found["0.45 against 0.50, 50/50"]
    assert (ours["median"] <= 3200, ours["loser"]) == (True, 0)


def test_the_sample_ratio_check_raises_few_false_alarms(found):
    assert found[bench_ab.SRM]["called"] <= 0.015


def test_an_outcome_costs_at_most_5_microseconds_of_cpu(found):
    assert found["CPU per outcome"]["microseconds"] <= 5

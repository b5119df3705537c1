"""Metrics of probes, against conversations whose numbers are known."""

import math

import pytest

from oilstone_schemas import validate
from oilstone_train.probe import history, metrics
from oilstone_train.probe.look import Seen

SIZES = (1, 4, 8, 16, 32, 64)


def seen(nats, found=True, gates=(0.05, 0.95)):
    return Seen(nats, 4, found, gates)


def runs(with_memory, without, count=50):
    made = {size: [seen(with_memory)] * count for size in SIZES}
    return {**made, None: [seen(without, found=False)] * count}


def of(with_memory=1.0, without=5.0, count=50):
    return metrics.of(runs(with_memory, without, count), [str(n % 5) for n in range(count)], 1)


def test_they_are_a_report_that_gates_can_read():
    report = {"metrics": of(), "slices": {}, "primary_slice": None}
    assert validate.errors(report, "metrics.v1") == []


def test_what_memory_adds_is_nats_per_token():
    assert of()["memory_contribution"]["value"] == pytest.approx((5.0 - 1.0) / 4)


def test_a_memory_that_is_ignored_contributes_nothing_though_its_curve_is_flat():
    found = of(with_memory=5.0)
    assert found["resolution_cv"]["value"] == 0 and found["memory_contribution"]["low"] <= 0


def test_perplexity_is_over_all_tokens_together():
    some = {**runs(1.0, 5.0), 1: [Seen(2.0, 1, True, (0.5,)), Seen(4.0, 3, True, (0.5,))]}
    assert metrics.resolution(some)[1] == pytest.approx(math.exp(6.0 / 4))


def test_luck_is_how_often_two_answers_agree():
    assert metrics.luck(["a", "a", "b", "c"]) == pytest.approx(2 / 12)


def test_gates_are_counted_by_both_thresholds():
    found = of()
    assert found["polarized_share"]["value"] == 1 and found["polarized_share_strict"]["value"] == 0
    assert found["polarized_share"]["n"] == 100


MEMORY = {
    "schedule": {"shape": "exponential", "start": 32, "gamma": 0.97, "steps": 1, "sizes": [],
                 "soft": 0},
    "clipping": {"base": 0.5, "at_transition": 0.5},
    "safety": {"window": 100},
}  # fmt: skip
DETAILS = {"events": [{"event": "rollback"}], "whole_checkpoints": 2}


def steps(factor=1.0):
    from oilstone_train.stage2 import clipping, schedule

    for step in range(120):
        limit = factor * clipping.limit(step, MEMORY["schedule"], MEMORY["clipping"])
        yield {"step": step + 1, "chunk": schedule.size(step, MEMORY["schedule"]), "limit": limit,
               "grad_norm": 0.6}  # fmt: skip
        if step % 10 == 9:
            yield {"step": step + 1, "perplexity": 2.0, "leapt": step == 9}


def test_a_run_that_clipped_as_it_should_shows_no_error_at_any_size():
    found = history.of(list(steps()), DETAILS, MEMORY)
    assert found["clip_formula_error"]["value"] < 1e-12 and found["clip_formula_error"]["n"] == 32
    assert found["chunk_transitions"]["value"] == 31


def test_a_run_that_clipped_otherwise_shows_by_how_much():
    found = history.of(list(steps(1.01)), DETAILS, MEMORY)
    assert found["clip_formula_error"]["value"] == pytest.approx(0.01)


def test_a_run_at_other_sizes_than_its_schedule_is_found_out():
    other = [{**line, "chunk": 32} if "chunk" in line else line for line in steps()]
    assert history.of(other, DETAILS, MEMORY)["clip_formula_error"]["value"] == 1


def test_leaps_and_rollbacks_are_counted_over_the_looks():
    found = history.of(list(steps()), DETAILS, MEMORY)
    assert (found["loss_spikes"]["value"], found["rollbacks"]["value"]) == (2, 1)
    assert found["rollbacks"]["n"] == 12


def test_a_run_proposes_the_base_under_which_a_tenth_of_its_steps_would_be_cut():
    found = history.of(list(steps()), DETAILS, MEMORY)["proposed_clip_base"]
    sizes = [line["chunk"] for line in steps() if "chunk" in line]
    most = max(sizes, key=sizes.count)
    assert found["value"] == pytest.approx(0.6 / (32 / most) ** 0.5)
    assert found["n"] == sizes.count(most)


def test_a_steady_run_proposes_the_least_rise():
    assert history.of(list(steps()), DETAILS, MEMORY)["proposed_rise"]["value"] == 0.05

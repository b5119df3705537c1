import json
import math
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oilstone_schemas import artifact
from oilstone_train import lr_range

from .conftest import run, telemetry

RAMP = {"lowest": 1e-6, "highest": 1.0, "steps": 100}


def lines(loss: Any) -> list[dict[str, Any]]:
    """Telemetry of a run whose loss at each step is that of the step's rate."""
    steps = range(1, RAMP["steps"] + 1)
    return [{"step": n, "loss": loss(lr_range.rate(n - 1, RAMP))} for n in steps]


def bowl(rate: float) -> float:
    """A loss that falls fastest at a rate of 1e-3, is lowest at about 1e-2, and then rises."""
    return 3 - 1 / (1 + (1e-3 / rate) ** 2) + (rate / 0.1) ** 2


@given(st.floats(1e-9, 1e-3), st.floats(1e-2, 100), st.integers(10, 500))
def test_a_ramp_goes_from_the_lowest_to_the_highest_by_equal_factors(
    lowest: float, highest: float, steps: int
) -> None:
    ramp = {"lowest": lowest, "highest": highest, "steps": steps}
    rates = [lr_range.rate(n, ramp) for n in range(steps)]
    assert math.isclose(rates[0], lowest) and math.isclose(rates[-1], highest)
    factors = {round(math.log(b / a), 9) for a, b in pairwise(rates)}
    assert max(factors) - min(factors) < 1e-6


def test_the_proposal_is_where_the_loss_falls_fastest() -> None:
    found = lr_range.found(lines(bowl), RAMP)
    assert found["note"] == "found"
    assert found["steepest"] == pytest.approx(1e-3, rel=0.3)
    assert found["proposal"] == min(found["steepest"], found["tenth_of_minimum"])


@pytest.mark.parametrize(
    ("loss", "note"),
    [
        (lambda rate: 3 + rate, "never_fell"),
        (lambda rate: 3 - rate, "still_falling"),
    ],
)
def test_a_range_that_does_not_hold_the_rate_is_told(loss: Any, note: str) -> None:
    assert lr_range.found(lines(loss), RAMP)["note"] == note


def test_a_few_points_propose_nothing() -> None:
    found = lr_range.found(lines(bowl)[:5], RAMP)
    assert (found["proposal"], found["note"]) == (None, "too_few_points")


def test_it_has_diverged_when_the_loss_is_no_number_or_four_times_the_best() -> None:
    assert lr_range.diverged([3.0, 2.0, math.nan])
    assert lr_range.diverged([2.0] * 20 + [20.0] * 20)
    assert not lr_range.diverged([2.0] * 20 + [7.0] * 20)
    assert not lr_range.diverged([])


def test_rates_that_do_not_rise_are_refused(recipes: Path, dataset: Path, tmp_path: Path) -> None:
    given = ("--data", dataset, "--base", dataset, "--out", tmp_path / "out")
    done = run("lr-find", recipes / "phase.yaml", *given, "--lowest", "1")
    assert done.returncode == 2
    assert "needs 0 < --lowest < --highest" in done.stderr


@pytest.mark.slow
@pytest.mark.needs_axolotl
def test_a_real_phase_gets_a_rate_with_which_it_learns(
    recipes: Path, dataset: Path, base: Path, tmp_path: Path
) -> None:
    out = tmp_path / "lr"
    words = (recipes / "phase.yaml", "--data", dataset, "--base", base, "--out", out, "--json")
    done = run("lr-find", *words, "--steps", "40", "--highest", "10")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert artifact.verify(out) == []
    assert ET.parse(out / "lr-range.svg").getroot().tag.endswith("svg")
    assert 1e-5 < told["proposal"] <= told["steepest"] < 1
    report = json.loads((out / "lr-range.json").read_text())
    assert [point["step"] for point in report["points"]] == [
        line["step"] for line in telemetry(out) if line.get("loss") is not None
    ]
    assert json.loads(run("lr-find", *words, "--steps", "40", "--highest", "10").stdout)[
        "up_to_date"
    ]

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oilstone_schemas import artifact, jsonl
from oilstone_schemas.command import OilstoneError
from oilstone_train.sweep import compare, search
from oilstone_train.sweep.ledger import Ledger

from .conftest import run

RATE = "training.learning_rate"


def recipe(**changes: Any) -> dict[str, Any]:
    return {"method": "grid", "over": {"lora.r": [4, 8], RATE: [1, 2, 3]}, "seed": 1, **changes}


def test_a_grid_is_every_combination_after_the_default() -> None:
    found = search.configurations(recipe())
    assert found[0] == {} and len(found) == 7
    assert {"lora.r": 8, RATE: 3} in found


def test_a_range_belongs_to_random_alone() -> None:
    with pytest.raises(OilstoneError, match=r"over\.lora\.r: a range is for `method: random`"):
        search.configurations(recipe(over={"lora.r": {"low": 1, "high": 2}}))


@given(st.integers(0, 99))
def test_what_is_drawn_stays_in_its_range_and_repeats(seed: int) -> None:
    over = {RATE: {"low": 1e-4, "high": 1e-2, "log": True}}
    given = recipe(method="random", trials=5, over=over, seed=seed)
    found = search.configurations(given)
    assert found == search.configurations(given)
    assert all(1e-4 <= change[RATE] <= 1e-2 for change in found[1:])


@given(st.integers(1, 200), st.integers(2, 5))
def test_halving_ends_with_whole_runs_of_one_rival(count: int, factor: int) -> None:
    changes: list[search.Change] = [{}, *({"lora.r": n} for n in range(1, count))]
    steps = search.rungs(count, factor)
    for _ in steps[:-1]:
        changes = search.survivors(changes, factor)
    assert steps[-1] == 1
    assert {} in changes and len(changes) <= 2


def trials(change: dict[str, Any], *values: float | None) -> list[dict[str, Any]]:
    return [
        {"change": change, "seed": seed, "steps": None, "value": value, "error": None}
        for seed, value in enumerate(values)
    ]


def test_the_best_mean_comes_first_and_what_failed_last() -> None:
    made = trials({}, 2, 2) + trials({"a": 1}, None, None) + trials({"a": 2}, 1, 1)
    table = compare.table(made)
    assert [line["change"] for line in table] == [{"a": 2}, {}, {"a": 1}]
    assert table[-1]["failed"] == 2


def test_a_configuration_that_is_surely_better_wins() -> None:
    table = compare.table(trials({}, 2.0, 2.1, 2.2) + trials({"a": 1}, 1.0, 1.11, 1.2))
    assert compare.winner(table) == {"a": 1}


@pytest.mark.parametrize("values", [(1.0, 1.1), (1.0, 3.0, 2.0), (2.5, 2.6, 2.7), (None, 1.0, 1.1)])
def test_with_few_seeds_or_a_wide_interval_nobody_wins(values: tuple[float | None, ...]) -> None:
    table = compare.table(trials({}, 2.0, 2.1, 2.2) + trials({"a": 1}, *values))
    assert compare.winner(table) is None


def test_the_more_are_compared_the_wider_is_each_interval() -> None:
    default, rival = trials({}, 2.0, 2.1, 2.2), trials({"a": 1}, 1.0, 1.2, 1.2)
    more = [line for n in range(2, 9) for line in trials({"a": n}, 2, 2, 2)]
    widths = []
    for made in (default + rival, default + rival + more):
        line = next(x for x in compare.table(made) if x["change"] == {"a": 1})
        widths.append(line["against_default"]["high"] - line["against_default"]["low"])
    assert widths[1] > widths[0]


def test_the_ledger_remembers_over_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    line = {"change": {"a": 1}, "seed": 1, "steps": None, "value": 2.0}
    Ledger(path).add(line)
    path.write_text(path.read_text() + '{"change": {"a"')
    found = Ledger(path)
    assert found.find({"a": 1}, 1, None) == line
    assert found.find({"a": 1}, 2, None) is None
    found.add({**line, "seed": 2})
    assert Ledger(path).lines == [line, {**line, "seed": 2}]


@pytest.fixture
def sweep(recipes: Path) -> Path:
    """A sweep whose one rival cannot be trained: every row is longer than its sequences."""
    path = recipes / "sweep.yaml"
    path.write_text("phase: phase.yaml\nseeds: [1]\nover: {training.sequence_len: [8]}\n")
    return path


def test_a_dry_run_tells_the_trials_and_trains_none(
    sweep: Path, dataset: Path, tmp_path: Path
) -> None:
    given = ("--data", dataset, "--base", tmp_path, "--out", tmp_path / "out", "--dry-run")
    done = run("sweep", sweep, *given)
    assert done.stdout.splitlines()[0] == "2 configurations, 2 runs of at most 30 steps"
    assert not (tmp_path / "out").exists()


def test_a_misspelt_key_is_found_before_the_first_trial(
    sweep: Path, dataset: Path, tmp_path: Path
) -> None:
    sweep.write_text("phase: phase.yaml\nover: {training.learning_rat: [1]}\n")
    done = run("sweep", sweep, "--data", dataset, "--base", tmp_path, "--out", tmp_path / "out")
    assert done.returncode == 2
    assert "learning_rat" in done.stderr


@pytest.mark.needs_axolotl
def test_a_trial_that_fails_is_a_row_with_its_error(
    sweep: Path, dataset: Path, base: Path, tmp_path: Path
) -> None:
    given = ("--data", dataset, "--base", base, "--out", tmp_path / "out")
    done = run("sweep", sweep, *given, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert [line["failed"] for line in told["table"]] == [0, 1]
    assert told["winner"] is None
    lines = list(jsonl.read(tmp_path / "out" / "trials.jsonl"))
    assert lines[0]["error"] is None and lines[1]["error"]
    assert artifact.verify(tmp_path / "out") == []

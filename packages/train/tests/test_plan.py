import json
from pathlib import Path

import pytest

from oilstone_train import estimate

from .conftest import run

TRAINING = {
    "max_steps": 12000, "sequence_len": 4096, "micro_batch_size": 16,
    "gradient_accumulation_steps": 4,
}  # fmt: skip


def test_tokens_are_steps_times_what_a_step_holds() -> None:
    assert estimate.steps(TRAINING)["tokens_at_most"] == 3_145_728_000


def test_epochs_are_over_the_rows_that_fit() -> None:
    found = estimate.rows(["x" * 10, "x" * 99], {**TRAINING, "sequence_len": 50}, len)
    assert (found["rows_too_long"], found["tokens_per_epoch"]) == (1, 10)


@pytest.mark.parametrize(
    ("epochs", "said"), [(4.0, "learned by heart"), (0.5, "rows.max_rows: 5"), (2.0, None)]
)
def test_too_many_and_too_few_epochs_are_warned_of(epochs: float, said: str | None) -> None:
    found = estimate.warnings({"epochs_at_most": epochs, "rows": 10, "rows_too_long": 0})
    assert [said in text for text in found if said] == ([True] if said else [])


def test_rows_left_out_are_warned_of() -> None:
    assert estimate.warnings({"epochs_at_most": 2, "rows": 9, "rows_too_long": 3})[0][0] == "3"


def test_a_plan_counts_the_rows_of_a_dataset(recipes: Path, dataset: Path) -> None:
    done = run("plan", recipes / "phase.yaml", "--data", dataset, "--json")
    assert json.loads(done.stdout)["estimate"]["rows"] == 300


def test_a_plan_of_a_base_is_told_from_one_of_a_phase(recipes: Path) -> None:
    done = run("plan", recipes / "base.yaml", "--json")
    assert json.loads(done.stdout)["config"]["base_model"] == "init"


@pytest.mark.needs_axolotl
def test_a_plan_is_checked_against_axolotls_own_schema(recipes: Path) -> None:
    wrong = ("--set", "axolotl.wandb_run_name=x")
    done = run("plan", recipes / "phase.yaml", *wrong)
    assert done.returncode == 2
    assert "axolotl.wandb_run_name" in done.stderr and "'wandb_" in done.stderr

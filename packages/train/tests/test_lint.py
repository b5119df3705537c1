from typing import Any

import pytest

from oilstone_train.lint import problems, unknown

GOOD: dict[str, Any] = {
    "adapter": "qlora", "load_in_4bit": True, "lora_target_modules": ["q_proj"], "warmup_steps": 2,
    "max_steps": 10, "save_steps": 10, "logging_steps": 5, "output_dir": "out",
    "dataset_prepared_path": "prepared/0123456789abcdef",
}  # fmt: skip
BEST = {"load_best_model_at_end": True, "metric_for_best_model": "eval_loss"}
BAD: list[tuple[str, dict[str, Any]]] = [
    ("adapter", {"adapter": "lora"}),
    ("adapter", {"load_in_4bit": False}),
    ("lora_target_linear", {"lora_target_linear": True}),
    ("lora_target_modules", {"lora_target_modules": None}),
    ("warmup_steps", {"warmup_ratio": 0.1}),
    ("warmup_steps", {"warmup_steps": 1}),
    ("training.max_steps, training.epochs", {"max_steps": None}),
    ("training.max_steps, training.epochs", {"num_epochs": 3}),
    ("save_steps", {"save_steps": 7}),
    ("save_total_limit", {"save_total_limit": 1}),
    ("load_best_model_at_end", {"load_best_model_at_end": True}),
    ("early_stopping_patience", {"early_stopping_patience": 2}),
    ("save_steps", {**BEST, "eval_steps": 5}),
    ("dataset_prepared_path", {"dataset_prepared_path": "prepared"}),
    ("output_dir", {"output_dir": "/elsewhere/out"}),
]


def test_a_good_configuration_has_no_problems() -> None:
    assert problems(GOOD) == []


@pytest.mark.parametrize(("key", "change"), BAD)
def test_what_goes_wrong_silently_is_named(key: str, change: dict[str, Any]) -> None:
    found = problems({**GOOD, **change})
    assert [problem.partition(":")[0] for problem in found] == [key]


def test_full_training_needs_no_adapter_keys() -> None:
    rest = {key: GOOD[key] for key in GOOD if key not in ("adapter", "lora_target_modules")}
    assert problems({**rest, "load_in_4bit": False}) == []


def test_an_unknown_key_is_named_with_the_nearest_one() -> None:
    found = unknown({"wandb_run_name": "x"}, {"wandb_name"}, set())
    assert found == [
        "axolotl.wandb_run_name: Axolotl has no such key and would drop it;"
        " did you mean 'wandb_name'?"
    ]


def test_keys_of_datasets_are_looked_at_too() -> None:
    config = {"datasets": [{"path": "x", "feild": "y"}]}
    assert "datasets[0].feild" in unknown(config, {"datasets"}, {"path", "field"})[0]

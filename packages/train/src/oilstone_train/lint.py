"""What is wrong with an Axolotl configuration that Axolotl itself would take without a word."""

import difflib
from collections.abc import Collection, Iterator
from pathlib import PurePath
from typing import Any

Config = dict[str, Any]
ENDLESS = 10000  # epochs: more than any run has

# Keys of Axolotl's loader that its schema does not list.
UNLISTED = {"model_kwargs", "model_config", "model_revision", "model_type"}


def problems(config: Config) -> list[str]:
    """Return everything that is known to go wrong silently, each as "key: what, and what to do"."""
    rules = (_adapter, _schedule, _checkpoints, _prepared, _paths)
    return [problem for rule in rules for problem in rule(config)]


def unknown(config: Config, known: Collection[str], of_dataset: Collection[str]) -> list[str]:
    """Return the keys that Axolotl would drop; `known` are the fields of its own schemas."""
    found = [_unknown(key, {*known, *UNLISTED}) for key in config]
    for block in ("datasets", "test_datasets"):
        for number, dataset in enumerate(config.get(block) or []):
            found += [_unknown(key, of_dataset, f"{block}[{number}].") for key in dataset]
    return [problem for problem in found if problem]


def _unknown(key: str, known: Collection[str], where: str = "") -> str | None:
    if key in known:
        return None
    close = difflib.get_close_matches(key, known, n=1)
    hint = f"; did you mean '{close[0]}'?" if close else ""
    return f"axolotl.{where}{key}: Axolotl has no such key and would drop it{hint}"


def _adapter(config: Config) -> Iterator[str]:
    adapter, four_bit = config.get("adapter"), bool(config.get("load_in_4bit"))
    if adapter is None:
        return
    if four_bit != (adapter == "qlora"):
        yield (
            f"adapter: {adapter} with load_in_4bit: {four_bit} is not what it seems;"
            " qlora goes with load_in_4bit: true, lora with false"
        )
    if config.get("lora_target_linear"):
        yield "lora_target_linear: takes every linear layer it finds; name lora_target_modules"
    if not config.get("lora_target_modules"):
        yield "lora_target_modules: name the modules that get an adapter"


def _schedule(config: Config) -> Iterator[str]:
    if "warmup_ratio" in config or "warmup_steps" not in config:
        yield "warmup_steps: say it in steps; Axolotl reckons warmup_ratio from the wrong total"
    elif config["warmup_steps"] == 1:
        yield "warmup_steps: 1 becomes 2 in Axolotl; write 0 or at least 2"
    if bool(config.get("max_steps")) == (config.get("num_epochs", ENDLESS) < ENDLESS):
        yield "training.max_steps, training.epochs: say how long it goes on, in one of the two"


def _checkpoints(config: Config) -> Iterator[str]:
    if config["save_steps"] % config["logging_steps"]:
        yield (
            f"save_steps: {config['save_steps']} is no multiple of logging_steps"
            f" ({config['logging_steps']}): a resumed run would log other losses"
        )
    if config.get("save_total_limit", 4) < 2:
        yield "save_total_limit: keep 2; the last checkpoint may be the one that is cut off"
    if not config.get("load_best_model_at_end"):
        if config.get("early_stopping_patience"):
            yield "early_stopping_patience: Axolotl would keep the best; say training.keep: best"
    elif not config.get("metric_for_best_model"):
        yield "load_best_model_at_end: say by which metric; set training.keep: best"
    elif config["save_steps"] != config["eval_steps"]:
        yield "save_steps: must be eval_steps where the best is kept, or it may not have been saved"


def _prepared(config: Config) -> Iterator[str]:
    name = PurePath(config.get("dataset_prepared_path") or "").name
    if len(name) < 16 or set(name) - set("0123456789abcdef"):
        yield (
            "dataset_prepared_path: end it with a hash of the data; Axolotl's own cache does not"
            " see that a file has changed"
        )


def _paths(config: Config) -> Iterator[str]:
    for key, value in config.items():
        if isinstance(value, str) and PurePath(value).is_absolute():
            yield f"{key}: {value} is a path of this machine; make it relative"

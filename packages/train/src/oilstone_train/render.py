"""A recipe becomes an Axolotl configuration: explicit in everything that Axolotl would guess."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import yaml

from oilstone_schemas.command import OilstoneError
from oilstone_train import layout, lint, logs, processes, profiles

Config = dict[str, Any]

MODULE = "memory_branch"
PLUGIN = "oilstone_train.engine.plugin.Plugin"
OURS = {
    "threads",
    "epochs",
    "keep",
    "patience",
}  # keys of `training` that Axolotl has no name for, or another


def base(recipe: Mapping[str, Any], content: str) -> Config:
    """Return the configuration that trains a model from scratch; `content` as in `phase`."""
    config = {
        "base_model": str(layout.INIT),
        **_data({"type": "input_output"}, content),
        **_shared(recipe),
    }
    return _extended(config, recipe)


def phase(recipe: Mapping[str, Any], content: str, continued: bool) -> Config:
    """Return the configuration of a LoRA phase.

    `content` is a digest of everything that the prepared rows depend on: Axolotl's own cache key
    sees neither the files' content nor the seed. `continued`: start from another adapter.
    """
    form = {
        "type": "chat_template",
        "field_messages": "messages",
        "roles_to_train": ["assistant"],
        "train_on_eos": "turn",
    }
    config: Config = {
        "base_model": str(layout.BASE),
        **({"lora_model_dir": str(layout.FROM)} if continued else {}),
        **_adapter(recipe),
        "chat_template": "tokenizer_default",
        **_data(form, content),
        **_shared(recipe),
        **_memory(recipe),
        **processes.config(recipe),
        **logs.rendered(recipe),
    }
    return _extended(config, recipe)


def dump(config: Config) -> str:
    """Return a configuration as YAML, in the order in which it was put together."""
    return yaml.safe_dump(config, sort_keys=False, allow_unicode=True)


def _adapter(recipe: Mapping[str, Any]) -> Config:
    lora = recipe["lora"]
    nf4 = recipe["quantization"] == "nf4"
    return {
        # Axolotl quantizes only when both say so: `lora` with load_in_4bit is 16-bit LoRA.
        "adapter": "qlora" if nf4 else "lora",
        "load_in_4bit": nf4,
        "lora_r": lora["r"],
        "lora_alpha": lora["alpha"],
        "lora_dropout": lora["dropout"],
        "lora_target_modules": lora["targets"],
    }


def _memory(recipe: Mapping[str, Any]) -> Config:
    memory = recipe["memory"]
    if not memory:
        return {}
    rate = memory["learning_rate"]
    groups = [{"name": "memory", "modules": [MODULE], "lr": rate}]
    return {
        "lora_modules_to_save": [MODULE],
        "attn_implementation": "sdpa",  # the window is a mask, which flash attention does not take
        "gradient_checkpointing_kwargs": {"use_reentrant": False},  # else gates have no gradient
        **({"lr_groups": groups} if rate else {}),
    }


def _data(form: Mapping[str, Any], content: str) -> Config:
    train = {"path": str(layout.TRAIN), "ds_type": "json", **deepcopy(form)}
    test = {"path": str(layout.EVAL), "ds_type": "json", "split": "train", **deepcopy(form)}
    return {
        "datasets": [train],
        "test_datasets": [test],
        "val_set_size": 0,
        "dataset_prepared_path": str(layout.PREPARED / content[:16]),
        "excess_length_strategy": "drop",
    }


def _shared(recipe: Mapping[str, Any]) -> Config:
    training = recipe["training"]
    return {
        **{key: training[key] for key in training if key not in OURS and training[key] is not None},
        "eval_sample_packing": training["sample_packing"],
        "pad_to_sequence_len": False,
        "num_epochs": training.get("epochs") or lint.ENDLESS,
        "dataloader_drop_last": False,
        "save_total_limit": 2,
        **_kept(recipe),
        "output_dir": str(layout.OUT),
        "seed": recipe["seed"],
        "plugins": [PLUGIN],
        **profiles.machine(recipe),
    }


def _kept(recipe: Mapping[str, Any]) -> Config:
    """Say which adapter comes out; where it is the best, by what it is measured."""
    training, judged = recipe["training"], recipe["evaluation"].get("judged")
    if training.get("keep", "last") == "last":
        return {"load_best_model_at_end": False}
    found: Config = {
        "load_best_model_at_end": True,
        "metric_for_best_model": "eval_judged" if judged else "eval_loss",
        "greater_is_better": bool(judged and judged["greater_is_better"]),
    }
    patience = training["patience"]
    return {**found, "early_stopping_patience": patience} if patience else found


def _extended(config: Config, recipe: Mapping[str, Any]) -> Config:
    more = recipe["axolotl"]
    if twice := sorted(set(more) & set(config)):
        raise OilstoneError(
            "\n".join(
                f"axolotl.{key}: the recipe decides this by itself ({key}: {config[key]!r});"
                " take it out of `axolotl`"
                for key in twice
            )
        )
    return {**config, **more}

"""README.md of an adapter: what it is, what it was made from, and what it is not known to do."""

from collections.abc import Mapping
from typing import Any

import yaml

from oilstone_schemas.artifact import Manifest


def text(recipe: Mapping[str, Any], details: Mapping[str, Any], dataset: Manifest) -> str:
    """Return the card in the form of the model hub: YAML in front, then Markdown.

    It says nothing about quality: a report and a decision about this very adapter do that.
    """
    base = recipe["base_model"] or {"name": f"sha256:{details['base_digest']}", "served": None}
    front = {"base_model": base["name"], "library_name": "peft", "tags": ["lora", "oilstone"]}
    rows = details["rows"]
    parts = [
        f"---\n{yaml.safe_dump(front, sort_keys=False)}---",
        "# LoRA adapter",
        _table(_facts(recipe, details, dataset)),
        f"Trained on {rows['trained']} rows, {details['tokens']} tokens, in {details['steps']}"
        f" steps: loss {details['train_loss']:.3f} (nats a token), evaluation loss"
        f" {_number(details['eval_loss_at_start'])} before and {details['eval_loss']:.3f} after.",
        "## Data",
        _table((s["name"], f"{s['licence']}, {s.get('revision')}") for s in _sources(dataset)),
        "## Use",
        "Loss is no measure of the programs it writes. Judge it on your own problems"
        " (`oilstone-eval run`), let gates decide (`oilstone-gates check`), and promote it with"
        " that decision (`oilstone-registry promote`). Prompt it as it was trained: with the chat"
        " template of this folder and the system prompt whose hash stands above.",
    ]
    if base["served"]:
        parts.append(f"To be served on {base['served']}.")
    return "\n\n".join(parts) + "\n"


def _facts(
    recipe: Mapping[str, Any], details: Mapping[str, Any], dataset: Manifest
) -> list[tuple[str, Any]]:
    lora = recipe["lora"]
    return [
        ("base", details["base_digest"]),
        ("goes on from", details["from_digest"] or "the base itself"),
        ("dataset", dataset.digest),
        ("rank, alpha, dropout", f"{lora['r']}, {lora['alpha']}, {lora['dropout']}"),
        ("modules", ", ".join(lora["targets"])),
        ("base weights while training", details["quantization"] or "not quantized"),
        ("trained parameters", details["trainable_parameters"]),
        ("seed", recipe["seed"]),
        ("system prompt (sha256)", details["system_prompt_sha256"]),
        ("chat template (sha256)", details["chat_template_sha256"]),
        ("rollbacks", len(details["events"])),
    ]


def _sources(dataset: Manifest) -> list[dict[str, Any]]:
    return list(dataset.details.get("sources", ()))


def _table(pairs: Any) -> str:
    lines = [f"| {name} | {value} |" for name, value in pairs]
    return "\n".join(["| | |", "|---|---|", *lines])


def _number(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.3f}"

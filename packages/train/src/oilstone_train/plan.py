"""`oilstone-train plan`: what would be trained, without training."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from oilstone_schemas import artifact, canonical, recipe
from oilstone_schemas.command import OilstoneError, say
from oilstone_schemas.yamlfile import parse
from oilstone_train import (
    estimate,
    forms,
    inputs,
    launch,
    lint,
    memory,
    processes,
    profiles,
    render,
)


def make(
    path: Path, data: Path | None, base: Path | None, overrides: Sequence[str]
) -> dict[str, Any]:
    """Return the effective Axolotl configuration and an estimate; refuse what would go wrong."""
    of_base = _is_base(path)
    settings = recipe.load(path, f"recipe-{'base' if of_base else 'phase'}.v1", overrides)
    if not of_base and (wrong := processes.problems(settings)):
        raise OilstoneError("\n".join(wrong))
    content = canonical.digest(settings)
    config = render.base(settings, content) if of_base else render.phase(settings, content, False)
    checked = find_spec("axolotl") is not None
    machine = profiles.capabilities(settings, processes.count(settings))
    if found := lint.problems(config) + (_by_axolotl(config, machine) if checked else []):
        raise OilstoneError("\n".join(found))
    if not checked:
        say("not checked against Axolotl's own schema: axolotl is not installed")
    figures = _estimate(settings, of_base, data, base)
    return {"message": _told(config, figures), "config": config, "estimate": figures}


def _is_base(path: Path) -> bool:
    """Tell a base recipe from a phase by the key that only the former has."""
    value, _ = parse(path.read_text(encoding="utf-8"), str(path))
    return isinstance(value, dict) and "model" in value


def _by_axolotl(config: render.Config, machine: dict[str, Any] | None) -> list[str]:
    """Ask Axolotl, in a process of its own: it changes a process as soon as it is imported.

    `machine`: what it is to take this machine for; None for what it is.
    """
    done = subprocess.run(
        [sys.executable, "-m", "oilstone_train.engine.check"],
        input=json.dumps({"config": config, "machine": machine}),
        env=launch.environment(1),
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise OilstoneError(f"Axolotl could not look at the configuration:\n{done.stderr[-2000:]}")
    found: list[str] = json.loads(done.stdout.splitlines()[-1])
    return found


def _estimate(
    settings: dict[str, Any], of_base: bool, data: Path | None, base: Path | None
) -> dict[str, Any]:
    count = processes.count(settings)
    known = estimate.steps(settings["training"], processes=count)
    figures: dict[str, Any] = {"steps": None, **known}
    if data is not None:
        dataset = artifact.load(data, "dataset")
        chosen = inputs.training_rows(data, settings)
        texts = _texts(chosen.rows, settings, of_base, dataset.details["system_prompt"])
        figures |= estimate.rows(texts, settings["training"], _counter(base), count)
        figures |= {"selection": chosen.counts, "warnings": estimate.warnings(figures)}
    if not of_base:
        figures |= _of_machine(settings, base, figures.get("tokens_at_most"))
        figures["warnings"] = [*figures.get("warnings", []), *_too_large(settings, figures)]
    return figures


def _too_large(settings: dict[str, Any], figures: dict[str, Any]) -> list[str]:
    there = profiles.MEMORY_GIB.get(settings["profile"])
    needed = figures.get("memory_gib", {}).get("total", 0)
    if there is None or needed <= there:
        return []
    return [
        f"about {needed} GiB are needed and {settings['profile']} has {there}: lower"
        " training.micro_batch_size and raise gradient_accumulation_steps by as much"
    ]


def _of_machine(settings: dict[str, Any], base: Path | None, tokens: int | None) -> dict[str, Any]:
    """Return parameters, memory and hours, as far as the base's sizes and a speed are known."""
    known = settings["base_model"]
    sizes = memory.shape(base) if base else known and known["shape"]
    found: dict[str, Any] = {}
    if sizes:
        found["parameters"] = sum(memory.parameters(sizes).values())
        found["trained_parameters"] = memory.trained(sizes, settings["lora"])
        found["memory_gib"] = memory.estimate(sizes, settings)
    if tokens and (speed := settings["tokens_per_second"]):
        found["hours"] = round(tokens / speed / 3600, 1)
        found["hours_at_tokens_per_second"] = speed
    return found


def _texts(
    rows: list[dict[str, Any]], settings: dict[str, Any], of_base: bool, system: str
) -> Iterator[str]:
    for row in rows:
        if of_base:
            pieces = forms.under_comment(row, settings["comment"], True)["segments"]
            yield "".join(piece["text"] for piece in pieces)
        else:
            turns = forms.conversation(row, system, settings["reasoning"])["messages"]
            yield "".join(turn["content"] for turn in turns)


def _counter(base: Path | None) -> estimate.Count:
    """Return the base's own tokenizer as a counter, where there is one and a library to run it."""
    if base is None or find_spec("tokenizers") is None:
        return estimate.guessed
    from tokenizers import Tokenizer

    artifact.load(base, "base")
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    return lambda text: len(tokenizer.encode(text).ids)


def _told(config: render.Config, figures: dict[str, Any]) -> str:
    lines = [f"# {key}: {value}" for key, value in figures.items() if key != "warnings"]
    lines += [f"# warning: {text}" for text in figures.get("warnings", [])]
    return "\n".join([*lines, render.dump(config).rstrip()])

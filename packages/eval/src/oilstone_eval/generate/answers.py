"""Batches of prompts through a model, greedily; each finished batch is kept on the disk."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from oilstone_eval import extract
from oilstone_eval.generate import greedy
from oilstone_eval.generate.model import Model
from oilstone_eval.inputs import Row
from oilstone_schemas import jsonl
from oilstone_schemas.command import OilstoneError


@dataclass(frozen=True)
class Prompt:
    """One problem as the model sees it."""

    problem: Row
    tokens: list[int]


def prompts(model: Model, problems: Sequence[Row], system_prompt: str) -> list[Prompt]:
    """Return the problems in the chat template's form, the longest first."""
    tokenizer = model.tokenizer
    system = [{"role": "system", "content": system_prompt}] if system_prompt else []
    found = []
    for problem in problems:
        chat = [*system, {"role": "user", "content": problem["prompt"]}]
        text = tokenizer.apply_chat_template(chat, add_generation_prompt=True, tokenize=False)
        tokens = tokenizer(text, add_special_tokens=False)["input_ids"]
        if len(tokens) >= model.context:
            raise OilstoneError(
                f"problem {problem['id']!r}: its prompt has {len(tokens)} tokens, the model's"
                f" context {model.context}; take it out, or use another base"
            )
        found.append(Prompt(problem, tokens))
    return sorted(found, key=lambda prompt: -len(prompt.tokens))


def batches(found: Sequence[Prompt], size: int) -> list[Sequence[Prompt]]:
    """Cut into batches of prompts of about the same length."""
    return [found[start : start + size] for start in range(0, len(found), size)]


def answer_all(
    model: Model,
    groups: Sequence[Sequence[Prompt]],
    limit: int,
    parts: Path,
    done: Callable[[int], object],
) -> list[Row]:
    """Answer every batch that `parts` does not hold yet; return all samples."""
    parts.mkdir(exist_ok=True)
    rows: list[Row] = []
    for number, group in enumerate(groups):
        path = parts / f"{number:05}.jsonl"
        if not path.exists():
            jsonl.write(path, _answer(model, group, limit), "sample.v1")
        rows += jsonl.read(path, "sample.v1")
        done(len(group))
    return rows


def _answer(model: Model, group: Sequence[Prompt], limit: int) -> list[Row]:
    started = time.monotonic()
    outputs = greedy.decode(model, [prompt.tokens for prompt in group], limit)
    seconds = round((time.monotonic() - started) / len(group), 6)
    return [
        _sample(model, prompt, tokens, seconds)
        for prompt, tokens in zip(group, outputs, strict=True)
    ]


def _sample(model: Model, prompt: Prompt, tokens: Sequence[int], seconds: float) -> Row:
    ended = bool(tokens) and tokens[-1] in model.ends
    kept = tokens[:-1] if ended else tokens
    completion = model.tokenizer.decode(
        kept, skip_special_tokens=True, clean_up_tokenization_spaces=False
    )
    return {
        "problem_id": prompt.problem["id"],
        "sample_index": 0,
        "completion": completion,
        "code": extract.code(completion, prompt.problem["language"]),
        "finish_reason": "stop" if ended else "length",
        "prompt_tokens": len(prompt.tokens),
        "completion_tokens": len(kept),
        "seconds": seconds,
    }

"""Batches of prompts through a model; each finished batch is kept on the disk."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oilstone_eval import extract
from oilstone_eval.generate import decoding
from oilstone_eval.generate.model import Model
from oilstone_eval.inputs import Row
from oilstone_schemas import jsonl
from oilstone_schemas.command import OilstoneError


@dataclass(frozen=True)
class Prompt:
    """One problem as the model sees it, and the number of the answer that is asked for."""

    problem: Row
    tokens: list[int]
    index: int = 0


@dataclass(frozen=True)
class Sampling:
    """How tokens are chosen: `temperature` 0 is greedily, and then the rest does not matter."""

    limit: int
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 0

    def choice(self, group: Sequence[Prompt]) -> decoding.Choice:
        """Return the choice of tokens for a batch."""
        if self.temperature == 0:
            return decoding.likeliest
        seeds = [decoding.stream_seed(self.seed, str(p.problem["id"]), p.index) for p in group]
        return decoding.Drawn(seeds, self.temperature, self.top_p)


def sampling(recipe: Mapping[str, Any]) -> Sampling:
    """Return what an evaluation recipe says of it."""
    asked = recipe["generation"]
    return Sampling(asked["max_new_tokens"], asked["temperature"], asked["top_p"], recipe["seed"])


def chat(system_prompt: str, problem: Row) -> list[dict[str, str]]:
    """Return the turns that ask for an answer; no system turn when there is nothing to say."""
    system = [{"role": "system", "content": system_prompt}] if system_prompt else []
    return [*system, {"role": "user", "content": problem["prompt"]}]


def prompts(
    model: Model, problems: Sequence[Row], system_prompt: str, each: int = 1
) -> list[Prompt]:
    """Return the problems in the chat template's form, `each` times, the longest first."""
    found = [
        Prompt(problem, tokens, index)
        for problem in problems
        for tokens in [_tokens(model, problem, system_prompt)]
        for index in range(each)
    ]
    return sorted(found, key=lambda prompt: -len(prompt.tokens))


def _tokens(model: Model, problem: Row, system_prompt: str) -> list[int]:
    tokenizer = model.tokenizer
    turns = chat(system_prompt, problem)
    text = tokenizer.apply_chat_template(turns, add_generation_prompt=True, tokenize=False)
    tokens: list[int] = tokenizer(text, add_special_tokens=False)["input_ids"]
    if len(tokens) >= model.context:
        raise OilstoneError(
            f"problem {problem['id']!r}: its prompt has {len(tokens)} tokens, the model's"
            f" context {model.context}; take it out, or use another base"
        )
    return tokens


def batches(found: Sequence[Prompt], size: int) -> list[Sequence[Prompt]]:
    """Cut into batches of prompts of about the same length."""
    return [found[start : start + size] for start in range(0, len(found), size)]


def answer_all(
    model: Model,
    groups: Sequence[Sequence[Prompt]],
    how: Sampling,
    parts: Path,
    done: Callable[[int], object],
) -> list[Row]:
    """Answer every batch that `parts` does not hold yet; return all samples."""
    parts.mkdir(exist_ok=True)
    rows: list[Row] = []
    for number, group in enumerate(groups):
        path = parts / f"{number:05}.jsonl"
        if not path.exists():
            jsonl.write(path, _answer(model, group, how), "sample.v1")
        rows += jsonl.read(path, "sample.v1")
        done(len(group))
    return rows


def _answer(model: Model, group: Sequence[Prompt], how: Sampling) -> list[Row]:
    started = time.monotonic()
    tokens = [prompt.tokens for prompt in group]
    outputs = decoding.decode(model, tokens, how.limit, how.choice(group))
    seconds = round((time.monotonic() - started) / len(group), 6)
    return [
        _sample(model, prompt, made, seconds) for prompt, made in zip(group, outputs, strict=True)
    ]


def _sample(model: Model, prompt: Prompt, tokens: Sequence[int], seconds: float) -> Row:
    ended = bool(tokens) and tokens[-1] in model.ends
    kept = tokens[:-1] if ended else tokens
    completion = model.tokenizer.decode(
        kept, skip_special_tokens=True, clean_up_tokenization_spaces=False
    )
    return {
        "problem_id": prompt.problem["id"],
        "sample_index": prompt.index,
        "completion": completion,
        "code": extract.code(completion, prompt.problem["language"]),
        "finish_reason": "stop" if ended else "length",
        "prompt_tokens": len(prompt.tokens),
        "completion_tokens": len(kept),
        "seconds": seconds,
    }

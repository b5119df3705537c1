"""Probes: what an adapter answers to a few fixed prompts at temperature 0; how far answers differ.

A server can say that an adapter is loaded, list it, and answer with the base model. The probes
tell: a loaded adapter must not answer as the base does, but as it did at its registration.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any, NamedTuple

from oilstone_registry.router.answer import GARBAGE, Failure
from oilstone_registry.router.upstream import Client
from oilstone_schemas.command import OilstoneError

PROMPTS = (
    "Write a function that adds two numbers.",
    "List every file below a folder that is larger than a megabyte.",
    "fn main() {",
    "def first(items):",
    "What is 17 times 23?",
    "Explain in one sentence what a mutex is for.",
)
TOKENS = 24
TIMEOUT_S = 60.0
PIECE = re.compile(r"\s*\S+")
SERVED = re.compile(r"(.+)@\d+\.\d+\.\d+-[0-9a-f]{8}")  # a served name; its first part is ours
# Servers do not compute the same bits twice; so much more than that noise is a difference.
NOISE = 4
LEAST = 0.001  # the distance from the base that is none, on a server without noise
CLOSE = 0.02  # the distance from the fingerprint that is none


class Said(NamedTuple):
    """An answer: its tokens, and their logarithms of probability where the server tells them."""

    tokens: Sequence[str]
    logprobs: Sequence[float]


class Fingerprint(NamedTuple):
    """The answers of one adapter, by prompt."""

    prompts: Sequence[str]
    answers: Sequence[Said]

    def data(self) -> dict[str, Any]:
        """Return it as a version's details keep it."""
        pairs = zip(self.prompts, self.answers, strict=True)
        return {"probes": [{"prompt": prompt, **said._asdict()} for prompt, said in pairs]}


def kept(details: Mapping[str, Any]) -> Fingerprint | None:
    """Return the fingerprint in a version's details, if it was registered with one.

    Raises OilstoneError for one that is none.
    """
    found = details.get("fingerprint")
    if found is None:
        return None
    try:
        probes = found["probes"]
        answers = [Said(list(probe["tokens"]), list(probe["logprobs"])) for probe in probes]
        return Fingerprint([str(probe["prompt"]) for probe in probes], answers)
    except (LookupError, TypeError) as error:
        raise OilstoneError(
            "the fingerprint that it was registered with cannot be read; register the adapter under"
            f" another name with --fingerprint ({error!r})"
        ) from error


def models(body: bytes) -> tuple[set[str], str | None]:
    """Read GET /v1/models: all names, and the base model's, which is the one without a parent.

    Raises answer.Failure for anything else.
    """
    try:
        cards = json.loads(body)["data"]
        names = [str(card["id"]) for card in cards]
        own = [str(card["id"]) for card in cards if not card.get("parent")]
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise Failure(GARBAGE, f"GET /v1/models: no list of models ({error!r})") from error
    return set(names), next((name for name in own if not SERVED.fullmatch(name)), None)


async def ask(client: Client, model: str, prompts: Sequence[str]) -> list[Said]:
    """Return a model's answers to the prompts; raises answer.Failure when one does not come."""
    return await asyncio.gather(*(_ask(client, model, prompt) for prompt in prompts))


async def _ask(client: Client, model: str, prompt: str) -> Said:
    asked = {"model": model, "prompt": prompt, "max_tokens": TOKENS}
    asked |= {"temperature": 0, "seed": 0, "logprobs": 1}
    body = json.dumps(asked).encode()
    status, _, answer = await client.fetch("POST", "/v1/completions", body, TIMEOUT_S)
    if status != 200:
        raise Failure(f"status {status}", f"a probe got {status}: {answer[:200].decode('latin-1')}")
    try:
        return _read(json.loads(answer)["choices"][0])
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise Failure(GARBAGE, f"a probe's answer is none: {error!r}") from error


def _read(choice: Mapping[str, Any]) -> Said:
    told = choice.get("logprobs") or {}
    tokens, logprobs = told.get("tokens"), told.get("token_logprobs")
    if tokens and logprobs and len(tokens) == len(logprobs):
        return Said([str(token) for token in tokens], [float(one) for one in logprobs])
    return Said(PIECE.findall(str(choice["text"])), [])


def distance(one: Said, other: Said) -> float:
    """Return how far two answers to one prompt are apart: 0 is the same, 1 from the first token on.

    The share of tokens after the first difference, and before it the mean difference of the
    logarithms of probability, each at most 1.
    """
    longest = max(len(one.tokens), len(other.tokens))
    if not longest:
        return 0.0
    same = 0
    for left, right in zip(one.tokens, other.tokens, strict=False):
        if left != right:
            break
        same += 1
    apart = 1 - same / longest
    pairs = list(zip(one.logprobs[:same], other.logprobs[:same], strict=False))
    if not pairs:
        return apart
    return apart + sum(min(1.0, abs(a - b)) for a, b in pairs) / len(pairs)


def distances(some: Sequence[Said], others: Sequence[Said]) -> list[float]:
    """Return the distances prompt by prompt."""
    return [distance(one, other) for one, other in zip(some, others, strict=True)]


def problem(
    answers: Sequence[Said],
    base: Sequence[Said],
    again: Sequence[Said],
    fingerprint: Fingerprint | None,
) -> str | None:
    """Return why a server's answers do not show that it applies the adapter; None if they do.

    `base` and `again` are the base model's answers of the same server, twice: how far they are
    apart is the server's noise. At least one probe must differ from the base; half of them or more
    must be as the fingerprint has them.
    """
    noise = max(distances(base, again))
    needed = max(LEAST, NOISE * noise)
    from_base = max(distances(answers, base))
    if from_base <= needed:
        return (
            "it answers as the base model does: loaded and listed, but not applied"
            f" (distance {from_base:.4f} over {len(answers)} probes, more than {needed:.4f} is one)"
        )
    if fingerprint is None:
        return None
    off, close = median(distances(answers, fingerprint.answers)), max(CLOSE, NOISE * noise)
    if off > close:
        return (
            "it does not answer as this adapter did when it was registered: another adapter, or"
            f" a stale one (distance {off:.4f}, at most {close:.4f} is the same)"
        )
    return None

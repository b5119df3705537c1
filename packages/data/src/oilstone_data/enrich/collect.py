"""All requests answered, from the ledger or from the endpoint; what is answered is on the disk."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from oilstone_data.enrich.endpoint import Answer, Endpoint, RejectedError, UnansweredError
from oilstone_data.enrich.request import Request
from oilstone_data.ledger import Ledger
from oilstone_schemas.command import MissingTool, say


@dataclass
class Bill:
    """Tokens and what they cost, in the recipe's currency."""

    price: Mapping[str, Any]
    answers: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0

    def add(self, answer: Answer) -> None:
        """Count an answer."""
        self.answers += 1
        self.prompt_tokens += answer.prompt_tokens
        self.completion_tokens += answer.completion_tokens

    @property
    def cost(self) -> float:
        """The price of all tokens counted."""
        millions = (
            self.prompt_tokens * self.price["prompt_per_million"]
            + self.completion_tokens * self.price["completion_per_million"]
        )
        return float(millions / 1e6)

    def as_json(self) -> dict[str, Any]:
        """Return what a manifest says about it."""
        return {
            "answers": self.answers,
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "cost": round(self.cost, 6),
            "currency": self.price["currency"],
        }


@dataclass
class Collection:
    """Answers by key, and why there is none for the others."""

    answers: dict[str, Answer] = field(default_factory=dict)
    rejected: dict[str, str] = field(default_factory=dict)
    unanswered: dict[str, str] = field(default_factory=dict)


def collect(requests: Sequence[Request], settings: Mapping[str, Any], ledger: Ledger) -> Collection:
    """Answer `requests`; those that the ledger knows cost nothing.

    Raises MissingTool (exit code 3), saying how to go on, when the endpoint dies, when money runs
    out, or when requests stay unanswered and the recipe says stop. Every answer is in the ledger.
    """
    found = Collection()
    for request in requests:
        if request.key in ledger:
            found.answers[request.key] = Answer(**ledger.get(request.key))
    distinct = {request.key: request for request in requests if request.key not in found.answers}
    todo = list(distinct.values())
    if found.answers:
        say(f"{len(found.answers)} answers are in {ledger.path} already, {len(todo)} to ask for")
    if todo:
        asyncio.run(_Run(found, todo, settings, ledger).work())
    return found


class _Run:
    """Workers that take requests one by one and put each answer away before taking another."""

    def __init__(
        self,
        found: Collection,
        todo: Sequence[Request],
        settings: Mapping[str, Any],
        ledger: Ledger,
    ) -> None:
        self.found, self.todo, self.settings, self.ledger = found, todo, settings, ledger
        self.bill = Bill(settings["price"])
        for answer in found.answers.values():
            self.bill.add(answer)
        self.failures = 0  # in a row
        self.stopped_for = ""
        self.trouble: MissingTool | None = None

    async def work(self) -> None:
        """Ask for everything; see `collect`."""
        from tqdm import tqdm  # type: ignore[import-untyped]  # its stubs are another package

        endpoint = Endpoint(self.settings["endpoint"])
        queue = iter(self.todo)
        with tqdm(total=len(self.todo), unit="answer", desc="endpoint", disable=None) as self.bar:
            try:
                number = min(self.settings["endpoint"]["concurrency"], len(self.todo))
                await asyncio.gather(*(self._worker(endpoint, queue) for _ in range(number)))
            finally:
                await endpoint.close()
        if self.trouble:
            raise MissingTool(f"{self.trouble}. {self._how_to_go_on()}")
        if self.stopped_for:
            raise MissingTool(f"{self.stopped_for}. {self._how_to_go_on()}")
        if self.found.unanswered and self.settings["endpoint"]["unanswered"] == "stop":
            last = list(self.found.unanswered.values())[-1]
            raise MissingTool(
                f"{len(self.found.unanswered)} requests stayed unanswered (last: {last})."
                f" {self._how_to_go_on()}; or refuse their rows with"
                " --set endpoint.unanswered=refuse"
            )

    async def _worker(self, endpoint: Endpoint, queue: Iterator[Request]) -> None:
        for request in queue:
            if self._stop(endpoint):
                return
            try:
                self._keep(request, await endpoint.ask(request))
            except RejectedError as error:
                self.found.rejected[request.key] = str(error)
            except UnansweredError as error:
                self._failed(request, error)
            except MissingTool as error:
                self.trouble = error
            self.bar.update()

    def _keep(self, request: Request, answer: Answer) -> None:
        self.ledger.put({request.key: answer._asdict()})
        self.found.answers[request.key] = answer
        self.bill.add(answer)
        self.failures = 0

    def _failed(self, request: Request, error: UnansweredError) -> None:
        self.found.unanswered[request.key] = str(error)
        self.failures += 1
        if self.failures >= self.settings["endpoint"]["give_up_after"] and not self.stopped_for:
            address = self.settings["endpoint"]["base_url"]
            self.stopped_for = (
                f"{address}: gave up, {self.failures} requests in a row were not answered"
                f" (last: {error})"
            )

    def _stop(self, endpoint: Endpoint) -> bool:
        limit = self.settings["price"]["limit"]
        if limit is not None and self.bill.cost >= limit and not self.stopped_for:
            self.stopped_for = f"price.limit is reached: {self.bill.cost:.4f} of {limit:g}"
        if self.stopped_for or self.trouble:
            endpoint.pace.stop()
        return endpoint.pace.stopped.is_set()

    def _how_to_go_on(self) -> str:
        return (
            f"{len(self.found.answers)} answers are kept in {self.ledger.path};"
            " run the same command again to go on from there"
        )

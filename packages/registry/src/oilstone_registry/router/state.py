"""What the router knows: the registry as it was read last, and what each replica has loaded.

A `Snapshot` is never changed, only replaced; so a request sees one moment of the registry. What a
replica serves changes by `Fleet.mark` alone, which also keeps `Fleet.ready` true.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

DIGITS = 8  # of the digest, in a served name


@dataclass(frozen=True, slots=True)
class Adapter:
    """A registered version; `id` is its lora_int_id, `served` its name on the servers."""

    name: str
    version: str
    digest: str
    id: int
    status: str
    domains: tuple[str, ...] = ()

    @property
    def served(self) -> str:
        """Unique to the content and never used for another: a cache keyed by it cannot be stale."""
        return f"{self.name}@{self.version}-{self.digest[:DIGITS]}"

    @property
    def label(self) -> str:
        """As outcomes and people call it, such as rust@1.1.0."""
        return f"{self.name}@{self.version}"


@dataclass(frozen=True, slots=True)
class Test:
    """A running A/B test; `traffic` is the candidate's, in 1/10,000 of the units."""

    experiment: str
    unit: str  # request, session or user
    traffic: int
    control: Adapter
    candidate: Adapter


@dataclass(frozen=True, slots=True)
class Specialist:
    """A name that clients ask for, and what answers; `before` was in production before."""

    name: str
    production: Adapter
    generation: int
    test: Test | None = None
    before: Adapter | None = None
    shadow: Adapter | None = None  # gets copies of requests, whose answers are thrown away
    changed_at: float = 0.0  # time.monotonic() when this router saw the production version change


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One moment of the registry; `event` is the number of the log's last event.

    `wanted` are the adapters that every replica should have, the most needed first: those in
    production, candidates in test, those before, those that may be promoted next.
    """

    event: int = 0
    specialists: Mapping[str, Specialist] = field(default_factory=dict)
    wanted: Sequence[Adapter] = ()


class State(StrEnum):
    """How far an adapter has come on a replica; only a ready one gets traffic."""

    LOADING = "loading"
    PROVING = "proving"
    READY = "ready"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Served:
    """The state of one adapter on one replica, and why (for the page)."""

    state: State
    reason: str = ""
    since: float = field(default_factory=time.time)  # seconds since 1970


class Replica:
    """One upstream server: what it has loaded, and how many requests it is answering."""

    def __init__(self, url: str, client: Any) -> None:
        self.url = url
        self.client = client  # upstream.Client
        self.served: dict[str, Served] = {}  # by served name
        self.busy: dict[str, int] = {}  # requests in flight, by served name
        self.in_flight = 0

    def enter(self, served: str) -> None:
        """Count a request that begins."""
        self.in_flight += 1
        self.busy[served] = self.busy.get(served, 0) + 1

    def leave(self, served: str) -> None:
        """Count it out again. Nothing is unloaded while it is busy."""
        self.in_flight -= 1
        self.busy[served] -= 1


class Fleet:
    """All replicas; `ready` maps a served name to the replicas that may get its requests."""

    def __init__(self, replicas: Sequence[Replica]) -> None:
        self.replicas = tuple(replicas)
        self.ready: dict[str, tuple[Replica, ...]] = {}

    def mark(self, replica: Replica, served: str, now: Served | None) -> None:
        """Say what became of an adapter on a replica; None: it is not there any more."""
        if now is None:
            replica.served.pop(served, None)
        else:
            replica.served[served] = now
        found = tuple(one for one in self.replicas if _is_ready(one, served))
        if found:
            self.ready[served] = found
        else:
            self.ready.pop(served, None)


def _is_ready(replica: Replica, served: str) -> bool:
    now = replica.served.get(served)
    return now is not None and now.state is State.READY

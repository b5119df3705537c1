"""Processes that use one registry at once or are killed in the middle of it, and the check of it.

    python registry_hammer.py together URL STORE ROOT --processes 8 --operations 20
    python registry_hammer.py killed   URL STORE ROOT --kills 50

Prints JSON: how many operations were acknowledged, and `problems`, which must be empty. Children
are forked, so nothing that a parent holds (a connection, a lock) is theirs.
"""

import argparse
import json
import os
import random
import signal
import sys
import time
from pathlib import Path

import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).parent))
from registry_workshop import Workshop

from oilstone_registry import audit, outcomes, promote, register, verify
from oilstone_registry.audit import Act
from oilstone_registry.database import open_registry
from oilstone_registry.lifecycle import alias
from oilstone_registry.names import Reference
from oilstone_registry.tables import aliases, events, versions
from oilstone_registry.tables import outcomes as outcome_rows
from oilstone_schemas.command import OilstoneError

SHARED = ("shared-a", "shared-b")
CONTENTS = "abcd"
ACT = Act("hammer")


class Bench:
    """One registry under test, with what the processes need made beforehand."""

    def __init__(self, url, store, root):
        self.url, self.store, self.root = url, store, Path(root)
        self.acks = self.root / "acknowledged"
        self.workshop = Workshop(self.root, url)
        self.workshop.store = store

    def open(self):
        return open_registry(self.url, create=True, store=self.store)

    def prepare(self):
        registry, shop = self.open(), self.workshop
        self.adapters = {content: shop.adapter(content, content) for content in CONTENTS}
        self.decisions = {
            content: shop.decision(made, name=f"decision-{content}")
            for content, made in self.adapters.items()
        }
        for name in (*SHARED, "rust-tiny"):
            for content in CONTENTS[:2]:
                register.register(registry, self.adapters[content].folder, name, None, ACT)
            first = str(self.decisions["a"].folder)
            promote.promote(registry, Reference(name, None, None), first, ACT)
        shop.given("gate", "rust-tiny", "--decision", self.decisions["b"].folder)
        shop.given("ab", "start", "rust-tiny", "--candidate", "0.2.0", "--traffic", 0.5)
        self.acks.mkdir()

    def operate(self, draw, registry, label, number):
        """Do one random operation; return what is acknowledged by it."""
        kind = draw.choice(("register", "promote", "promote", "rollback", "outcome"))
        name = draw.choice(SHARED)
        if kind == "register":
            folder = self.adapters[draw.choice(CONTENTS)].folder
            row, _ = register.register(registry, folder, f"own-{label}-{number}", None, ACT)
            return {"kind": kind, "id": row["id"], "name": row["name"]}
        if kind == "outcome":
            return self.report(draw, registry, f"{label}-{number}")
        with registry.reading() as connection:
            before = alias(connection, name)["generation"]
        if kind == "rollback":
            row, _ = promote.rollback(registry, name, ACT, before)
        else:
            asked = Reference(name, None, None)
            decision = str(self.decisions[draw.choice(CONTENTS[:2])].folder)
            row, changed = promote.promote(registry, asked, decision, ACT, generation=before)
            if not changed:
                return None
        return {"kind": kind, "name": name, "id": row["id"], "generation": before + 1}

    def report(self, draw, registry, label):
        experiment = outcomes.running(registry, "rust-tiny")
        assigned = experiment.assign(f"unit-{label}", f"request-{label}")
        experiment.record(assigned, float(draw.random() < 0.5), "judged")
        experiment.record(assigned, 1.0, "judged")  # said twice: counts once
        return {"kind": "outcome", "request": assigned.request_id}

    def child(self, seed, label, operations, point=None):
        """Operate in a forked process; acknowledged is what has been written down afterwards."""
        pid = os.fork()
        if pid:
            return pid
        code = 1
        try:
            draw, registry = random.Random(seed), self.open()
            if point is not None:
                arm(registry.engine, point)
            descriptor = os.open(self.acks / label, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
            for number in range(operations):
                try:
                    done = self.operate(draw, registry, label, number)
                except OilstoneError:  # refused: somebody was faster, or nothing to go back to
                    continue
                if point == ("acknowledge", number):
                    os.kill(os.getpid(), signal.SIGKILL)
                if done is not None:
                    os.write(descriptor, json.dumps(done).encode() + b"\n")
            code = 0
        finally:
            os._exit(code)

    def acknowledged(self):
        return [
            json.loads(line)
            for path in sorted(self.acks.iterdir())
            for line in path.read_text().splitlines()
        ]

    def problems(self, acknowledged):
        """Yield what is lost, twice, or not as the log says."""
        registry = self.open()
        try:
            verify.verify(registry)
        except OilstoneError as error:
            yield str(error)
        with registry.reading() as connection:
            yield from _lost(connection, acknowledged)
            yield from _doubled(connection)


def _lost(connection, acknowledged):
    known = {row.id: row.name for row in connection.execute(sa.select(versions))}
    requests = [row.request_id for row in connection.execute(sa.select(outcome_rows))]
    if len(requests) != len(set(requests)):
        yield "an outcome counts twice"
    moves = {}
    query = sa.select(events.c.changes).where(events.c.action.in_(("promote", "rollback")))
    for (changes,) in connection.execute(query):
        row = audit.changed(changes, "aliases")
        moves[row["name"], row["generation"]] = row["version_id"]
    for one in acknowledged:
        if one["kind"] == "register" and known.get(one["id"]) != one["name"]:
            yield f"registered {one} is not there"
        if one["kind"] == "outcome" and one["request"] not in requests:
            yield f"outcome {one} is not there"
        if "generation" in one and moves.get((one["name"], one["generation"])) != one["id"]:
            yield f"{one} is not in the log"
    ids = [one["id"] for one in acknowledged if one["kind"] == "register"]
    if len(ids) != len(set(ids)):
        yield "an id was given twice"


def _doubled(connection):
    """At any moment each name has exactly one production version, and its alias points there."""
    live = {}
    for row in connection.execute(sa.select(versions).where(versions.c.status == "production")):
        live.setdefault(row.name, []).append(row.id)
    pointed = {row.name: row.version_id for row in connection.execute(sa.select(aliases))}
    for name in (*SHARED, "rust-tiny"):
        if live.get(name) != [pointed.get(name)]:
            yield f"{name}: production {live.get(name)}, alias {pointed.get(name)}"


def arm(engine, point):
    """Kill this process at the n-th time that it passes a named point."""
    kind, left = point[0], [point[1]]

    def pass_by(*_, **__):
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    if kind == "statement":
        sa.event.listen(engine, "before_cursor_execute", pass_by)
    elif kind == "commit":
        sa.event.listen(engine, "commit", pass_by)
    elif kind == "connect":
        sa.event.listen(engine, "connect", pass_by)
    elif kind in ("os.rename", "open", "os.mkdir"):
        sys.addaudithook(lambda event, _: pass_by() if event == kind else None)


POINTS = {
    "statement": 120,
    "commit": 25,
    "connect": 30,
    "acknowledge": 8,
    "os.rename": 6,
    "open": 200,
    "os.mkdir": 8,
    "time": 0,
}


def together(bench, processes, operations):
    """All at once, while a reader looks at every moment it can."""
    children = [bench.child(seed, f"c{seed}", operations) for seed in range(processes)]
    problems, looks, failed = [], 0, 0
    registry = bench.open()
    while children:
        with registry.reading() as connection:
            problems += _doubled(connection)
        looks += 1
        for pid in list(children):
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                children.remove(pid)
                failed += status != 0
    acknowledged = bench.acknowledged()
    problems += bench.problems(acknowledged)
    return {
        "acknowledged": len(acknowledged),
        "looks": looks,
        "failed": failed,
        "problems": problems,
    }


def killed(bench, kills, seed):
    """One process after another, each killed at a named point or at a random moment."""
    draw, problems, hits = random.Random(seed), [], 0
    for number in range(kills):
        kind = list(POINTS)[number % len(POINTS)]
        point = (kind, draw.randrange(max(POINTS[kind], 1)))
        pid = bench.child(draw.random(), f"k{number}", 8, point)
        if kind == "time":
            time.sleep(draw.random() * 0.3)
            os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        hits += os.WIFSIGNALED(status)
        found = list(bench.problems(bench.acknowledged()))
        problems += [f"after {point}: {one}" for one in found]
    return {"acknowledged": len(bench.acknowledged()), "killed": hits, "problems": problems}


def careless(engine):
    """Acknowledge without waiting for the disk: what must be found out."""

    @sa.event.listens_for(engine, "connect")
    def _connected(connection, _):
        connection.execute("PRAGMA synchronous=OFF")

    engine.dispose()  # the connection that there is was made with care


def promoting(bench, operations, without_waiting):
    """Promote back and forth; only what is printed was acknowledged."""
    registry = bench.open()
    if without_waiting:
        careless(registry.engine)
    for number in range(operations):
        content = CONTENTS[(number + 1) % 2]
        asked, decision = Reference(SHARED[0], None, None), str(bench.decisions[content].folder)
        row, _ = promote.promote(registry, asked, decision, ACT)
        print(json.dumps({"id": row["id"], "version": row["version"]}), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)


def registering(bench, operations):
    """Register; only what is printed was acknowledged. The last one is the first one again."""
    registry, made = bench.open(), bench.adapters["a"].folder
    for number in [*range(operations), 0]:
        row, _ = register.register(registry, made, f"own-{number}", None, ACT)
        print(json.dumps({"name": row["name"]}), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["together", "killed", "promoting", "registering"])
    parser.add_argument("url")
    parser.add_argument("store")
    parser.add_argument("root")
    parser.add_argument("--processes", type=int, default=8)
    parser.add_argument("--operations", type=int, default=10)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--careless", action="store_true")
    args = parser.parse_args()
    bench = Bench(args.url, args.store, args.root)
    bench.prepare()
    if args.what == "promoting":
        promoting(bench, args.operations, args.careless)
    if args.what == "registering":
        registering(bench, args.operations)
    if args.what == "together":
        found = together(bench, args.processes, args.operations)
    else:
        found = killed(bench, args.kills, args.seed)
    print(json.dumps(found))


if __name__ == "__main__":
    main()

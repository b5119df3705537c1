"""Five minutes of everything that goes wrong at once, and what must hold all the same.

    python benchmarks/router/soak.py [--seconds 300] [--clients 6] [--seed 1]

Clients ask, streamed and not, and report outcomes, while two servers are killed, slowed, answer
garbage and errors and cut streams, the database is locked for seconds, a test begins every ten
seconds and ends with a promotion. Afterwards: no request that was sent 2 s after a version's
retirement was answered by it; every acknowledged outcome is in the registry as it was acknowledged;
no answer that broke off looked whole; the router's memory stayed what it was. Ends 1 otherwise.
"""

import argparse
import http.client
import json
import random
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
sys.path[:0] = [str(ROOT / "packages/registry/tests"), str(ROOT / "packages/registry/tests/router")]
from fronts import Front  # noqa: E402  # the tests' own tools, found by the line above
from registry_workshop import Workshop  # noqa: E402
from standins import Standin  # noqa: E402

LATE_S = 2.0  # after which a retired version may answer nothing that is sent
GROWTH_MB = 16.0  # of the router's memory, over its first third
FAULTS = (
    [],
    [{"delay_s": 0.3}],
    [{"chunk_delay_s": 0.1}],
    [{"garbage": True, "every": 3}],
    [{"status": 500, "every": 2}],
    [{"cut_after": 2, "every": 2}],
    [{"hang": True, "every": 7}],
    [{"load_status": 500}],
)


class Soak:
    """What runs side by side, and what it notes."""

    def __init__(self, folder, seconds, seed):
        self.random = random.Random(seed)
        self.workshop = Workshop(folder)
        self.ends = time.monotonic() + seconds
        self.said = Counter()
        self.answers = []  # (sent, version)
        self.production = []  # (time it was certainly in production, version)
        self.acknowledged = {}  # outcome by request id
        self.memory = []
        self.broken = []
        self.lock = threading.Lock()

    @property
    def going(self):
        return time.monotonic() < self.ends

    def start(self):
        self.workshop.production("first")
        self.production.append((time.monotonic(), "rust-tiny@0.1.0"))
        self.standins = [Standin(), Standin()]
        words = ("--first-s", "3", "--stall-s", "2", "--total-s", "5")
        self.front = Front(self.workshop, *(one.url for one in self.standins), words=words).ready()

    def run(self, clients):
        works = [self.chaos, self.locks, self.promotions, self.watch]
        threads = [threading.Thread(target=self.keep, args=(one,)) for one in works]
        threads += [
            threading.Thread(target=self.keep, args=(self.client, number))
            for number in range(clients)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def keep(self, work, *words):
        try:
            work(*words)
        except Exception as error:
            self.broken.append(f"{work.__name__}: {error!r}")
            raise

    def client(self, number):
        chance = random.Random(number)
        while self.going:
            sent = time.monotonic()
            try:
                status, said, body = self.front.ask(stream=chance.random() < 0.5)
            except (OSError, http.client.HTTPException) as error:
                self.said[f"broke off: {type(error).__name__}"] += 1
                continue
            self.said[f"status {status}"] += 1
            if status == 200:
                self.answered(sent, said, body, chance)
            time.sleep(0.02)

    def answered(self, sent, said, body, chance):
        if isinstance(body, bytes) and not body.endswith(b"data: [DONE]\n\n"):
            self.broken.append(f"a stream looked whole and was not: {body[-80:]!r}")
        version = said.get("x-failover", said["x-adapter-version"])
        with self.lock:
            self.answers.append((sent, version))
        if "x-assignment" in said and chance.random() < 0.7:
            self.report(said["x-assignment"], float(chance.random() < 0.5))

    def report(self, assignment, outcome):
        try:
            status, said = self.front.report(outcome, assignment=assignment)
        except (OSError, http.client.HTTPException):
            return
        self.said[f"outcome {said.get('result') or said['error']['code']}"] += 1
        if status == 200 and said["result"] == "new":
            with self.lock:
                self.acknowledged[assignment.split("~")[7]] = outcome

    def chaos(self):
        while self.going:
            one = self.random.choice(self.standins)
            if self.random.random() < 0.25:
                one.kill()
                time.sleep(self.random.random() * 2)
                one.start()
            else:
                one.faults(*self.random.choice(FAULTS))
            time.sleep(1.5)

    def locks(self):
        """Hold the database as a careless tool does."""
        while self.going:
            time.sleep(7)
            held = sqlite3.connect(self.workshop.registry, timeout=30, isolation_level=None)
            held.execute("BEGIN IMMEDIATE")
            time.sleep(2)
            held.execute("ROLLBACK")
            held.close()

    def promotions(self):
        """Test a version and promote it, every ten seconds.

        Without guardrails: with these faults a candidate may come to harm, and would be stopped.
        """
        number, recipe = 1, self.workshop.root / "experiment.yaml"
        recipe.write_text("guardrails: []\n")
        while self.going:
            number += 1
            version = self.workshop.gated(f"content {number}")["version"]
            asked = ("rust-tiny", "--candidate", version, "--traffic", "0.5", "--recipe", recipe)
            self.workshop.given("ab", "start", *asked)
            time.sleep(7)
            self.workshop.given("ab", "stop", "rust-tiny")
            self.workshop.given("promote", f"rust-tiny@{version}")
            self.production.append((time.monotonic(), f"rust-tiny@{version}"))
            time.sleep(3)

    def watch(self):
        while self.going:
            status = Path(f"/proc/{self.front.process.pid}/status").read_text()
            kilobytes = next(line for line in status.splitlines() if line.startswith("VmRSS"))
            self.memory.append(int(kilobytes.split()[1]) / 1024)
            time.sleep(1)

    def retired_answers(self):
        """Return the answers by a version to requests that were sent 2 s after its retirement."""
        ended = {
            before: at + LATE_S
            for (_, before), (at, _) in zip(self.production, self.production[1:], strict=False)
        }
        return [one for one in self.answers if one[0] > ended.get(one[1], float("inf"))]

    def lost_outcomes(self):
        rows = sqlite3.connect(self.workshop.registry).execute(
            "SELECT request_id, outcome FROM outcomes"
        )
        stored = dict(rows.fetchall())
        return [one for one, value in self.acknowledged.items() if stored.get(one) != value]

    def growth(self):
        """Return by how many MB the memory of the last third is above that of the first."""
        third = len(self.memory) // 3
        return statistics.median(self.memory[-third:]) - statistics.median(self.memory[:third])

    def verdict(self):
        """Print what happened; return whether all held."""
        late, lost, growth = self.retired_answers(), self.lost_outcomes(), self.growth()
        print(json.dumps(self.said, indent=2, sort_keys=True))
        print(f"{len(self.answers)} answers by {len({one for _, one in self.answers})} versions")
        print(f"{len(self.production) - 1} promotions; late answers by the retired: {len(late)}")
        print(f"{len(self.acknowledged)} acknowledged outcomes; lost: {len(lost)}")
        print(f"memory {self.memory[-1]:.0f} MB, {growth:+.1f} MB over its first third")
        for problem in self.broken[:10]:
            print(f"problem: {problem}")
        return not (late or lost or self.broken) and growth < GROWTH_MB and len(self.answers) > 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--clients", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="oilstone-") as folder:
        soak = Soak(Path(folder), args.seconds, args.seed)
        soak.start()
        try:
            soak.ends = time.monotonic() + args.seconds
            soak.run(args.clients)
            print(f"the router ended with {soak.front.stop()}")
            return 0 if soak.verdict() else 1
        finally:
            soak.front.kill()
            for one in soak.standins:
                one.kill()


if __name__ == "__main__":
    sys.exit(main())

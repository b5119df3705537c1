"""Defects of the design this registry replaces. Each claim fails there and holds here.

`Earlier` is that design as a small model: one dictionary in a key-value store, keyed by name, read,
changed and written back; an A/B counter of one arm; a gate of two comparisons.
"""

import copy
import json
import re

import pytest

from oilstone_registry import outcomes
from oilstone_schemas import canonical

GATES = {  # what the earlier documents ask of a candidate: metric, operator, threshold
    "pass@1": (">", 0.35),
    "improvement": (">", 0.05),
    "latency increase": ("<", 0.10),
    "error rate": ("<", 0.05),
}
GOOD = {"pass@1": 0.45, "improvement": 0.08, "latency increase": 0.02, "error rate": 0.01}


class Earlier:
    """The earlier design; its key-value store has atomic single operations."""

    def __init__(self):
        self.store = {"registry": {}, "next_id": 1, "ab": {"requests": 0, "successes": 0}}

    def get(self, key):
        return copy.deepcopy(self.store[key])

    def set(self, key, value):
        self.store[key] = copy.deepcopy(value)

    def entry(self, path, attempts):
        found = re.search(r"v(\d+\.\d+\.\d+)", path)
        rank = 64 if "math" in path else 32
        first = sum(attempt[0] for attempt in attempts) / len(attempts)
        version = found[1] if found else "1.0.0"
        return {"version": version, "path": path, "rank": rank, "active": False, "rate": first}

    def register(self, name, path, attempts=((1,),)):
        registry = self.get("registry")
        before = registry.get(name)
        entry = self.entry(path, attempts)
        entry |= {"id": self.get("next_id"), "previous": before and before["version"]}
        self.set("next_id", entry["id"] + 1)
        registry[name] = entry
        self.set("registry", registry)
        return entry

    def register_both(self, names):
        """Two writers whose reads and writes interleave."""
        seen = [(self.get("registry"), self.get("next_id")) for _ in names]
        for name, (registry, number) in zip(names, seen, strict=True):
            registry[name] = self.entry(f"{name}/v0.1.0", [[1]]) | {"id": number}
            self.set("registry", registry)
            self.set("next_id", number + 1)
        return [entry["id"] for entry in self.get("registry").values()]

    def promote(self, name):
        registry = self.get("registry")
        registry[name]["active"] = True
        self.set("registry", registry)

    def production(self, name):
        entry = self.get("registry")[name]
        return entry["version"] if entry["active"] else None

    def rollback(self, name):
        registry = self.get("registry")
        found = [e for e in registry.values() if e["version"] == registry[name]["previous"]]
        return found[0]["version"] if found else None

    def offline_after_traffic(self, attempts, successes):
        entry = self.register("rust-tiny", "v0.1.0", attempts)
        for success in successes:
            entry["rate"] = 0.9 * entry["rate"] + 0.1 * success
        return entry["rate"]

    def counted_arms(self):
        for success in (1, 0, 1):
            self.store["ab"]["requests"] += 1
            self.store["ab"]["successes"] += success
        return 1

    def deploys(self, seen):
        return seen["pass@1"] >= 0.35 and seen["improvement"] >= 0.05

    def two_versions(self):
        rows = [self.register("rust-tiny", path) for path in ("adapters/a", "adapters/b")]
        return [row["version"] for row in rows]

    def rank(self):
        return self.register("rust-tiny", "adapters/r16")["rank"]


class Ours:
    """The same questions, put to this registry."""

    def __init__(self, workshop):
        self.workshop = workshop

    def register(self, name, path, attempts=None):
        return self.workshop.registered(self.workshop.adapter(path, path), name=name)

    def register_both(self, names):
        folders = [self.workshop.adapter(name, name).folder for name in names]
        pairs = zip(folders, names, strict=True)
        running = [self.workshop.start("register", at, "--name", name) for at, name in pairs]
        return [json.loads(one.communicate(timeout=120)[0])["lora_int_id"] for one in running]

    def promote(self, name):
        adapter = self.workshop.adapter("first", "first")
        self.workshop.promoted(name, self.workshop.decision(adapter))

    def production(self, name):
        found = self.workshop.show(name)["production"]
        return found and found["version"]

    def rollback(self, name):
        return self.workshop.given("rollback", name)["version"]

    def offline_after_traffic(self, attempts, successes):
        share = sum(map(sum, attempts)) / sum(map(len, attempts))
        adapter = self.workshop.adapter()
        self.workshop.registered(adapter)
        decision = self.decision(adapter, {"pass@1": share}, {"pass@1": (">", 0.1)})
        self.workshop.promoted("rust-tiny", decision)
        experiment = self.workshop.tested()
        for number, success in enumerate(successes):
            assigned = experiment.assign(f"u{number}", f"r{number}")
            experiment.record(assigned, float(success), "judged")
        return self.workshop.show()["production"]["offline_success_rate"]

    def counted_arms(self):
        self.workshop.production("old")
        self.workshop.serve(self.workshop.tested(), {"control": 0.5, "candidate": 0.5}, 40)
        arms = self.workshop.given("ab", "status", "rust-tiny")["arms"]
        return sum(one["units"] > 0 for one in arms.values())

    def deploys(self, seen):
        adapter = self.workshop.adapter()
        self.workshop.registered(adapter)
        return (
            self.workshop.run(
                "promote", "rust-tiny", "--decision", self.decision(adapter, seen, GATES).folder
            )[0]
            == 0
        )

    def decision(self, adapter, seen, gates):
        """A decision by these gates about what was seen, each judged by its own operator."""
        asked, found = [], []
        for metric, (op, value) in gates.items():
            good = seen[metric] > value if op == ">" else seen[metric] < value
            gate = {"name": metric, "metric": metric, "op": op, "basis": "point"}
            asked.append(
                gate | {"value": value, "min_n": 1, "max_unscored": 0, "rationale": "as asked"}
            )
            found.append(
                gate
                | {"slice": None, "threshold": value, "observed": seen[metric], "low": None}
                | {"high": None, "n": 500, "unscored": 0, "baseline": None, "rationale": "as asked"}
                | {"verdict": "passed" if good else "failed", "explanation": "as asked"}
            )
        report = self.workshop.report("four", adapter, seen, n=500)
        verdict = "passed" if all(one["verdict"] == "passed" for one in found) else "failed"
        data = {"adapter": {"digest": adapter.digest}, "report": {"digest": report.digest}}
        data |= {"baselines": {}, "gates": found, "verdict": verdict}
        files = {"decision.json": canonical.pretty(data).decode()}
        return self.workshop.publish("four", "decision", [report], files, {"gates": asked})

    def two_versions(self):
        return [self.register("rust-tiny", path)["version"] for path in ("a", "b")]

    def rank(self):
        files = {"adapter_config.json": '{"r": 16}'}
        made = self.workshop.publish("r32", "adapter", [], files, {"of": "rank"})
        return self.workshop.registered(made)["rank"]


EARLIER = pytest.param("earlier", marks=pytest.mark.xfail(strict=True, reason="the defect"))


@pytest.fixture(params=[EARLIER, "ours"])
def design(request, sqlite):
    return Earlier() if request.param == "earlier" else Ours(sqlite)


def test_registering_a_candidate_leaves_the_live_version_live(design):
    design.register("rust-tiny", "first")
    design.promote("rust-tiny")
    design.register("rust-tiny", "second")
    assert design.production("rust-tiny") is not None


def test_there_is_something_to_roll_back_to(design):
    if isinstance(design, Ours):
        design.workshop.production("v0.1.0")
        design.workshop.production("v0.2.0")
    else:
        design.register("rust-tiny", "v0.1.0")
        design.promote("rust-tiny")
        design.register("rust-tiny", "v0.2.0")
        design.promote("rust-tiny")
    assert design.rollback("rust-tiny") == "0.1.0"


def test_two_writers_at_once_lose_nothing_and_share_no_id(design):
    assert sorted(design.register_both(["rust-tiny", "shell-tiny"])) == [1, 2]


def test_traffic_does_not_change_what_was_measured_offline(design):
    """Nor is it that of first attempts alone: two problems, five attempts each, 4 of 10 pass."""
    attempts = [[1, 1, 0, 0, 0], [0, 0, 1, 0, 1]]
    assert design.offline_after_traffic(attempts, [0] * 20) == pytest.approx(0.4)


def test_pass_at_1_is_the_mean_over_all_attempts(design):
    assert design.offline_after_traffic([[1, 0, 0, 0, 0]], []) == pytest.approx(0.2)


def test_both_arms_of_a_test_are_counted(design):
    assert design.counted_arms() == 2


@pytest.mark.parametrize(
    "bad", [{"latency increase": 0.5}, {"error rate": 0.2}, {"pass@1": 0.35}], ids=str
)
def test_every_row_of_the_gate_table_is_enforced_as_it_is_written(design, bad):
    assert not design.deploys(GOOD | bad)


def test_versions_that_nobody_numbered_do_not_collide(design):
    assert len(set(design.two_versions())) == 2


def test_the_rank_is_the_adapters_not_its_names(design):
    assert design.rank() == 16


def test_times_are_utc_and_say_so(sqlite):
    row = sqlite.registered(sqlite.adapter())
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", row["registered_at"])


def test_a_good_candidate_is_deployed(sqlite):
    assert Ours(sqlite).deploys(GOOD)


def test_there_is_one_outcome_log_not_a_counter(sqlite):
    """The same request reported by two routers counts once."""
    sqlite.production("old")
    experiment = sqlite.tested()
    row = experiment.assign("u", "r")._asdict() | {"outcome": 1.0, "kind": "judged"}
    taken = [outcomes.record(sqlite.open(), [row]) for _ in range(2)]
    assert [(one.new, one.repeated) for one in taken] == [(1, 0), (0, 1)]

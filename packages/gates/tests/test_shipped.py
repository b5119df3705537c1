"""The shipped sets: found by name, without errors, and every mutant of them is killed."""

from pathlib import Path

import pytest

from oilstone_gates import gatefile, gold, lint, mutate, shipped
from oilstone_gates.check import decide
from oilstone_schemas import intervals

EVERY = pytest.mark.parametrize("name", shipped.names())
THRESHOLDS = {
    "seed-001": {
        "clip_formula_error": ("<=", 1e-6),
        "rollbacks": ("<=", 3),
        "loss_spikes": ("<", 10),
        "resolution_cv": ("<", 0.1),
        "polarized_share": (">=", 0.2),
        "niah_accuracy": (">", 0.8),
    },
    "seed-002": {"shellcheck_clean_rate": (">=", 0.98), "dangerous_rate": ("<=", 0)},
    "seed-003": {
        "compile_rate": (">=", 0.95),
        "avg_clippy_warnings": ("<=", 2.0),
        "avg_idiomatic_score": (">=", 0.7),
        "doc_comment_rate": (">=", 0.5),
    },
    "seed-004": {"pass@1": (">", 0.35), "latency_p95": ("<", 0.1), "error_rate": ("<", 0.05)},
}


def load(name):
    return gatefile.load(Path(name))


@EVERY
def test_the_thresholds_are_those_of_the_earlier_system(name):
    asked: dict[str, tuple[str, float]] = {}
    for gate in load(name)["gates"]:
        asked.setdefault(gate["metric"], (gate["op"], gate["value"]))
    assert asked.items() >= THRESHOLDS[name].items()


def test_an_improvement_of_five_points_is_asked_for():
    gate = load("seed-004")["gates"][1]
    asked = [gate.get(key) for key in ("metric", "baseline", "delta", "op", "value")]
    assert asked == ["pass@1", "base", None, ">", 0.05]


@EVERY
def test_no_gate_is_wrong(name):
    assert [r for r in lint.lint(load(name)) if r.kind != "power"] == []


@EVERY
def test_the_best_report_passes(name):
    gates = load(name)
    assert decide(gates, gold.evidence(gates))["verdict"] == "passed"


@EVERY
def test_every_mutant_is_killed(name):
    gates = load(name)
    found = list(mutate.mutants(gates, gold.evidence(gates)))
    assert [m for m in found if not m.killed] == []
    assert {m.gate for m in found} == {gatefile.identity(gate) for gate in gates["gates"]}


def test_every_mutation_is_tried():
    gates = load("seed-004")
    tried = {m.mutation for m in mutate.mutants(gates, gold.evidence(gates))}
    assert tried == {*mutate.MUTATIONS, "swapped arms"}


@pytest.mark.parametrize("change", [{"on_nan": "pass"}, {"on_missing": "pass"}, {"min_n": 1}])
def test_a_gate_that_fails_open_lets_a_mutant_live(gate, change):
    gates = {"gates": [gate(max_unscored=0, unit="share") | change]}
    assert any(not m.killed for m in mutate.mutants(gates, gold.evidence(gates)))


def test_a_gate_that_nothing_fails_lets_mutants_live(gate):
    gates = {"gates": [gate(max_unscored=0, value=-1)]}
    alive = {m.mutation for m in mutate.mutants(gates, gold.evidence(gates)) if not m.killed}
    assert alive >= {"regressed"}


WORSE = {
    "nothing": {},
    "pass-at-1": {"status": "failed", "reason": "wrong_output"},
    "latency": {"latency": 1.2},
    "error-rate": {"status": "failed", "reason": "timeout"},
}


@pytest.mark.parametrize("row", WORSE)
def test_each_row_of_seed_004_is_held_by_its_own_gate(workshop, record, verdict, row):
    """A report of 300 answers, two thirds of them right, against a base model with one third."""
    ids = [f"main-{n}" for n in range(300)]
    wrong = {"status": "failed", "reason": "wrong_output"}
    sides = {}
    for side, right in (("ours", 200), ("base", 100)):
        rows = {id: verdict() | {"latency": 1.0} for id in ids}
        for id in ids[right:]:
            rows[id] |= wrong
        sides[side] = rows
    changed = {"pass-at-1": ids[80:], "latency": ids, "error-rate": ids[200:]}.get(row, [])
    for id in changed:
        sides["ours"][id] |= WORSE[row]
    problems = workshop.problems(ids)
    share = {"pass-at-1": 80}.get(row, 200) / 300
    records = {
        "pass@1": record(share, *intervals.wilson(round(share * 300), 300)),
        "error_rate": record(*[0.33] * 3) if row == "error-rate" else record(0.0, 0.0, 0.01),
        "latency_p95": record() | {"unit": "seconds"},
    }
    made = {side: workshop.report(side, problems, sides[side], metrics=records) for side in sides}
    words = ("--baseline", f"base={made['base'].folder}")
    _, result = workshop.check("seed-004", made["ours"], *words)
    failed = [gate["id"] for gate in result["decision"]["gates"] if gate["verdict"] != "passed"]
    expected = {"nothing": [], "pass-at-1": ["pass-at-1", "improvement"]}.get(row, [row])
    assert failed == expected


def test_a_regressed_report_fails_even_where_the_gate_computes_it_anew(gate):
    asked = gate(max_unscored=0, metric="pass@1", method="wilson", unit="share")
    found = mutate.mutants({"gates": [asked]}, gold.evidence({"gates": [asked]}))
    assert {m.mutation: m.verdict for m in found}["regressed"] == "failed"


@EVERY
def test_a_regression_fails_and_is_not_merely_undecided(name):
    gates = load(name)
    found = mutate.mutants(gates, gold.evidence(gates))
    assert {m.verdict for m in found if m.mutation in ("regressed", "swapped arms")} == {"failed"}

"""`oilstone-data retrain`: 0 for run, 1 for not yet, with reasons, and no clock."""

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from oilstone_data.retrain import drift, passed_since
from oilstone_schemas import artifact, jsonl, recipe


@pytest.fixture
def since(made, tmp_path):
    """A dataset; outcomes are counted in days from when it was made."""
    return made.publish(tmp_path / "data", "dataset", [], file="train.jsonl").folder


def _outcomes(since, days, count, outcome=1.0, **more):
    start = datetime.fromisoformat(artifact.load(since).data["created_at"])
    time = f"{start + timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}"
    texts = {"consent": True, "prompt": "Do.", "completion": "fn main() {}"}
    for number in range(count):
        name = f"{days}/{number}/{outcome}"
        yield {
            "experiment": "x",
            "unit_hash": sha256(name.encode()).hexdigest()[:16],
            "arm": "candidate",
            "version": "rust@1.0.0",
            "probability": 0.5,
            "time": time,
            "request_id": name,
            "outcome": outcome,
            "kind": "judged",
            "confidence": 0.99,
            "latency_ms": 1.0,
            **texts,
            **more,
        }


@pytest.fixture
def retrain(run, since, tmp_path):
    def call(rows, *words, **settings):
        path = tmp_path / "outcomes.jsonl"
        jsonl.write(path, rows, "outcome.v1")
        (tmp_path / "retrain.yaml").write_text(json.dumps(settings))
        words = "--outcomes", path, "--since", since, "--json", *words
        done = run("retrain", tmp_path / "retrain.yaml", *words)
        assert done.returncode in (0, 1), done.stderr
        return done.returncode, json.loads(done.stdout)

    return call


def test_enough_rows_and_days_say_run(retrain, since):
    code, said = retrain(_outcomes(since, 30, 10), min_rows=10, min_days=28)
    assert code == 0 and said["run"] and said["new_rows"] == 10


@pytest.mark.parametrize(("count", "days"), [(9, 30), (10, 27)])
def test_too_few_rows_or_days_say_not_yet_and_why(retrain, since, count, days):
    code, said = retrain(_outcomes(since, days, count), min_rows=10, min_days=28)
    assert code == 1 and not said["run"] and "too few" in " ".join(said["reasons"])


def test_older_outcomes_are_no_new_rows(retrain, since):
    assert retrain(_outcomes(since, -1, 10), min_rows=1, min_days=0)[1]["new_rows"] == 0


@pytest.mark.parametrize(
    "more",
    [
        {"kind": "model"},
        {"confidence": 0.9},
        {"outcome": 0.5},
        {"consent": False, "prompt": None, "completion": None},
    ],
)
def test_what_may_not_be_learned_from_is_no_new_row(retrain, since, more):
    rows = ({k: v for k, v in r.items() if v is not None} for r in _outcomes(since, 30, 5, **more))
    assert retrain(rows, min_rows=1, min_days=0)[1]["new_rows"] == 0


def test_one_request_counts_once(retrain, since):
    rows = [*_outcomes(since, 30, 1)] * 5
    assert retrain(rows, min_rows=1, min_days=0)[1]["new_rows"] == 1


def _fallen(since, share):
    yield from _outcomes(since, -5, 300)
    yield from _outcomes(since, 3, round(300 * share))
    yield from _outcomes(since, 3, 300 - round(300 * share), outcome=0.0)


def test_a_fall_of_the_success_rate_does_not_wait_for_the_days(retrain, since):
    code, said = retrain(_fallen(since, 0.8), min_rows=10, min_days=28)
    assert code == 0 and said["drift"]["high"] < -0.03


def test_a_fall_that_may_be_chance_waits(retrain, since):
    code, said = retrain(_fallen(since, 0.96), min_rows=10, min_days=28)
    assert code == 1 and said["drift"]["difference"] == pytest.approx(-0.04)


@pytest.mark.parametrize(("year", "count"), [(2000, 3), (2200, 0)])
def test_passed_samples_of_newer_reports_are_new_rows(made, tmp_path, year, count):
    judged = [(made.sample("a", "x", i), made.verdict("a", i)) for i in range(3)]
    path = made.report(tmp_path, [made.problem("a")], judged)
    assert passed_since(path, datetime(year, 1, 1, tzinfo=UTC)) == count


def test_the_interval_is_newcombes(tmp_path):
    """Newcombe 1998, table II: 56/70 against 48/80, method 10: 0.0524 to 0.3339."""
    (tmp_path / "r.yaml").write_text("drift: {min_outcomes: 1}")
    settings = recipe.load(tmp_path / "r.yaml", "recipe-retrain.v1")

    def rows(successes, n):
        return [
            {
                "experiment": "x",
                "unit_hash": str(i),
                "time": "2026-01-01T00:00:00Z",
                "kind": "judged",
                "outcome": float(i < successes),
            }
            for i in range(n)
        ]

    before, after = rows(48, 80), rows(56, 70)
    found = drift([*before, *after], after, settings)
    assert (round(found.low, 4), round(found.high, 4)) == (0.0524, 0.3339)

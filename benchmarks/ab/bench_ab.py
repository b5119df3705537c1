"""A/B decisions side by side: how often each method is wrong, and how soon it knows.

    python benchmarks/ab/bench_ab.py [--runs 2000] [--json]

Every method sees the same outcomes of the same runs and looks after each of them. The e-process is
the product's own formula, vectorised; tests hold it to the product bit for bit.
"""

import argparse
import json
import random
import sys
import time
from pathlib import Path

import numpy as np

from oilstone_registry import analysis, plan, ratio
from oilstone_registry.evidence import ALPHA
from oilstone_registry.units import Outcome

sys.path.insert(0, str(Path(__file__).parent))
import worlds
from methods import RIVALS, Betting, Counts, Ratio

OURS = Betting.name
METHODS = [*RIVALS, OURS]
SRM = "sample ratio checked at every outcome, 50/50"


def play(world: worlds.World, runs: int, seed: int) -> dict[str, np.ndarray]:
    """Return for each method the first decision of every run as +-step (0: none)."""
    rng = np.random.default_rng(seed)
    ours, counts = Betting(runs), Counts(runs)
    first = {name: np.zeros(runs, dtype=int) for name in METHODS}
    for step in range(world.steps):
        outcome, treated, probability = world.draw(rng, runs, step)
        _note(first[OURS], ours.step(outcome, treated, probability), step)
        counts.step(outcome, treated)
        difference, variance = counts.difference()
        for name, rejects in RIVALS.items():
            side = rejects(difference, variance, step + 1) * np.sign(difference)
            _note(first[name], side.astype(int), step)
    return first


def sticky(runs: int, seed: int, users: int = 200, requests: int = 100) -> dict[str, np.ndarray]:
    """Users who differ and stay in their arm: the rivals count requests, we count users."""
    rng = np.random.default_rng(seed)
    rates = rng.beta(0.9, 1.1, (runs, users))
    arms = rng.random((runs, users)) < 0.5
    totals, counts = np.zeros((runs, users)), Counts(runs)
    first = {name: np.zeros(runs, dtype=int) for name in METHODS}
    order = np.concatenate([rng.permutation(users) for _ in range(requests)])
    for step, who in enumerate(order):
        outcome = (rng.random(runs) < rates[:, who]).astype(float)
        totals[:, who] += outcome
        counts.step(outcome, arms[:, who])
        difference, variance = counts.difference()
        for name, rejects in RIVALS.items():
            side = rejects(difference, variance, step + 1) * np.sign(difference)
            _note(first[name], side.astype(int), step)
    ours = Betting(runs)
    for who in range(users):
        _note(first[OURS], ours.step(totals[:, who] / requests, arms[:, who], 0.5), who)
    return first


def _note(first: np.ndarray, side: np.ndarray, step: int) -> None:
    fresh = (first == 0) & (side != 0)
    first[fresh] = side[fresh] * (step + 1)


def mismatches(runs: int, seed: int, steps: int = 20_000) -> dict[str, float]:
    """Return how often arms that are split as planned are called split otherwise."""
    rng, ours = np.random.default_rng(seed), Ratio(runs)
    chi2 = np.zeros(runs, dtype=bool)
    for step in range(1, steps + 1):
        ours.step(rng.random(runs) < 0.5, 0.5)
        chi2 |= (2 * ours.candidate - step) ** 2 / step > 6.6349
    return {"chi-squared p < .01": chi2.mean(), OURS: (ours.highest >= ratio.needed(ALPHA)).mean()}


def cost(outcomes: int = 100_000) -> float:
    """Return the product's CPU time per outcome in microseconds.

    All of it: units, sample ratio, verdict, curve, and the two guardrails of a plan without a file.
    """
    draw, best = random.Random(0), float("inf")
    rows = [
        Outcome(f"{number:064x}", draw.random() < 0.5, 0.5, number, _values(draw))
        for number in range(outcomes)
    ]
    for _ in range(3):
        start = time.process_time()
        analysis.replay(plan.load(None), rows, ended=False)
        best = min(best, time.process_time() - start)
    return best / outcomes * 1e6


def _values(draw: random.Random) -> tuple[float, ...]:
    """An outcome, and what it says to the guardrails for errors and latency."""
    return float(draw.random() < 0.45), float(draw.random() < 0.98), draw.random()


def measure(runs: int, seed: int) -> dict[str, dict[str, dict[str, float]]]:
    """Return {situation: {method: {what: number}}}; shares are of all runs."""
    found = {name: _calls(play(one, runs, seed)) for name, one in worlds.NO_EFFECT.items()}
    found["(d) 200 sticky users x 100 requests"] = _calls(sticky(runs, seed))
    fewer = max(runs // 2, 1)
    found |= {name: _calls(play(one, fewer, seed)) for name, one in worlds.WORSE.items()}
    for name, one in worlds.BETTER.items():
        first = play(one, runs, seed)
        found[name] = {
            method: _calls({method: at})[method] | _speed(at) for method, at in first.items()
        }
    found[SRM] = {name: {"called": float(one)} for name, one in mismatches(runs, seed).items()}
    found["CPU per outcome"] = {OURS: {"microseconds": cost()}}
    return found


def _calls(first: dict[str, np.ndarray]) -> dict[str, dict[str, float]]:
    return {
        name: {
            "called": float((at != 0).mean()),
            "winner": float((at > 0).mean()),
            "loser": float((at < 0).mean()),
        }
        for name, at in first.items()
    }


def _speed(at: np.ndarray) -> dict[str, float]:
    when = np.where(at == 0, np.iinfo(int).max, np.abs(at))
    return {"median": float(np.median(when)), "p90": float(np.quantile(when, 0.9))}


def table(found: dict[str, dict[str, dict[str, float]]], runs: int) -> str:
    lines = [f"{runs} runs of 20,000 outcomes, alpha {ALPHA}; shares of runs, steps in outcomes"]
    for situation, methods in found.items():
        lines += ["", situation]
        for name, numbers in methods.items():
            said = "  ".join(f"{key} {_number(key, value)}" for key, value in numbers.items())
            lines.append(f"  {name:<26} {said}")
    return "\n".join(lines)


def _number(key: str, value: float) -> str:
    if key in ("called", "winner", "loser"):
        return f"{value:7.2%}"
    return f"{value:.1f}" if value < 1e15 else "never"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=2000, help="runs per situation (default 2000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    found = measure(args.runs, args.seed)
    print(json.dumps(found, indent=2) if args.json else table(found, args.runs))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

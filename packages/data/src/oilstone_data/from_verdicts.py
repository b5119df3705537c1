"""`oilstone-data from-verdicts`: expert iteration keeps a model's own best answers.

A sample becomes a row when it passed, is as clean as the recipe asks, answers no evaluation
problem, is no near-duplicate of a better one, and is among the best of its problem. Better means a
greater score, then a shorter program, then the earlier report and number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from oilstone_data import judged
from oilstone_data.evaluation import REASON, Evaluation
from oilstone_data.harvest import Harvest, make, measured, settle, untouched
from oilstone_data.judged import Judged
from oilstone_data.lineage import parent, rows_of
from oilstone_data.stage import Refusal, Refused, Row
from oilstone_schemas import jsonl, recipe
from oilstone_schemas.artifact import Manifest

DEFAULTS = Path(__file__).with_name("from-verdicts.yaml")
_HELD_OUT = ("eval", "test")  # splits that `export` writes and no training may see


class Places(NamedTuple):
    """Where artifacts lie that are not where they were: folders or JSONL files."""

    samples: Sequence[Path] = ()
    tasks: Sequence[Path] = ()
    evaluation: Sequence[Path] = ()


@dataclass(frozen=True)
class _Source:
    """One report, with the samples and the problems that it is about."""

    report: Manifest
    samples: Manifest
    problems: Manifest

    @property
    def name(self) -> str:
        return f"report:{self.report.digest[:12]}"

    @property
    def held_out(self) -> bool:
        return self.problems.recipe.get("split") in _HELD_OUT


class _Candidate(NamedTuple):
    """A judged sample on its way in; `line` is its verdict's, counted from 1."""

    source: _Source
    line: int
    problem: Row
    judged: Judged


def from_verdicts(
    reports: Sequence[Path], places: Places, path: Path | None, out: Path, overrides: Sequence[str]
) -> dict[str, Any]:
    """Make the dataset of what `reports` found good into `out`, unless it stands there already."""
    settings = recipe.load(path or DEFAULTS, "recipe-from-verdicts.v1", overrides)
    sources = [_source(report, places) for report in reports]
    evaluation = Evaluation(places.evaluation)
    inputs = [part for s in sources for part in (s.report, s.samples, s.problems)]
    return make(
        out,
        settings,
        [*inputs, *evaluation.manifests],
        lambda: _gather(sources, settings, evaluation, places),
    )


def refusal(found: Judged, settings: Mapping[str, Any], language: str) -> Refusal | None:
    """Return why a sample is not good enough, if so; the first reason counts."""
    status, said = found.verdict["status"], found.verdict["reason"]
    if status == "unscored":
        return Refusal("unscored", f"the judge could not judge it: {said}")
    compiled = found.checks.get("compiles") is True
    if status == "failed" and (settings["must_pass"] or not compiled):
        return Refusal(
            "not_passed", f"{said}: {found.verdict['explanation'] or 'no more was said'}"
        )
    if not found.sample["code"]:
        return Refusal("no_code", "the answer holds no program")
    for name, bounds in _bounds(settings, language):
        if reason := _out_of_bounds(name, found.checks.get(name), bounds):
            return reason
    return None


def score(checks: Mapping[str, Any], clippy_max: float) -> float:
    """Return 0.4 max(0, 1 - clippy / (clippy_max + 1)) + 0.4 idiomatic + 0.2 documented, in [0, 1].

    A check without a value adds nothing.
    """
    clippy = checks.get("clippy_warnings")
    clean = 0.0 if clippy is None else max(0.0, 1 - clippy / (clippy_max + 1))
    idiomatic, documented = checks.get("idiomatic") or 0.0, checks.get("documented") or 0.0
    return 0.4 * clean + 0.4 * float(idiomatic) + 0.2 * float(documented)


def _source(path: Path, places: Places) -> _Source:
    report = judged.load(path)
    samples = parent(report, "samples", places.samples, "--samples")
    return _Source(report, samples, parent(report, "problems", places.tasks, "--tasks"))


def _bounds(settings: Mapping[str, Any], language: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if language == "rust":
        rust = settings["rust"]
        yield "compiles", {"min": 1}
        yield "clippy_warnings", {"max": rust["clippy_max"]}
        yield "idiomatic", {"min": rust["idiomatic_min"]}
        yield "documented", {"min": rust["documented_min"]}
    yield from settings["checks"].items()


def _out_of_bounds(name: str, value: Any, bounds: Mapping[str, Any]) -> Refusal | None:
    slug = "".join(c if c.isalnum() else "_" for c in name.lower())
    if not isinstance(value, int | float):
        return Refusal(f"check_{slug}_missing", f"the verdict has no value of {name}")
    if value < bounds.get("min", value):
        return Refusal(f"check_{slug}_low", f"{name} is {value}, at least {bounds['min']} is asked")
    if value > bounds.get("max", value):
        return Refusal(f"check_{slug}_high", f"{name} is {value}, at most {bounds['max']} is asked")
    return None


def _gather(
    sources: Sequence[_Source],
    settings: Mapping[str, Any],
    evaluation: Evaluation,
    places: Places,
) -> Harvest:
    harvest = Harvest()
    refuse = partial(_refuse, harvest)
    good = list(_fit(_candidates(sources, places), settings, harvest))
    ours = untouched(good, _row, evaluation, refuse)
    ranked = sorted(ours, key=lambda candidate: _rank(candidate, settings["rust"]["clippy_max"]))
    harvest.rows.extend(settle(_chosen(ranked, settings), refuse))
    return harvest


def _candidates(sources: Sequence[_Source], places: Places) -> Iterator[_Candidate]:
    for source in sources:
        problems = {row["id"]: row for row in jsonl.read(rows_of(source.problems), "problem.v1")}
        read = judged.read(source.report, places.samples)
        for line, found in enumerate(read, start=1):
            yield _Candidate(source, line, problems[found.sample["problem_id"]], found)


def _fit(
    candidates: Iterator[_Candidate], settings: Mapping[str, Any], harvest: Harvest
) -> Iterator[_Candidate]:
    """Yield the candidates that are good enough; write the others down in `harvest`."""
    for candidate in candidates:
        why = _held_out(candidate, settings["held_out"]) or refusal(
            candidate.judged, settings, candidate.problem["language"]
        )
        if why is None:
            yield candidate
        else:
            _refuse(harvest, candidate, why)


def _held_out(candidate: _Candidate, policy: str) -> Refusal | None:
    if policy == "allow" or not candidate.source.held_out:
        return None
    split = candidate.source.problems.recipe["split"]
    return Refusal(REASON, f"its problems were exported from a dataset's {split} split")


def _rank(candidate: _Candidate, clippy_max: float) -> tuple[float, int]:
    found = candidate.judged
    return -score(found.checks, clippy_max), len(found.sample["code"])


def _chosen(
    ranked: Sequence[_Candidate], settings: Mapping[str, Any]
) -> Iterator[tuple[_Candidate, Row | Refusal]]:
    """Yield each candidate, the best first, with its row or why it is left out."""
    from oilstone_data.dedup import Deduplicate

    unlike = Deduplicate(settings["near"], fields=("prompt", "completion"))
    of_problem: Counter[str] = Counter()
    most = settings["most"]
    for candidate, answer in zip(ranked, unlike([_row(c) for c in ranked]), strict=True):
        name = candidate.problem["id"]
        if isinstance(answer, Refused):
            yield candidate, Refusal(answer.reason, answer.explanation)
        elif of_problem[name] >= settings["per_problem"]:
            yield candidate, Refusal("not_among_best", f"{of_problem[name]} better ones of {name}")
        elif most is not None and of_problem.total() >= most:
            yield candidate, Refusal("over_most", f"{most} better ones are kept already")
        else:
            of_problem[name] += 1
            yield candidate, answer.row


def _name(candidate: _Candidate) -> str:
    sample = candidate.judged.sample
    digest = candidate.source.report.digest[:12]
    return f"{sample['problem_id']}/{sample['sample_index']}@{digest}"


def _refuse(harvest: Harvest, candidate: _Candidate, why: Refusal) -> None:
    found = candidate.judged
    row = {**found.sample, "verdict": found.verdict}
    harvest.refuse(why, candidate.source.name, candidate.line, row)


def _row(candidate: _Candidate) -> Row:
    problem, code = candidate.problem, candidate.judged.sample["code"]
    return {
        "id": _name(candidate),
        "group": problem["id"],
        "family": problem["domain"],
        "slice": "train",
        "language": problem["language"],
        "prompt": problem["prompt"],
        "completion": code,
        "tests": problem["tests"],
        **measured(problem["language"], code),
        "licence": problem["licence"],
        "source": problem["source"],
        "synthetic": True,
        "derived_from": problem["id"],
    }

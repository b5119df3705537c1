"""Reports, samples and problems as `oilstone-eval` and `export` write them, made for a test."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from oilstone_schemas import artifact, jsonl

CLEAN = {"compiles": True, "clippy_warnings": 0, "idiomatic": 1.0, "documented": True}


def problem(name, **more):
    return {
        "id": name,
        "language": "rust",
        "prompt": f"Print what {name} is.",
        "tests": [{"stdin": "", "stdout": "1\n"}],
        "reference": None,
        "domain": "sum",
        "difficulty": None,
        "licence": "MIT",
        "source": "ours",
        "slice": "all",
        **more,
    }


def sample(name, code, index=0):
    return {
        "problem_id": name,
        "sample_index": index,
        "completion": f"```rust\n{code}\n```",
        "code": code,
        "finish_reason": "stop",
        "prompt_tokens": 1,
        "completion_tokens": 1,
        "seconds": 0.0,
    }


def verdict(name, index=0, status="passed", reason=None, explanation=None, **checks):
    return {
        "problem_id": name,
        "sample_index": index,
        "slice": "all",
        "status": status,
        "reason": reason,
        "checks": {**CLEAN, **checks},
        "tier": "none",
        "seconds": 0.0,
        "explanation": explanation,
    }


def publish(out: Path, kind, rows, inputs=(), recipe=None, file=None):
    """Write one file of rows as an artifact of this kind."""
    key = {"producer": "oilstone-data", "recipe": recipe or {}, "seed": 0, "inputs": list(inputs)}
    request = artifact.request(kind, **key)
    stage = artifact.stage(out, request)
    jsonl.write(stage / (file or f"{kind}.jsonl"), rows)
    return artifact.publish(stage, out, kind=kind, request=request, **key)


def report(folder: Path, problems, judged, split=None):
    """Publish problems, samples and the report about them; `judged` are (sample, verdict)."""
    asked = publish(folder / "problems", "problems", problems, recipe=split and {"split": split})
    given = publish(folder / "samples", "samples", [sample for sample, _ in judged], [asked])
    verdicts = [verdict for _, verdict in judged]
    publish(folder / "report", "report", verdicts, [given, asked], file="verdicts.jsonl")
    return folder / "report"


@pytest.fixture(scope="session")
def made():
    """The makers above: `made.problem("a")`, `made.report(folder, problems, judged)`."""
    return SimpleNamespace(
        problem=problem, sample=sample, verdict=verdict, publish=publish, report=report
    )

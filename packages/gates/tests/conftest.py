"""Real artifacts, built as the evaluator and the trainer build them, for the gates to read."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from oilstone_schemas import artifact, jsonl

PRODUCER = "oilstone-gates"
COMMAND = Path(sys.executable).with_name("oilstone-gates")


class Workshop:
    """A folder with problems, adapters, samples and reports, made on demand."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def problems(self, ids, name="problems"):
        rows = [_problem(problem) for problem in ids]
        return self._publish(name, "problems", [], {"problems.jsonl": rows})

    def adapter(self, name="phase2", content="weights"):
        return self._publish(name, "adapter", [], {"adapter.safetensors": content})

    def report(self, name, problems, verdicts, *, adapter=None, metrics=None, details=None, **more):
        """Samples and a report; verdicts {problem id: verdict}, metrics {name: record}.

        A verdict's slice is the problem's id before the "-": that of "-1" names none.
        """
        inputs = [problems] if adapter is None else [problems, adapter]
        rows = [_placed(key) | row for key, row in verdicts.items()]
        samples = self._publish(
            f"samples/{name}", "samples", inputs, {"samples.jsonl": [_sample(row) for row in rows]}
        )
        said = {"metrics": metrics or {}, "slices": {}, "primary_slice": None, **more}
        files = {"verdicts.jsonl": rows, "metrics.json": json.dumps(said)}
        return self._publish(f"report/{name}", "report", [problems, samples], files, details)

    def gates(self, *gates, name="gates.yaml"):
        path = self.root / name
        path.write_text(yaml.safe_dump({"gates": list(gates)}, sort_keys=False))
        return path

    def run(self, *words):
        return run("check", *words)

    def check(self, gates, report, *words):
        """Run the installed command with --json; return (exit code, result)."""
        out = self.root / "decision"
        done = run("check", gates, "--report", report.folder, "--out", out, "--json", *words)
        return done.returncode, json.loads(done.stdout)

    def republish(self, decision, files, report):
        """The decision with other files, sealed again by somebody who knows how."""
        stage = artifact.stage(decision.folder, "f" * 64)
        for path, content in files.items():
            (stage / path).write_bytes(content)
        about = {"kind": "decision", "producer": PRODUCER, "seed": 0, "inputs": [report]}
        out = decision.folder
        artifact.publish(stage, out, recipe=decision.recipe, request="f" * 64, **about)
        return out

    def _publish(self, name, kind, inputs, files, details=None):
        out = self.root / name
        request = artifact.request(
            kind, producer=PRODUCER, recipe={"name": name}, seed=0, inputs=inputs
        )
        stage = artifact.stage(out, request)
        for path, content in files.items():
            if isinstance(content, str):
                (stage / path).write_text(content)
            else:
                jsonl.write(stage / path, content)
        return artifact.publish(
            stage,
            out,
            kind=kind,
            producer=PRODUCER,
            recipe={"name": name},
            seed=0,
            inputs=inputs,
            request=request,
            details=details or {},
        )


def _placed(problem):
    placed = {"problem_id": problem, "sample_index": 0}
    return placed | {"slice": _slice(problem)} if _slice(problem) else placed


def _slice(problem):
    return problem.partition("-")[0]


def _problem(problem):
    return {
        "id": problem,
        "language": "rust",
        "prompt": "Print 1.",
        "tests": [{"stdin": "", "stdout": "1\n"}],
        "reference": None,
        "domain": "rust",
        "difficulty": None,
        "licence": "Apache-2.0",
        "source": "test",
        "slice": _slice(problem),
    }


def _sample(row):
    return {
        "problem_id": row["problem_id"],
        "sample_index": row["sample_index"],
        "completion": "fn main() {}",
        "code": "fn main() {}",
        "finish_reason": "stop",
        "prompt_tokens": 1,
        "completion_tokens": 1,
        "seconds": 0.1,
    }


def run(*words):
    """Run the installed command."""
    return subprocess.run([COMMAND, *map(str, words)], capture_output=True, text=True, check=False)


@pytest.fixture
def command():
    """Run a verb of the installed command."""
    return run


@pytest.fixture
def workshop(tmp_path):
    return Workshop(tmp_path)


@pytest.fixture
def record():
    """A record of metrics.json."""

    def make(value=0.9, low=0.8, high=0.95, n=300, unscored=0):
        about = {"level": 0.95, "method": "wilson", "unit": "share"}
        return {"value": value, "n": n, "unscored": unscored, "low": low, "high": high, **about}

    return make


@pytest.fixture
def gate():
    """A gate of a gate file."""

    def make(**changes):
        asked = {
            "name": "compiles",
            "metric": "compile_rate",
            "op": ">=",
            "value": 0.85,
            "basis": "point",
            "min_n": 300,
            "rationale": "a program that does not compile helps nobody",
        }
        return asked | changes

    return make


@pytest.fixture
def verdict():
    """A verdict without its problem."""

    def make(status="passed", reason=None, **checks):
        compiled = {"compiles": True, "clippy_warnings": 0, "idiomatic": 0.5, "documented": True}
        return {
            "status": status,
            "reason": reason or {"passed": None, "failed": "wrong_output"}.get(status, "not_run"),
            "checks": compiled | checks,
            "tier": "limits",
            "seconds": 0.1,
            "explanation": None,
        }

    return make

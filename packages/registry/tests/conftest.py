"""Real adapters and decisions in a folder of their own, and the installed command."""

import contextlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from oilstone_registry.cli import main
from oilstone_schemas import artifact, canonical

BIN = Path(sys.executable).parent
GATE = {
    "name": "compiles",
    "metric": "compile_rate",
    "op": ">=",
    "value": 0.9,
    "basis": "point",
    "min_n": 1,
    "max_unscored": 0,
    "rationale": "a program that does not compile helps nobody",
}


class Workshop:
    """Makes adapters, decisions, and runs oilstone-registry on one registry."""

    def __init__(self, root):
        self.root = root
        self.registry = root / "registry" / "registry.sqlite"

    def adapter(self, name="phase2", content="weights"):
        files = {"adapter_model.safetensors": content, "tokenizer/tokenizer.json": "{}"}
        return self.publish(name, "adapter", [], files, {"content": content})

    def report(self, name, adapter):
        """A report on the adapter, without anything in it that a registry reads."""
        inputs = [] if adapter is None else [adapter]
        samples = self.publish(f"samples-{name}", "samples", inputs, {"a": "s"}, {"of": name})
        return self.publish(f"report-{name}", "report", [samples], {"a": "r"}, {"of": name})

    def decision(self, adapter, observed=0.95, name="decision", **changes):
        """A decision with one gate: it passes from 0.9 on."""
        report = self.report(name, adapter)
        verdict = "passed" if observed >= 0.9 else "failed"
        found = {key: GATE[key] for key in ("name", "metric", "op", "basis", "rationale")}
        found |= {"slice": None, "threshold": 0.9, "observed": observed, "low": None}
        found |= {"high": None, "n": 300, "unscored": 0, "baseline": None}
        found |= {"verdict": verdict, "explanation": "as asked"}
        data = {
            "adapter": None if adapter is None else {"digest": adapter.digest},
            "report": {"digest": report.digest},
            "baselines": {},
            "gates": [found],
            "verdict": verdict,
        }
        files = {"decision.json": canonical.pretty(data | changes).decode()}
        return self.publish(name, "decision", [report], files, {"gates": [GATE]})

    def publish(self, name, kind, inputs, files, recipe):
        out, about = self.root / name, {"recipe": recipe, "seed": 0, "inputs": inputs}
        request = artifact.request(kind, producer="oilstone-registry", **about)
        stage = artifact.stage(out, request)
        for path, content in files.items():
            (stage / path).parent.mkdir(parents=True, exist_ok=True)
            (stage / path).write_text(content)
        about |= {"kind": kind, "producer": "oilstone-registry", "request": request}
        return artifact.publish(stage, out, **about)

    def start(self, *words, **options):
        """Start the installed command on this registry, with --json."""
        command = [BIN / "oilstone-registry", *map(str, words), "--json"]
        return subprocess.Popen(
            [*command, "--registry", self.registry],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )

    def run(self, *words):
        """Run it; return (exit code, result)."""
        process = self.start(*words)
        out, _ = process.communicate(timeout=120)
        return process.returncode, json.loads(out)

    def register(self, adapter, *words, name="rust-tiny"):
        return self.run("register", adapter.folder, "--name", name, *words)

    def promote(self, reference, decision):
        return self.run("promote", reference, "--decision", decision.folder)

    def given(self, *words):
        """Run a command that a test begins or ends with, in this process, which is faster."""
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            code = main([*map(str, words), "--json", "--registry", str(self.registry)])
        assert code == 0, printed.getvalue()
        return json.loads(printed.getvalue())

    def registered(self, adapter, *words, name="rust-tiny"):
        return self.given("register", adapter.folder, "--name", name, *words)

    def promoted(self, reference, decision):
        return self.given("promote", reference, "--decision", decision.folder)

    def show(self, name="rust-tiny"):
        return self.given("show", name)


def raw(*words, **environment):
    """Run the installed command as a person does, without a registry of ours."""
    kept = {key: value for key, value in os.environ.items() if key != "OILSTONE_REGISTRY"}
    return subprocess.run(
        [BIN / "oilstone-registry", *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        env=kept | environment,
    )


@pytest.fixture
def workshop(tmp_path):
    return Workshop(tmp_path)


@pytest.fixture
def command():
    return raw

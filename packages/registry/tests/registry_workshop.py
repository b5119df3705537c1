"""Real adapters, decisions and experiments in a folder of their own, and the command on them."""

import contextlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path

from oilstone_registry import outcomes
from oilstone_registry.cli import main
from oilstone_registry.database import open_registry
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

    def __init__(self, root, url=None, empty=None):
        """`empty`: what is in the file of an empty registry, which saves migrating one."""
        self.root = root
        self.on_server = url is not None
        self.registry = url or root / "registry" / "registry.sqlite"
        self.store = root / "registry" / "store"
        if empty is not None:
            self.registry.parent.mkdir()
            self.registry.write_bytes(empty)

    def adapter(self, name="phase2", content="weights"):
        files = {"adapter_model.safetensors": content, "tokenizer/tokenizer.json": "{}"}
        return self.publish(name, "adapter", [], files, {"content": content})

    def report(self, name, adapter, observed=0.95, n=300):
        """A report on the adapter: its compile_rate, or {metric: value}."""
        inputs = [] if adapter is None else [adapter]
        samples = self.publish(f"samples-{name}", "samples", inputs, {"a": "s"}, {"of": name})
        seen = observed if isinstance(observed, dict) else {"compile_rate": observed}
        about = {"n": n, "unscored": 0, "low": None, "high": None, "level": 0.95}
        about |= {"method": "wilson", "unit": "share"}
        metrics = {metric: {"value": value, **about} for metric, value in seen.items()}
        said = {"metrics": metrics, "slices": {}, "primary_slice": None}
        files = {"metrics.json": json.dumps(said)}
        return self.publish(f"report-{name}", "report", [samples], files, {"of": name})

    def decision(self, adapter, observed=0.95, name="decision", reported=None, **changes):
        """A decision with one gate: it passes from 0.9 on. `reported`: what the report says."""
        report = self.report(name, adapter, observed if reported is None else reported)
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
            env=os.environ | {"OILSTONE_STORE": str(self.store)},
            **options,
        )

    def installed(self, *words):
        """Run the installed command; return (exit code, result)."""
        process = self.start(*words)
        out, _ = process.communicate(timeout=120)
        return process.returncode, json.loads(out)

    def register(self, adapter, *words, name="rust-tiny"):
        return self.run("register", adapter.folder, "--name", name, *words)

    def promote(self, reference, decision):
        return self.run("promote", reference, "--decision", decision.folder)

    def given(self, *words):
        """Run a command that a test begins or ends with."""
        code, said = self.run(*words)
        assert code == 0, said
        return said

    def run(self, *words):
        """Run a command in this process, which is faster; return (exit code, result)."""
        printed, old = io.StringIO(), os.environ.get("OILSTONE_STORE")
        os.environ["OILSTONE_STORE"] = str(self.store)
        try:
            with contextlib.redirect_stdout(printed):
                code = main([*map(str, words), "--json", "--registry", str(self.registry)])
        finally:
            os.environ.pop("OILSTONE_STORE")
            if old is not None:
                os.environ["OILSTONE_STORE"] = old
        return code, json.loads(printed.getvalue())

    def open(self):
        """The registry, as the package sees it."""
        return open_registry(str(self.registry), create=True, store=str(self.store))

    def production(self, content="old", **words):
        """Register and promote an adapter."""
        adapter = self.adapter(content, content)
        self.registered(adapter)
        decision = self.decision(adapter, name=f"decision-{content}")
        self.promoted("rust-tiny", decision)
        return adapter

    def gated(self, content="new"):
        """Register an adapter and gate it; return its row."""
        adapter = self.adapter(content, content)
        self.registered(adapter)
        decision = self.decision(adapter, name=f"decision-{content}")
        return self.given("gate", "rust-tiny", "--decision", decision.folder)

    def tested(self, *words, content="new", traffic=0.5):
        """A gated candidate in test; return the experiment as a router sees it."""
        version = self.gated(content)["version"]
        asked = ("--candidate", version, "--traffic", traffic)
        self.given("ab", "start", "rust-tiny", *asked, *words)
        return outcomes.running(self.open(), "rust-tiny")

    def serve(self, experiment, rate, count, start=0, **more):
        """Play `count` requests whose arm succeeds at a rate, without any chance: spread evenly."""
        rows, seen = [], {arm: 0 for arm in rate}
        for number in range(start, start + count):
            assigned = experiment.assign(f"unit-{number}", f"request-{number}")
            seen[assigned.arm] += 1
            good = int(seen[assigned.arm] * rate[assigned.arm])
            outcome = good - int((seen[assigned.arm] - 1) * rate[assigned.arm])
            rows.append(assigned._asdict() | {"outcome": outcome, "kind": "judged"} | more)
        return outcomes.record(self.open(), rows)

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

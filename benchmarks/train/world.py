"""What the benchmarks of training have in common: a small dataset, and CPU seconds of a command."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from oilstone_schemas import artifact, jsonl

ROWS = {"train": 400, "eval": 32, "test": 0}


def dataset(out: Path, lines: int = 1) -> Path:
    """Publish rows that ask for a sum and answer with a Rust program of so many lines."""
    made = {"producer": "oilstone-train", "recipe": {}, "seed": 0, "inputs": []}
    request = artifact.request("dataset", **made)
    stage = artifact.stage(out, request)
    for name, count in ROWS.items():
        jsonl.write(stage / f"{name}.jsonl", (_row(name, n, lines) for n in range(count)), "row.v1")
    jsonl.write(stage / "refused.jsonl", [])
    hashed = hashlib.sha256(b"").hexdigest()
    details = {"system_prompt": "", "system_prompt_sha256": hashed}
    artifact.publish(stage, out, kind="dataset", request=request, details=details, **made)
    return out


def _row(part: str, number: int, lines: int) -> dict[str, object]:
    name, a, b = f"{part}/{number}", number % 89, number // 89
    body = "".join(f'    println!("{{}}", {a} + {b + n});\n' for n in range(lines))
    return {
        "id": name, "group": name, "family": "add", "slice": "train", "style": "plain",
        "language": "rust", "prompt": f"Print {a} plus {b}, and nothing else.",
        "completion": f"fn main() {{\n{body}}}\n", "tests": [],
        "quality": {"idiomatic": 0, "low_quality": 1, "documented": False},
        "licence": "Apache-2.0", "source": "benchmark",
    }  # fmt: skip


def spent(words: Sequence[object], cwd: Path, env: Mapping[str, str] | None = None) -> float:
    """Run a command; return CPU seconds of it and of all that it waited for."""
    log = cwd / "bench.log"
    with log.open("w") as file:
        process = subprocess.Popen(
            list(map(str, words)), cwd=cwd, env=env, stdout=file, stderr=file
        )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if status:
        sys.exit(f"{words}: ended with {process.returncode}\n{log.read_text()[-2000:]}")
    return usage.ru_utime + usage.ru_stime

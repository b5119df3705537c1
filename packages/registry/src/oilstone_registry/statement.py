"""What was tested and how it went, as an in-toto Statement that other tools can read.

https://in-toto.io/Statement/v1 with the predicate https://in-toto.io/attestation/test-result/v0.1.
"""

import hashlib
from pathlib import Path
from typing import Any

from oilstone_gates.decision import Decision
from oilstone_registry.proof import gates_of
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.manifest import NAME

RESULTS = {"passed": "PASSED", "failed": "FAILED", "inconclusive": "WARNED"}


def statement(label: str, adapter: Manifest, read: Decision) -> dict[str, Any]:
    """Return the statement about one adapter: its files by sha256, the gates, the verdict."""
    by_verdict: dict[str, list[str]] = {"passed": [], "failed": [], "inconclusive": []}
    for gate in read.data["gates"]:
        by_verdict[gate["verdict"]].append(gate["name"])
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [
            {"name": label, "digest": {"sha256": _sha256(adapter.folder / NAME)}},
            *(
                {"name": f"{label}/{entry['path']}", "digest": {"sha256": entry["sha256"]}}
                for entry in adapter.data["files"]
            ),
        ],
        "predicateType": "https://in-toto.io/attestation/test-result/v0.1",
        "predicate": {
            "result": RESULTS[read.verdict],
            "configuration": [
                {"name": "gates.yaml", "digest": {"sha256": gates_of(read)}},
                {"name": "decision", "digest": {"sha256": read.manifest.digest}},
                {"name": "report", "digest": {"sha256": read.data["report"]["digest"]}},
            ],
            "passedTests": by_verdict["passed"],
            "warnedTests": by_verdict["inconclusive"],
            "failedTests": by_verdict["failed"],
        },
    }


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()

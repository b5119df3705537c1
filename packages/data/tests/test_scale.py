"""A million rows, streamed."""

import json
import subprocess
import sys

import pytest

ROWS = 1_000_000
MEMORY = 1 << 30  # bytes


@pytest.mark.slow
@pytest.mark.parametrize("dedup", [None, {"threshold": None}, {}])
def test_a_million_rows_stream_through_in_less_than_a_gibibyte(foreign, dedup):
    with (foreign.folder / "rows.jsonl").open("w") as file:
        for i in range(ROWS):
            body = f"/// Adds {i}.\npub fn add_{i}(x: Option<u64>) -> u64 {{ x.unwrap_or({i}) }}"
            file.write(json.dumps({"content": body, "hexsha": str(i)}) + "\n")
    source = {"name": "own", "kind": "jsonl", "path": "rows.jsonl", "adapter": "rust-clean"}
    keys = {} if dedup is None else {"dedup": dedup}
    path = foreign.recipe(source, rust={"score": "text"}, **keys)
    measure = (
        "import resource, subprocess, sys;"
        "done = subprocess.run(sys.argv[1:], capture_output=True, text=True);"
        "print(done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    words = ["oilstone-data", "build", str(path), "--out", str(foreign.folder / "out")]
    made = subprocess.run([sys.executable, "-c", measure, *words], capture_output=True, text=True)
    code, kibibytes = map(int, made.stdout.split())
    assert code == 0 and kibibytes * 1024 < MEMORY

"""How fast rows are read and validated, beside plain jsonschema; CPU time, one core.

    python benchmarks/schemas/bench_validate.py [--rows 2000] [FILE.jsonl SCHEMA]

Without a file it takes the valid examples of row.v1, sample.v1 and verdict.v1, repeated.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from oilstone_schemas import canonical, jsonl, validate

EXAMPLES = Path(__file__).parents[2] / "schemas/examples"


def main() -> None:
    args = arguments()
    print(f"{'rows':<35} {'bytes':>6} {'ours us':>8} {'plain us':>9} {'ratio':>6} {'rows/s':>8}")
    for name, schema, values in sources(args):
        for form, write in FORMS.items():
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder, "rows.jsonl")
                path.write_bytes(b"".join(write(value) for value in values))
                report(f"{name}, {form}", schema, path, len(values))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("schema", nargs="?")
    parser.add_argument("--rows", type=int, default=2000)
    return parser.parse_args()


def sources(args: argparse.Namespace) -> Iterator[tuple[str, str, list[Any]]]:
    if args.file:
        yield args.file.name, args.schema, list(jsonl.read(args.file))[: args.rows]
        return
    for schema in ("row.v1", "sample.v1", "verdict.v1"):
        files = sorted((EXAMPLES / schema / "valid").glob("*.json"))
        values = [canonical.loads(path.read_bytes()) for path in files]
        yield schema, schema, (values * args.rows)[: args.rows]


FORMS: dict[str, Callable[[Any], bytes]] = {
    "as we write it": lambda value: canonical.dumps(value) + b"\n",
    "as json.dumps writes it": lambda value: json.dumps(value).encode() + b"\n",
}


def report(name: str, schema: str, path: Path, rows: int) -> None:
    ours = cpu(lambda: sum(1 for _ in jsonl.read(path, schema))) / rows
    plain = cpu(lambda: plainly(path, schema)) / rows
    size = path.stat().st_size // rows
    numbers = f"{ours * 1e6:8.1f} {plain * 1e6:9.1f} {plain / ours:6.1f} {1 / ours:8.0f}"
    print(f"{name:<35} {size:>6} {numbers}")


def plainly(path: Path, schema: str) -> None:
    """What one writes with jsonschema alone, its validator made once."""
    is_valid = Draft202012Validator(validate.schema(schema)).is_valid
    with path.open("rb") as file:
        assert all(is_valid(json.loads(line)) for line in file)


def cpu(work: Callable[[], object]) -> float:
    """The best CPU time of seven runs, in seconds."""
    best = float("inf")
    for _ in range(7):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


if __name__ == "__main__":
    main()

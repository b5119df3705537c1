"""Evaluation problems planted in real files: who finds them, and at what CPU time.

    OILSTONE_BENCH_RUST=~/repositories OILSTONE_TEST_DATA=~/data \\
        python benchmarks/data/bench_decontaminate.py

Each problem (HumanEval for Rust) goes into a file of its own, as it is, indented anew, without
comments and with other names; all other files are unrelated. Every program reads the same rows.
"""

import gzip
import json
import os
import random
import re
import sys
import tempfile
from pathlib import Path

from beside import arguments, chosen, corpus, here, installed, report, timed, verdict

from oilstone_data.decontaminate.comments import without_comments

AIMS = {"substrings": 4.0, "datatrove_ngrams": 60.0}
NAMES = re.compile(
    r"\bfn\s+(\w+)|\blet\s+(?:mut\s+)?(\w+)|\b(\w+)\s*:(?!:)|\bfor\s+(\w+)\s+in|\|(\w+)\|"
)


def main() -> int:
    args = arguments(__doc__).parse_args()
    if "OILSTONE_TEST_DATA" not in os.environ:
        print("OILSTONE_TEST_DATA is not set: no problems to plant, nothing was measured")
        return 3
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        rows, problems = work / "rows.jsonl", work / "problems.jsonl"
        corpus(rows, args.corpus, args.megabytes)
        planted = plant(rows, problems)
        size = rows.stat().st_size / 1e6
        found = work / "found.txt"
        ours = timed(here(), "our_decontaminate", args.times, rows, problems, found)
        report("oilstone-data", ours, size, ours, judged(planted, rows, found))
        missed = 0
        for name, aim in chosen(args.peers, AIMS).items():
            python = installed("dedup") if name.startswith("datatrove") else here()
            theirs = timed(python, name, 1, rows, problems, found)
            note = f"{judged(planted, rows, found)} {verdict(theirs / ours, aim)}"
            report(name, theirs, size, ours, note)
            missed += theirs / ours < aim
    return int(missed > 0)


def renamed(program: str, rng: random.Random) -> str:
    found = {name for names in NAMES.findall(program) for name in names if name}
    new = {n: f"name_{rng.randrange(10**6)}" for n in sorted(found - {"mut", "self", "crate"})}
    return re.sub(r"\w+", lambda word: new.get(word[0], word[0]), program)


def disguises(program: str, rng: random.Random) -> dict[str, str]:
    return {
        "exact": program,
        "indented": re.sub(r"(?m)^( +)", r"\1\1", program).replace(", ", ","),
        "uncommented": without_comments(program, "rust"),
        "renamed": renamed(without_comments(program, "rust"), rng),
    }


def plant(rows: Path, problems: Path) -> dict[str, list[int]]:
    """Write the problems, plant each once in every disguise; return the rows of each disguise."""
    rng, planted = random.Random(1), {}
    path = Path(os.environ["OILSTONE_TEST_DATA"], "humaneval_x_rust/humaneval_rust.jsonl.gz")
    with gzip.open(path, "rt") as file:
        given = list(map(json.loads, file))
    lines = rows.read_text().rstrip("\n").split("\n")
    places = iter(rng.sample(range(len(lines)), 4 * len(given)))
    with problems.open("w") as file:
        for item in given:
            program = item["declaration"] + item["canonical_solution"]
            problem = {"id": item["task_id"], "language": "rust", "reference": program}
            problem["prompt"] = item["prompt"]
            file.write(json.dumps(problem) + "\n")
            commented = item["prompt"] + program
            for name, text in disguises(commented, rng).items():
                place = next(places)
                row = json.loads(lines[place])
                row["completion"] += f"\n{text}\n"
                lines[place] = json.dumps(row)
                planted.setdefault(name, []).append(place)
    rows.write_text("\n".join(lines) + "\n")
    return planted


def judged(planted: dict[str, list[int]], rows: Path, found: Path) -> str:
    hits = set(map(int, found.read_text().split()))
    shares = [f"{name} {len(hits & set(at))}/{len(at)}" for name, at in planted.items()]
    all_planted = {place for at in planted.values() for place in at}
    with rows.open() as lines:
        others = sum(1 for _ in lines) - len(all_planted)
    return f"{', '.join(shares)}, others {len(hits - all_planted)}/{others}"


if __name__ == "__main__":
    sys.exit(main())

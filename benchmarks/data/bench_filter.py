"""The quality filters of phase 2 from JSON Lines to JSON Lines, beside three peers; CPU time.

    OILSTONE_BENCH_RUST=~/repositories python benchmarks/data/bench_filter.py

Every program reads the same file (one column, as in the-stack-rust-clean), decides, writes what it
keeps and counts why it refused, in one process; what is measured is the CPU time of the whole
process, start-up included. Peers are installed into work/bench on first use.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PEERS = Path(__file__).parent / "peers"
RULES = {"prefer_idiomatic": True, "prefer_documented": True, "min_length": 128,
         "max_length": 100_000, "score": "text"}  # fmt: skip
AIMS = {"seed_loop": 9.0, "hf_filter": 10.0, "datatrove_filter": 10.0}


def main() -> int:
    args = arguments()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        corpus = work / "corpus.jsonl"
        rows = write(corpus, files(args.corpus), args.megabytes)
        size = corpus.stat().st_size / 1e6
        print(
            f"{rows} files, {size:.0f} MB; CPU seconds of the whole process, best of {args.times}"
        )
        ours = best(lambda: oilstone(corpus, work), args.times)
        print(f"{'oilstone-data filter':<22} {ours:7.2f} s {size / ours:7.1f} MB/s")
        return max([peer(name, ours, corpus, work, args.times) for name in AIMS])


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--corpus", type=Path, default=os.environ.get("OILSTONE_BENCH_RUST"))
    parser.add_argument(
        "--megabytes", type=int, default=300, help="the files are repeated up to it"
    )
    parser.add_argument("--times", type=int, default=2)
    return parser.parse_args()


def files(folder: Path | None) -> list[str]:
    """The texts of all .rs files below `folder`; without one, programs of the tiny world."""
    if folder is None:
        print("OILSTONE_BENCH_RUST is not set: programs of the tiny world, smaller than real files")
        return list(drawn())
    found = []
    for path in sorted(Path(folder).rglob("*.rs")):
        try:
            found.append(path.read_bytes().decode())
        except UnicodeDecodeError:
            continue
    return found


def drawn() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        recipe = ROOT / "recipes/rust-tiny/data.yaml"
        run("oilstone-data", "build", recipe, "--out", f"{folder}/data")
        for line in Path(folder, "data/train.jsonl").read_text().splitlines():
            yield json.loads(line)["completion"]


def write(path: Path, texts: list[str], megabytes: int) -> int:
    rows = 0
    with path.open("w", encoding="utf-8") as file:
        while file.tell() < megabytes * 1_000_000:
            for text in texts:
                file.write(json.dumps({"content": text}, ensure_ascii=False) + "\n")
            rows += len(texts)
    return rows


def oilstone(corpus: Path, work: Path) -> float:
    source = {"name": "rust", "kind": "jsonl", "path": corpus.name, "adapter": "rust-clean",
              "language": "rust", "licence": "MIT"}  # fmt: skip
    recipe = work / "data.yaml"
    recipe.write_text(
        json.dumps({"seed": 1, "system_prompt": "", "sources": [source], "rust": RULES})
    )
    return run("oilstone-data", "filter", recipe, "--out", work / "ours", "--reasons-only")


def peer(name: str, ours: float, corpus: Path, work: Path, times: int) -> int:
    """Print a peer's time and ratio; 1 when the ratio misses its aim."""
    python = sys.executable if name == "seed_loop" else installed()

    def once() -> float:
        with tempfile.TemporaryDirectory(dir=work) as target:
            return run(python, PEERS / f"{name}.py", corpus, target)

    theirs = best(once, times)
    size, ratio = corpus.stat().st_size / 1e6, theirs / ours
    verdict = "" if ratio >= AIMS[name] else f"  below the aim of {AIMS[name]:.0f}x"
    print(f"{name:<22} {theirs:7.2f} s {size / theirs:7.1f} MB/s {ratio:6.1f}x{verdict}")
    return 0 if ratio >= AIMS[name] else 1


def installed() -> str:
    """The interpreter that has the peers."""
    wanted = (ROOT / "benchmarks/peers-data.txt").read_text()
    folder = ROOT / "work/bench/data"
    stamp = folder / "installed.txt"
    if not stamp.exists() or stamp.read_text() != wanted:
        venv.create(folder, with_pip=True, clear=True)
        pip = [folder / "bin/python", "-m", "pip", "install", "-q"]
        subprocess.run([*pip, "-r", ROOT / "benchmarks/peers-data.txt"], check=True)
        stamp.write_text(wanted)
    return str(folder / "bin/python")


def run(*words: object) -> float:
    """Run a command to its end; return the CPU seconds of it and its children."""
    before = os.times()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
    made = subprocess.run(list(map(str, words)), check=False, **quiet)
    if made.returncode:
        sys.exit(f"{words[0]} ended with {made.returncode}:\n{made.stderr[-2000:]}")
    after = os.times()
    before_s = before.children_user + before.children_system
    return after.children_user + after.children_system - before_s


def best(once, times: int) -> float:
    return min(once() for _ in range(times))


if __name__ == "__main__":
    sys.exit(main())

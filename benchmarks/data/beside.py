"""What the benchmarks of deduplication, decontamination and secrets share."""

import argparse
import json
import os
import subprocess
import sys
import venv
from pathlib import Path

from bench_filter import ROOT, best, files, run

PEERS = Path(__file__).parent / "peers"
LARGEST = 200_000  # bytes of a file that takes part; smaller than 100 bytes takes no part either


def arguments(description: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=description.partition("\n")[0])
    parser.add_argument("--corpus", type=Path, default=os.environ.get("OILSTONE_BENCH_RUST"))
    parser.add_argument("--megabytes", type=int, default=200, help="at most so much of the corpus")
    parser.add_argument("--times", type=int, default=2, help="runs, of which the best counts")
    parser.add_argument("--peers", default="all", help="names by comma, or none")
    return parser


def corpus(path: Path, folder: Path | None, megabytes: int) -> float:
    """Write each file once as {"id", "completion"}; return the megabytes of text."""
    size = 0
    with path.open("w", encoding="utf-8") as file:
        for number, text in enumerate(files(folder)):
            length = len(text.encode())
            if 100 <= length <= LARGEST and size < megabytes * 1e6:
                size += length
                row = {"id": str(number), "completion": text}
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return size / 1e6


def installed(name: str) -> str:
    """The interpreter of an environment with benchmarks/peers-NAME.txt, made on first use."""
    wanted = ROOT / f"benchmarks/peers-{name}.txt"
    folder = ROOT / f"work/bench/{name}"
    stamp = folder / "installed.txt"
    if not stamp.exists() or stamp.read_text() != wanted.read_text():
        venv.create(folder, with_pip=True, clear=True)
        python = str(folder / "bin/python")
        subprocess.run([python, "-m", "pip", "install", "-q", "-r", str(wanted)], check=True)
        stamp.write_text(wanted.read_text())
    return str(folder / "bin/python")


def timed(python: str, script: str, times: int, *words: object) -> float:
    """CPU seconds of a whole process."""
    return best(lambda: run(python, PEERS / f"{script}.py", *words), times)


def report(name: str, seconds: float, size: float, ours: float, note: str = "") -> None:
    ratio = f"{seconds / ours:7.1f}x" if seconds != ours else " " * 8
    print(
        f"{name:<24}{seconds:9.2f} s {size / seconds:8.1f} MB/s {ratio}  {note}".rstrip(),
        flush=True,
    )


def chosen(given: str, names: dict[str, float]) -> dict[str, float]:
    """The peers to run, with what we aim at."""
    if given == "all":
        return names
    return {name: aim for name, aim in names.items() if name in given.split(",")}


def verdict(ratio: float, aim: float) -> str:
    return "" if ratio >= aim else f"below the aim of {aim:.0f}x"


def here() -> str:
    return sys.executable

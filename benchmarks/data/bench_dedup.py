"""Near-duplicates at Jaccard 0.7 over word 5-grams, JSON Lines in, ids of what stays out; CPU time.

    OILSTONE_BENCH_RUST=~/repositories python benchmarks/data/bench_dedup.py --truth

Every program reads the same file; the CPU time is that of its whole process, start-up included.
With --truth all pairs are compared exhaustively: leak counts kept texts that have a kept neighbour,
false those that went without having any neighbour. Peers are installed into work/bench.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
from beside import arguments, chosen, corpus, here, installed, report, timed, verdict

AIMS = {"datasketch_dedup": 4.0, "datatrove_dedup": 30.0, "text_dedup_minhash": 15.0}
PLACES = {"text_dedup_minhash": "textdedup"}  # environments; the others share one


def main() -> int:
    parser = arguments(__doc__)
    parser.add_argument("--truth", action="store_true", help="compare all pairs; some minutes")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        rows = work / "rows.jsonl"
        size = corpus(rows, args.corpus, args.megabytes)
        print(f"{size:.0f} MB; CPU seconds of the whole process, best of {args.times}")
        pairs = truth(rows, work) if args.truth else None
        kept = work / "kept.txt"
        ours = timed(here(), "our_dedup", args.times, rows, kept)
        report("oilstone-data", ours, size, ours, judged(pairs, kept))
        missed = 0
        for name, aim in chosen(args.peers, AIMS).items():
            theirs = timed(installed(PLACES.get(name, "dedup")), name, 1, rows, kept)
            note = f"{judged(pairs, kept)} {verdict(theirs / ours, aim)}"
            report(name, theirs, size, ours, note)
            missed += theirs / ours < aim
    return int(missed > 0)


def truth(rows: Path, work: Path) -> np.ndarray:
    timed(here(), "truth", 1, rows, work / "truth.npy")
    return np.load(work / "truth.npy")


def judged(pairs: np.ndarray | None, kept: Path) -> str:
    stays = set(map(int, kept.read_text().split()))
    if pairs is None:
        return f"{len(stays)} stay"
    near = {int(number) for pair in pairs for number in pair}
    leaks = {int(i) for i, j in pairs if int(i) in stays and int(j) in stays}
    false = set(range(count(kept))) - stays - near
    return f"{len(stays)} stay, leak {len(leaks)}, false {len(false)}"


def count(kept: Path) -> int:
    with (kept.parent / "rows.jsonl").open("rb") as file:
        return sum(1 for _ in file)


if __name__ == "__main__":
    sys.exit(main())

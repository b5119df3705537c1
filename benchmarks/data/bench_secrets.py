"""Secrets in real files: CPU time, and how many planted ones are found, beside detect-secrets.

    OILSTONE_BENCH_RUST=~/repositories python benchmarks/data/bench_secrets.py --megabytes 20

The planted ones are made from what the services document about their tokens
(packages/data/tests/planted.py), one to a file; speed is measured on the corpus alone.
"""

import json
import sys
import tempfile
from pathlib import Path

from beside import ROOT, arguments, corpus, here, installed, report, timed, verdict

sys.path.insert(0, str(ROOT / "packages/data/tests"))
from planted import planted

AIM = 100.0


def main() -> int:
    args = arguments(__doc__).parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        size = corpus(work / "rows.jsonl", args.corpus, args.megabytes)
        texts = [json.loads(line)["completion"] for line in (work / "rows.jsonl").open()]
        write(work / "corpus", texts)
        write(work / "planted", [plant.line + "\n" for seed in range(5) for plant in planted(seed)])
        ours = measured(here(), "our_secrets", work, args.times)
        report("oilstone-data", ours, size, ours, recall(here(), "our_secrets", work))
        if args.peers == "none":
            return 0
        python = installed("secrets")
        theirs = measured(python, "detect_secrets_scan", work, 1)
        note = recall(python, "detect_secrets_scan", work)
        report("detect-secrets", theirs, size, ours, f"{note} {verdict(theirs / ours, AIM)}")
    return int(theirs / ours < AIM)


def write(folder: Path, texts: list[str]) -> None:
    folder.mkdir()
    for number, text in enumerate(texts):
        (folder / f"{number:06}.rs").write_text(text)


def measured(python: str, script: str, work: Path, times: int) -> float:
    return timed(python, script, times, work / "corpus", work / "found.txt")


def recall(python: str, script: str, work: Path) -> str:
    flagged = lines(work)
    others = len({line.split()[0] for line in flagged})
    timed(python, script, 1, work / "planted", work / "found.txt")
    hits = {line.split()[0] for line in lines(work)}
    total = sum(1 for _ in (work / "planted").iterdir())
    files = sum(1 for _ in (work / "corpus").iterdir())
    return f"planted {len(hits)}/{total}, files of the corpus {others}/{files}"


def lines(work: Path) -> list[str]:
    return (work / "found.txt").read_text().splitlines()


if __name__ == "__main__":
    sys.exit(main())

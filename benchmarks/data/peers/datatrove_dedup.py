"""Rows to the positions of what stays, by datatrove's four stages of MinHash deduplication."""

import json
import sys
import tempfile
from pathlib import Path

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.dedup import MinhashDedupSignature
from datatrove.pipeline.dedup.minhash import (
    MinhashConfig,
    MinhashDedupBuckets,
    MinhashDedupCluster,
    MinhashDedupFilter,
)
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers.jsonl import JsonlWriter
from datatrove.utils.hashing import HashConfig
from datatrove.utils.typeshelper import Languages


def main(rows: Path, out: Path) -> None:
    config = MinhashConfig(
        hash_config=HashConfig(precision=64), num_buckets=14, hashes_per_bucket=8, n_grams=5
    )
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        (work / "in").mkdir()
        number = 0
        with rows.open() as lines, (work / "in/rows.jsonl").open("w") as file:
            for number, line in enumerate(lines):
                text = json.loads(line)["completion"]
                file.write(json.dumps({"id": str(number), "text": text}) + "\n")
        read = JsonlReader(str(work / "in"))
        steps = (
            [read, MinhashDedupSignature(f"{work}/sig", config=config, language=Languages.english)],
            [MinhashDedupBuckets(f"{work}/sig", f"{work}/buckets", config=config)],
            [MinhashDedupCluster(f"{work}/buckets", f"{work}/remove", config=config)],
            [read, MinhashDedupFilter(f"{work}/remove"),
             JsonlWriter(f"{work}/out", compression=None)],
        )  # fmt: skip
        for n, steps_of in enumerate(steps):
            tasks = config.num_buckets if n == 1 else 1
            LocalPipelineExecutor(
                steps_of, tasks=tasks, workers=1, logging_dir=f"{work}/logs{n}"
            ).run()
        kept = [
            str(json.loads(line)["id"])
            for path in sorted((work / "out").glob("*.jsonl"))
            for line in path.open()
        ]
    out.write_text("\n".join(kept))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

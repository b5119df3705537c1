"""Rows to the positions of what stays, by text-dedup's MinHash command in one process."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from datasets import load_from_disk

rows, kept = map(Path, sys.argv[1:])
with tempfile.TemporaryDirectory() as folder:
    words = [
        "--path", "json", "--data_files", str(rows), "--split", "train",
        "--cache_dir", f"{folder}/cache", "--output", f"{folder}/out", "--column", "completion",
        "--threshold", "0.7", "--ngram", "5", "--num_perm", "128", "--num_proc", "1",
    ]  # fmt: skip
    subprocess.run([sys.executable, "-m", "text_dedup.minhash", *words], check=True)
    stays = set(load_from_disk(f"{folder}/out")["id"])
with rows.open() as lines:
    ids = [json.loads(line)["id"] for line in lines]
kept.write_text("\n".join(str(number) for number, name in enumerate(ids) if name in stays))

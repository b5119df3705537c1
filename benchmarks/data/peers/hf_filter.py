"""Hugging Face `datasets`: load_dataset, filter, to_json. IN OUT"""

import sys

import datasets
from seed_rules import reason


def main(source: str, target: str) -> None:
    datasets.disable_progress_bars()
    data = datasets.load_dataset("json", data_files=source, split="train", cache_dir=target)
    kept = data.filter(lambda row: reason(row["content"]) is None)
    kept.to_json(f"{target}/kept.jsonl")
    print({"kept": len(kept), "read": len(data)})


main(*sys.argv[1:])

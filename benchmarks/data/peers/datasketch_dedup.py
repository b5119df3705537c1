"""Rows to the positions of what stays, by datasketch's MinHashLSH as its documentation shows it."""

import json
import re
import sys
from pathlib import Path

from datasketch import MinHash, MinHashLSH

index = MinHashLSH(threshold=0.7, num_perm=128)
kept = []
with Path(sys.argv[1]).open() as lines:
    for number, line in enumerate(lines):
        words = re.findall(r"\w+", json.loads(line)["completion"].lower())
        grams = {" ".join(words[i : i + 5]) for i in range(max(len(words) - 4, 1))}
        signature = MinHash(num_perm=128)
        signature.update_batch([gram.encode() for gram in grams])
        if not index.query(signature):
            kept.append(str(number))
            index.insert(str(number), signature)
Path(sys.argv[2]).write_text("\n".join(kept))

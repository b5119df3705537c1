"""The seed's loop: every line parsed, judged and written again. IN OUT"""

import json
import sys
from collections import Counter
from pathlib import Path

from seed_rules import reason


def main(source: str, target: str) -> None:
    reasons: Counter[str] = Counter()
    with Path(source).open() as rows, Path(target, "kept.jsonl").open("w") as kept:
        for line in rows:
            row = json.loads(line)
            why = reason(row["content"])
            reasons[why or "kept"] += 1
            if why is None:
                kept.write(json.dumps(row) + "\n")
    print(dict(reasons))


main(*sys.argv[1:])

"""Rows to the positions of those that hold a problem's text, as BigCode's substring search did."""

import json
import sys
from pathlib import Path

with Path(sys.argv[2]).open() as lines:
    problems = list(map(json.loads, lines))
wanted = [p[part].strip().lower() for p in problems for part in ("prompt", "reference")]
found = []
with Path(sys.argv[1]).open() as lines:
    for number, line in enumerate(lines):
        text = json.loads(line)["completion"].lower()
        if any(one in text for one in wanted):
            found.append(str(number))
Path(sys.argv[3]).write_text("\n".join(found))

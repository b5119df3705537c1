"""Rows and problems to `position id` of every row that holds a problem, by oilstone-data."""

import json
import sys
from pathlib import Path

import orjson

from oilstone_data.decontaminate import Decontaminate
from oilstone_data.stage import Refused

with Path(sys.argv[2]).open() as lines:
    problems = list(map(json.loads, lines))
with Path(sys.argv[1]).open("rb") as lines:
    answers = Decontaminate({"set": problems})(map(orjson.loads, lines))
    found = [str(n) for n, answer in enumerate(answers) if isinstance(answer, Refused)]
Path(sys.argv[3]).write_text("\n".join(found))

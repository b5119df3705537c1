"""Rows to the positions of what stays, by oilstone-data's stage."""

import sys
from collections.abc import Iterator
from pathlib import Path

import orjson

from oilstone_data.dedup import Deduplicate
from oilstone_data.stage import Kept


class Rows:
    """Rows of a file, as often as they are asked for."""

    def __init__(self, path: str) -> None:
        self.path = Path(path)

    def __iter__(self) -> Iterator[dict]:
        with self.path.open("rb") as file:
            yield from map(orjson.loads, file)


answers = Deduplicate()(Rows(sys.argv[1]))
kept = [str(n) for n, answer in enumerate(answers) if isinstance(answer, Kept)]
Path(sys.argv[2]).write_text("\n".join(kept))

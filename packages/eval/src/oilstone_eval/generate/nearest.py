"""The copy baseline: answer each problem with the training answer of the most similar prompt.

Similarity is the cosine of TF-IDF vectors of words and word pairs: raw counts as tf, idf
ln((1 + N) / (1 + df)) + 1 over the N distinct training prompts; 0 for what is in most of them.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from oilstone_eval.inputs import Row

# Among this few prompts every word tells something.
COMMON = 100
_WORD = re.compile(r"\w+|[^\w\s]")


def terms(text: str) -> Counter[str]:
    """Return the words and pairs of neighbouring words of a text, counted."""
    words = _WORD.findall(text.lower())
    return Counter([*words, *(f"{a} {b}" for a, b in pairwise(words))])


class Nearest:
    """An index over training rows; of rows with one prompt, the one with the lowest id counts."""

    def __init__(self, rows: Iterable[Row]) -> None:
        by_prompt: dict[str, Row] = {}
        for row in sorted(rows, key=lambda row: str(row["id"])):
            by_prompt.setdefault(row["prompt"], row)
        self.rows: Sequence[Row] = sorted(by_prompt.values(), key=lambda row: str(row["id"]))
        counted = [terms(row["prompt"]) for row in self.rows]
        frequency = Counter(term for each in counted for term in each)
        size = len(self.rows)
        self.idf = {
            term: math.log((1 + size) / (1 + count)) + 1
            for term, count in frequency.items()
            if 2 * count <= max(size, COMMON)
        }
        self.postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for index, each in enumerate(counted):
            weights = {term: count * self.idf.get(term, 0.0) for term, count in each.items()}
            norm = math.hypot(*weights.values())
            for term, weight in weights.items() if norm else ():
                self.postings[term].append((index, weight / norm))

    def find(self, prompt: str) -> Row:
        """Return the row with the most similar prompt; of equally similar ones, the lowest id."""
        scores = [0.0] * len(self.rows)
        for term, count in sorted(terms(prompt).items()):
            weight = count * self.idf.get(term, 0.0)
            for index, other in self.postings[term] if weight else ():
                scores[index] += weight * other
        # `index` returns the first: rows are in the order of their ids.
        return self.rows[scores.index(max(scores))]


def copied(problem: Row, row: Row) -> Row:
    """Return the sample that answers `problem` with a training row's program."""
    return {
        "problem_id": problem["id"],
        "sample_index": 0,
        "completion": f"```{row['language']}\n{row['completion']}```",
        "code": row["completion"],
        "finish_reason": "copied",
        "prompt_tokens": 0,
        "completion_tokens": 0,
        "seconds": 0.0,
    }

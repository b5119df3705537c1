"""Rows to the positions of those that share 12 words in a row with a problem: datatrove's way."""

import json
import sys
from pathlib import Path

from datatrove.utils.text import TextNormConfig, ngrams, simplify_text
from datatrove.utils.word_tokenizers import load_word_tokenizer

TOKENIZER = load_word_tokenizer("eng_Latn")
CONFIG = TextNormConfig()


def grams(text: str) -> set[tuple[str, ...]]:
    return set(ngrams(TOKENIZER.word_tokenize(simplify_text(text, CONFIG)), 12))


with Path(sys.argv[2]).open() as lines:
    problems = list(map(json.loads, lines))
wanted = set().union(*(grams(p[part]) for p in problems for part in ("prompt", "reference")))
found = []
with Path(sys.argv[1]).open() as lines:
    for number, line in enumerate(lines):
        if not wanted.isdisjoint(grams(json.loads(line)["completion"])):
            found.append(str(number))
Path(sys.argv[3]).write_text("\n".join(found))

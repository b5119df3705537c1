"""Builds over real datasets: closed books, the same bytes twice, nothing held out in training."""

import os
from collections import Counter
from pathlib import Path

import pytest

from oilstone_schemas import artifact

CONTENT = ("train.jsonl", "eval.jsonl", "test.jsonl", "refused.jsonl")
SETS = {
    "nl2bash": ("nl2bash/nl2bash.jsonl", "nl2bash", "bash", 10_065),
    "mbpp": ("mbpp/mbpp.jsonl", "mbpp", "python", 474),
    "gsm8k": ("gsm8k/train.jsonl", "gsm8k", "math", 7_473),
    "humaneval": ("humaneval/HumanEval.jsonl.gz", "humaneval", "python", 164),
}


@pytest.fixture(scope="module")
def corpora() -> Path:
    if folder := os.environ.get("OILSTONE_TEST_DATA"):
        return Path(folder)
    pytest.skip("OILSTONE_TEST_DATA is not set: no real dataset was built")


@pytest.fixture(scope="module")
def real(foreign_folder, corpora):
    foreign = foreign_folder("real")
    sources = [
        {"name": name, "kind": "jsonl", "path": str(corpora / path), "adapter": adapter,
         "language": language}
        for name, (path, adapter, language, _) in SETS.items()
    ]  # fmt: skip
    path = foreign.recipe(*sources, dedup={}, secrets="scrub", shuffle_seed=1)
    return foreign, path, foreign.build(path)


def test_every_row_of_real_sets_is_kept_or_refused_with_a_reason(real):
    foreign, _, out = real
    refused = foreign.read(out / "refused.jsonl")
    found = Counter(row["source"] for row in [*foreign.kept(out).values(), *refused])
    assert found == {name: count for name, (_, _, _, count) in SETS.items()}
    assert all(row["reason"] and row["explanation"] for row in refused)


def test_a_build_over_real_sets_verifies_and_comes_out_the_same_twice(real):
    foreign, path, out = real
    other = foreign.build(path, "--workers", "2", out="again")
    assert artifact.verify(out, deep=True, search=[]) == []
    assert all((out / name).read_bytes() == (other / name).read_bytes() for name in CONTENT)


def test_no_group_of_real_rows_straddles_the_split(real):
    foreign, _, out = real
    sides: dict[str, set[str]] = {}
    for side in ("train", "eval", "test"):
        for row in foreign.read(out / f"{side}.jsonl"):
            sides.setdefault(row["group"], set()).add(side)
    assert max(map(len, sides.values())) == 1


def test_no_two_kept_rows_have_the_same_answer(real):
    foreign, _, out = real
    answers = Counter(" ".join(row["completion"].split()) for row in foreign.kept(out).values())
    assert answers.most_common(1)[0][1] == 1


def test_own_evaluation_sets_are_kept_out_of_training(real, corpora):
    foreign, _, _ = real
    source = {"name": "mix", "kind": "jsonl", "path": str(corpora / SETS["humaneval"][0]),
              "adapter": "humaneval", "language": "python"}  # fmt: skip
    held = foreign.recipe(source)
    made = foreign.run("export", held, "--as", "problems", "--out", foreign.folder / "held")
    assert made.returncode == 0, made.stderr
    other = {"name": "own", "kind": "jsonl", "path": str(corpora / SETS["nl2bash"][0]),
             "adapter": "nl2bash", "language": "bash"}  # fmt: skip
    path = foreign.recipe(source, other, decontaminate={"against": ["held"]})
    out = foreign.build(path, out="clean")
    kept = Counter(row["source"] for row in foreign.kept(out).values())
    assert kept["mix"] == 0 and kept["own"] > 0.99 * SETS["nl2bash"][3]
    assert artifact.verify(out, deep=True, search=[]) == []

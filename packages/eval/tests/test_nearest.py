"""The copy baseline."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from oilstone_eval.generate.nearest import Nearest
from oilstone_schemas import artifact, jsonl


def nearest(craft: SimpleNamespace, prompt: str, *others: str) -> str:
    rows = [craft.row(f"r{number}", text) for number, text in enumerate(others)]
    random.Random(1).shuffle(rows)
    return str(Nearest(rows).find(prompt)["prompt"])


def test_the_same_prompt_is_nearest(craft: SimpleNamespace) -> None:
    assert nearest(craft, "sum the words", "sum words", "sum the words") == "sum the words"


def test_rare_words_weigh_more(craft: SimpleNamespace) -> None:
    common = [f"print the count of {number}" for number in range(5)]
    found = nearest(craft, "print the palindromes", *common, "reverse palindromes")
    assert found == "reverse palindromes"


def test_the_order_of_words_counts(craft: SimpleNamespace) -> None:
    assert nearest(craft, "double then halve", "halve then double", "double then halve it") == (
        "double then halve it"
    )


def test_ties_go_to_the_lowest_id(craft: SimpleNamespace) -> None:
    rows = [craft.row(name, "same prompt", completion=name) for name in ("b", "a", "c")]
    assert Nearest(rows).find("same prompt")["id"] == "a"


def test_nothing_in_common_still_gives_a_row(craft: SimpleNamespace) -> None:
    assert nearest(craft, "zzz", "aaa", "bbb") == "aaa"


@pytest.fixture
def dataset(tmp_path: Path, craft: SimpleNamespace) -> artifact.Manifest:
    def fill(stage: Path) -> None:
        rows = [craft.row("r1", "Print the sum"), craft.row("r2", "Reverse the line")]
        jsonl.write(stage / "train.jsonl", rows, "row.v1")

    made: artifact.Manifest = craft.make(tmp_path / "data", "dataset", fill)
    return made


COPY = ("generate", "--nearest", "data", "--problems", "problems", "--out", "samples")


def test_copies_are_samples(
    run: Callable[..., Any], dataset: artifact.Manifest, problems: artifact.Manifest, tmp_path: Path
) -> None:
    done = run(*COPY)
    assert done.returncode == 0, done.stderr
    found = list(jsonl.read(tmp_path / "samples/samples.jsonl", "sample.v1"))
    assert {row["finish_reason"] for row in found} == {"copied"}
    assert found[0]["completion"].startswith("```rust\nuse std")


def test_copies_name_problems_and_dataset(
    run: Callable[..., Any], dataset: artifact.Manifest, problems: artifact.Manifest, tmp_path: Path
) -> None:
    run(*COPY)
    found = artifact.load(tmp_path / "samples").inputs
    assert [item["digest"] for item in found] == [problems.digest, dataset.digest]


def test_copying_again_is_up_to_date(
    run: Callable[..., Any], dataset: artifact.Manifest, problems: artifact.Manifest
) -> None:
    run(*COPY)
    assert run(*COPY).stderr.strip() == "up to date: samples"


def test_copying_twice_gives_the_same_digest(
    run: Callable[..., Any], dataset: artifact.Manifest, problems: artifact.Manifest
) -> None:
    first, second = (
        json.loads(run(*COPY[:-1], out, "--json").stdout)["digest"] for out in ("one", "two")
    )
    assert first == second


def test_copying_uses_no_model(run: Callable[..., Any], problems: artifact.Manifest) -> None:
    done = run(*COPY, "--adapter", "x")
    assert (done.returncode, "--adapter goes with --base" in done.stderr) == (2, True)

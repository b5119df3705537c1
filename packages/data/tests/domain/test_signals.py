"""Domains: tags first, then weighted signals that end where words end."""

import gzip
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oilstone_data.domain.classify import accuracy
from oilstone_data.domain.select import Domains
from oilstone_data.domain.signals import Classifier, terms, tokens
from oilstone_data.domain.weights import shipped
from oilstone_data.stage import Refusal


def _domain(text, tags=()):
    return shipped().classify(text, tags).domain


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("How many apples are left if he sold 3 of 12?", "math"),
        ("Solve $\\frac{x}{2} = 3$ for $x$.", "math"),
        ("def add(a, b):\n    return a + b", "python"),
        ("Write a function to merge two dictionaries.", "python"),
        ("Find all files in the current directory that end in .txt", "shell"),
        ("#!/bin/bash\nfor f in *; do echo $f; done", "shell"),
        ('fn main() { println!("{}", 1); }', "rust"),
        ("Find the shortest path in a graph with dynamic programming.", "algorithms"),
        ("Implement a linked list with a priority queue on a heap.", "data_structures"),
        ("Tell me a story.", "other"),
        ("", "other"),
    ],
)
def test_a_plain_case_is_right(text, domain):
    assert _domain(text) == domain


@pytest.mark.parametrize(
    ("word", "inside"),
    [
        ("heap", "cheap"),
        ("tree", "street"),
        ("graph", "paragraph"),
        ("dp", "endpoint"),
        ("stack", "haystack"),
        ("queue", "queued_at"),
        ("fn", "fnord"),
    ],
)
def test_a_word_inside_another_is_no_signal(word, inside):
    assert shipped().classify(inside).scores == shipped().classify("zzz").scores
    assert shipped().classify(word).scores != shipped().classify("zzz").scores


@pytest.mark.parametrize("tag", ["number theory", "Number  Theory", "NUMBER THEORY"])
def test_a_known_tag_goes_before_every_signal(tag):
    verdict = shipped().classify("fn main() { let mut x = 1; }", ["unknown", tag])
    assert (verdict.domain, verdict.by) == ("math", "tags")


def test_an_unknown_tag_leaves_it_to_the_signals():
    assert shipped().classify("fn main() {}", ["misc"]).by == "signals"


def test_of_equal_scores_the_first_domain_wins():
    domains = [{"name": name, "bias": 0, "weights": {"x": 1}} for name in ("b", "a")]
    made = Classifier({"other": "none", "least": 0.5, "tags": {}, "domains": domains})
    assert made.classify("x").domain == "b"


def test_a_term_counts_once_however_often_it_stands_there():
    assert shipped().classify("heap heap heap").scores == shipped().classify("heap").scores


@given(st.text(max_size=40), st.text(max_size=40))
def test_terms_only_grow_with_the_text(left, right):
    assert terms(left, 3) <= terms(f"{left} {right}", 3)


@given(st.text(max_size=60))
def test_every_weighted_term_is_made_of_tokens(text):
    assert tokens(" ".join(tokens(text))) == tokens(text)


def test_every_shipped_term_can_be_found():
    for domain in shipped().domains["domains"]:
        for term in domain["weights"]:
            assert term in terms(term, shipped().longest), term


def test_the_stage_refuses_what_the_recipe_does_not_want():
    row = {"prompt": "How many apples are left in total?"}
    answer = Domains(["python"])(row)
    assert isinstance(answer, Refusal) and answer.reason == "other_domain"
    assert Domains(["python", "math"])(row)["domain"] == "math"


def test_the_stage_goes_by_a_rows_tags():
    assert Domains([])({"prompt": "fn main() {}", "tags": ["geometry"]})["domain"] == "math"


def test_the_accuracy_has_its_wilson_interval():
    found = accuracy({"math": 9, "other": 1}, "math")
    assert (found["value"], found["n"]) == (0.9, 10)
    assert found["low"] == pytest.approx(0.596, abs=1e-3)


CORPORA = [
    ("gsm8k/train.jsonl", "question", "math", 0.99),
    ("math/math_test_500.jsonl", "problem", "math", 0.98),
    ("humaneval/HumanEval.jsonl.gz", "prompt", "python", 0.99),
    ("mbpp/mbpp.jsonl", "text", "python", 0.97),
    ("nl2bash/nl2bash.jsonl", "nl", "shell", 0.95),
    ("nl2bash/nl2bash.jsonl", "cmd", "shell", 0.94),
    ("rustlings/rustlings.jsonl", "exercise", "rust", 0.99),
]


@pytest.mark.parametrize(("name", "field", "domain", "least"), CORPORA)
def test_real_corpora_are_recognised(name, field, domain, least):
    """Signals alone: no row's tags or language are looked at."""
    if not (folder := os.environ.get("OILSTONE_TEST_DATA")):
        pytest.skip("no OILSTONE_TEST_DATA: the accuracy of classify was NOT measured")
    path = Path(folder) / name
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as file:
        rows = [json.loads(line) for line in file][:2000]
    right = sum(_domain(row[field]) == domain for row in rows)
    assert right / len(rows) >= least

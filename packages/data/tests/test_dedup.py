"""Deduplication finds what an exhaustive comparison of all pairs finds, and nothing else."""

import re
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from oilstone_data.dedup import Deduplicate
from oilstone_data.dedup.exact import digest, normal_form
from oilstone_data.dedup.near import near_duplicates
from oilstone_data.dedup.shingles import shingles
from oilstone_data.dedup.store import SetStore
from oilstone_data.dedup.words import batches, words
from oilstone_data.stage import Kept, Refused

PROGRAM = "\n".join(f"let value_{i} = read(input_{i}) + offset_{i % 7};" for i in range(60))
LETTERS = st.lists(st.sampled_from("abcd"), max_size=25).map(" ".join)


def plain_set(text: str, n: int) -> set[tuple[str, ...]]:
    found = re.findall(r"\w+", text.lower())
    if len(found) < n:
        return {tuple(found)} if found else set()
    return {tuple(found[i : i + n]) for i in range(len(found) - n + 1)}


def jaccard(one: set, other: set) -> Fraction:
    return Fraction(len(one & other), len(one | other)) if one or other else Fraction(0)


def near(texts, threshold, n, keep_all=False):
    with SetStore() as store:
        for group in batches(texts):
            store.append(shingles(words(group), n))
        return list(near_duplicates(store, threshold, keep_all))


def rows(*texts: str) -> list[dict]:
    return [{"id": f"r{i}", "completion": text} for i, text in enumerate(texts)]


@given(st.text())
@example("İstanbul ΑΣ.Δ ΟΔΟΣ \u212a ǅ naïve x\u0301y ٣٤ 漢字、仮名")
@example("a\ud800b ª² \x1c\x85\u2028_")
def test_words_are_those_of_a_unicode_pattern_over_the_lowered_text(text):
    expected = words(re.findall(r"\w+", text.lower())).hashes.tolist()
    assert words([text]).hashes.tolist() == expected


def test_a_word_is_one_word_wherever_it_falls_in_a_long_text():
    text = " ".join(f"{'x' * (i % 97)}{i}" for i in range(30_000)) + " " + "y" * 200_000
    hashes = words([text]).hashes.tolist()
    assert hashes == words(text.split()).hashes.tolist()
    assert len(set(hashes)) == 30_001


@given(st.lists(st.text(alphabet="aB é.\n", max_size=12)))
def test_a_batch_gives_each_text_what_it_gets_alone(texts):
    together = words(texts)
    alone = [words([text]).hashes.tolist() for text in texts]
    bounds = together.bounds.tolist()
    parts = [together.hashes[a:b].tolist() for a, b in pairwise(bounds)]
    assert parts == alone


@given(st.lists(LETTERS), st.integers(1, 5))
def test_the_number_of_shingles_is_the_size_of_the_plain_set(texts, n):
    with SetStore() as store:
        store.append(shingles(words(texts), n))
        assert store.sizes().tolist() == [len(plain_set(text, n)) for text in texts]


@settings(max_examples=300)
@given(
    st.lists(LETTERS, max_size=30),
    st.sampled_from([0.1, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]),
    st.integers(1, 3),
)
def test_all_near_pairs_are_those_of_the_exhaustive_comparison(texts, threshold, n):
    sets = [plain_set(text, n) for text in texts]
    expected = {
        (i, j): float(jaccard(sets[i], sets[j]))
        for i in range(len(sets))
        for j in range(i)
        if jaccard(sets[i], sets[j]) >= Fraction(str(threshold))
    }
    found = {(m.removed, m.kept): m.jaccard for m in near(texts, threshold, n, keep_all=True)}
    assert found == expected


@given(st.lists(LETTERS, max_size=30), st.sampled_from([0.4, 0.7]))
def test_nothing_near_is_kept_and_all_that_goes_is_near_to_something_kept(texts, threshold):
    sets = [plain_set(text, 2) for text in texts]
    matches = near(texts, threshold, 2)
    gone = {match.removed for match in matches}
    kept = [i for i in range(len(texts)) if i not in gone]
    assert all(jaccard(sets[i], sets[j]) < threshold for i in kept for j in kept if i < j)
    assert all(match.kept not in gone and match.kept < match.removed for match in matches)


def test_a_pair_exactly_at_the_threshold_is_near():
    one = " ".join(f"w{i}" for i in range(10))
    other = " ".join(f"w{i}" for i in range(7))
    assert [m.jaccard for m in near([one, other], 0.7, 1)] == [0.7]
    assert near([one, other], 0.71, 1) == []


def test_a_large_cluster_leaves_its_first_text_alone():
    texts = [PROGRAM.replace("value_3 ", f"name_{i} ") for i in range(300)]
    matches = near(texts, 0.7, 5)
    assert [(m.removed, m.kept) for m in matches] == [(i, 0) for i in range(1, 300)]


def test_texts_without_words_are_near_to_nothing():
    assert near(["", "!!", "...", ""], 0.5, 5) == []


@pytest.mark.parametrize("other", ["\ufefflet a;\n", "let a;\r\n", "let a;  \n\n", "let a;\t"])
def test_byte_order_marks_line_ends_and_trailing_blanks_make_no_difference(other):
    assert digest(other) == digest("let a;")


@pytest.mark.parametrize("other", ["let  a;", " let a;", "let A;", "let\na;"])
def test_everything_else_makes_a_difference(other):
    assert digest(other) != digest("let a;")


@given(st.text(alphabet=" \t\r\n\ufeffab"))
def test_a_normal_form_is_its_own_normal_form(text):
    assert normal_form(normal_form(text)) == normal_form(text)


def test_every_refused_row_names_the_row_that_stays_and_the_similarity():
    changed = PROGRAM.replace("value_3 ", "name ")
    stage = Deduplicate()
    answers = list(stage(rows(PROGRAM, "fn other() {}", changed, PROGRAM + "\r\n", changed)))
    assert [type(answer) for answer in answers] == [Kept, Kept, Refused, Refused, Refused]
    assert [(r.removed, r.kept) for r in stage.removals()] == [
        ("r2", "r0"),
        ("r3", "r0"),
        ("r4", "r0"),
    ]
    expected = float(jaccard(plain_set(PROGRAM, 5), plain_set(changed, 5)))
    assert [r.jaccard for r in stage.removals()] == [expected, 1.0, expected]
    assert answers[2][1:] == ("near_duplicate", f"Jaccard {expected:.4f} with r0")
    assert answers[3][1:] == ("duplicate", "the same words as r0 (Jaccard 1.0000)")


def test_without_a_threshold_only_equal_texts_go():
    stage = Deduplicate(threshold=None)
    answers = list(stage(rows(PROGRAM, PROGRAM.replace("value_3 ", "name "), PROGRAM)))
    assert [type(answer) for answer in answers] == [Kept, Kept, Refused]


def test_the_fields_that_are_compared_can_be_chosen():
    pair = [
        {"id": "a", "prompt": "sort these", "completion": "x.sort()"},
        {"id": "b", "prompt": "order the list", "completion": "x.sort()"},
    ]
    both = list(Deduplicate(fields=("prompt", "completion"))(pair))
    assert [type(answer) for answer in both] == [Kept, Kept]
    assert [type(answer) for answer in Deduplicate()(pair)] == [Kept, Refused]

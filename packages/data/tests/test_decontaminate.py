"""Evaluation items are found whatever they were made to look like, and unrelated code is let be."""

import ast
import gzip
import io
import json
import os
import random
import re
import sysconfig
import tokenize
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oilstone_data.decontaminate import Decontaminate, Detector, item_texts
from oilstone_data.decontaminate.comments import without_comments
from oilstone_data.decontaminate.names import given_names
from oilstone_data.decontaminate.tiles import common_runs, tiled
from oilstone_data.decontaminate.windows import windows
from oilstone_data.dedup.words import words
from oilstone_data.stage import Kept, Refused

REFERENCE = '''\
def longest_run(values: list[int]) -> int:
    """Length of the longest run of equal neighbours."""
    best = current = 0
    previous = None
    for value in values:  # one pass
        current = current + 1 if value == previous else 1
        previous = value
        best = max(best, current)
    return best
'''
PROBLEM = {
    "id": "runs/1",
    "language": "python",
    "prompt": "Write a function that returns the length of the longest run of equal neighbours "
    "in a list of whole numbers, and 0 for an empty list.",
    "reference": REFERENCE,
    "test_code": "assert longest_run([1, 1, 2]) == 2\nassert longest_run([]) == 0\n",
}
SHORT = {
    "id": "runs/2",
    "language": "python",
    "prompt": "Mean?",
    "reference": "def mean(xs):\n    return sum(xs) / len(xs)\n",
}
HOST = '''\
import sys

class Settings:
    """Where things are kept."""

    def __init__(self, folder):
        self.folder = folder
        self.names = {}

    def read(self):
        for line in open(self.folder):
            key, _, value = line.partition("=")
            self.names[key.strip()] = value.strip()
'''
RENAMED = {"longest_run": "f", "values": "xs", "best": "m", "current": "c", "previous": "p"}


def renamed(program: str, names: dict[str, str]) -> str:
    return re.sub(r"\w+", lambda word: names.get(word[0], word[0]), program)


@pytest.fixture(scope="module")
def stage() -> Decontaminate:
    return Decontaminate({"runs": [PROBLEM, SHORT]})


def row(completion: str, prompt: str = "") -> dict:
    return {"id": "row", "prompt": prompt, "completion": completion}


DISGUISES = {
    "as it is": REFERENCE,
    "without comments": without_comments(REFERENCE, "python"),
    "indented": re.sub("(?m)^", "        ", REFERENCE),
    "with tabs": REFERENCE.replace("    ", "\t").replace(" = ", "="),
    "with names of libraries": renamed(
        REFERENCE,
        {
            "longest_run": "update",
            "values": "items",
            "best": "result",
            "current": "count",
            "previous": "last",
            "value": "key",
        },
    ),
    "on CRLF": REFERENCE.replace("\n", "\r\n"),
    "in capitals": REFERENCE.upper(),
    "renamed": renamed(REFERENCE, RENAMED),
    "renamed without comments": renamed(without_comments(REFERENCE, "python"), RENAMED),
}


@pytest.mark.parametrize("disguise", DISGUISES)
@pytest.mark.parametrize("before, after", [("", ""), (HOST, ""), (HOST, HOST)])
def test_a_reference_is_found_and_named(stage, disguise, before, after):
    refusal = stage.check(row(before + DISGUISES[disguise] + after))
    assert refusal is not None
    assert refusal.reason == "contaminated"
    assert "the reference of runs/1 of runs" in refusal.explanation


@pytest.mark.parametrize("part", ["prompt", "test_code"])
def test_prompts_and_tests_are_found_too(stage, part):
    refusal = stage.check(row(HOST, prompt=PROBLEM[part]))
    assert refusal is not None and f"the {part} of runs/1" in refusal.explanation


@pytest.mark.parametrize(
    "program",
    [SHORT["reference"], "def mean( xs ):\n\treturn sum(xs)/len(xs)", HOST + SHORT["reference"]],
)
def test_a_program_too_short_for_runs_of_words_is_found_by_its_lines(stage, program):
    refusal = stage.check(row(program))
    assert refusal is not None and "runs/2" in refusal.explanation


FORMATTED = {
    "def add(a, b):\n  return (a+b.total())\n": "def add(\n\ta,\n\tb,\n):\n\treturn a+b.total()",
    "def cut(xs): return (xs[2:])": "def cut(xs):\n    return xs[2:]",
    "grep -q needle file && echo yes": "grep -q needle file \\\n    && echo yes;",
}


@pytest.mark.parametrize("reference, formatted", FORMATTED.items())
@pytest.mark.parametrize("before", ["", HOST])
def test_formatters_hide_no_short_program(reference, formatted, before):
    stage = Decontaminate({"short": [{"id": "1", "reference": reference}]})
    assert stage.check(row(before + formatted + "\n")) is not None


def test_imports_in_another_order_hide_no_program():
    uses = "use std::{slice::Iter, cmp::{max, self}, collections::{HashSet, HashMap}};\nuse md5;\n"
    sorted_uses = (
        "use md5;\nuse std::cmp::{self, max};\nuse std::slice::Iter;\n"
        "use std::{\n    collections::{HashMap, HashSet},\n};\n\n"
    )
    square = "fn square(n:i32)-> i32{\n\n    return n*n;\n}\n"
    problem = {"id": "1", "language": "rust", "reference": uses + square}
    formatted = sorted_uses + "fn square(n: i32) -> i32 {\n    return n * n;\n}\n"
    assert Decontaminate({"squares": [problem]}).check(row(formatted)) is not None


def test_a_few_words_within_a_line_are_no_match():
    stage = Decontaminate({"tax": [{"id": "1", "reference": "return price * tax_rate\n"}]})
    assert stage.check(row("def tax(price):\n    return price * tax_rate;\n")) is not None
    assert stage.check(row("def tax(price):\n    return price * tax_rate + fee\n")) is None


def test_a_field_that_is_nothing_but_a_short_prompt_is_found(stage):
    assert stage.check(row(HOST, prompt="mean?")) is not None
    assert stage.check(row(HOST, prompt="What does mean mean?")) is None


@pytest.mark.parametrize(
    "other",
    [
        HOST,
        REFERENCE.split("best = current")[0] + "    return len(values)\n",
        "def total(xs):\n    return sum(xs) * len(xs)\n",
        "",
    ],
)
def test_other_programs_are_let_be(stage, other):
    assert stage.check(row(other)) is None


def test_rows_are_answered_in_order_and_like_one_by_one(stage):
    rows = [row(text) for text in (HOST, REFERENCE, "", HOST + REFERENCE, HOST)] * 40
    answers = list(stage(rows))
    assert [type(answer) for answer in answers] == [Kept, Refused, Kept, Refused, Kept] * 40
    assert [answer.row for answer in answers] == rows


def test_what_all_items_share_tells_nothing():
    usual = "use std::io;\nfn main() {\n let mut line = String::new();\n io::stdin().read_line"
    usual += "(&mut line).unwrap();\n let n: i64 = line.trim().parse().unwrap();\n"
    problems = [
        {"id": str(i), "language": "rust", "reference": usual + f"println!({'*'.join('n' * i)})}}"}
        for i in range(2, 14)
    ]
    stage = Decontaminate({"world": problems})
    assert stage.check(row(usual + 'println!("{}", n + 1); }')) is None
    assert stage.check(row(problems[9]["reference"])) is not None


def test_a_run_never_spans_two_rows(stage):
    half = REFERENCE.index("for value")
    parts = [row(REFERENCE[:half]), row(REFERENCE[half:])]
    assert [type(answer) for answer in stage(parts)] == [Kept, Kept]
    assert stage.check(row(REFERENCE[:half] + REFERENCE[half:])) is not None


@given(st.text("abc", max_size=30), st.text("abc", max_size=30))
def test_common_runs_are_all_that_can_be_made_no_longer(one, two):
    equal = np.array([[a == b for b in two] for a in one], np.bool_).reshape(len(one), len(two))
    found = {
        (i, j, next(k for k in range(99) if one[i + k : i + k + 1] != two[j + k : j + k + 1]
                    or i + k == len(one) or j + k == len(two)))
        for i in range(len(one)) for j in range(len(two))
        if one[i] == two[j] and (not i or not j or one[i - 1] != two[j - 1])
    }  # fmt: skip
    runs = np.transpose(common_runs(equal, 2)).tolist()
    assert set(map(tuple, runs)) == {run for run in found if run[2] >= 2}


@given(st.text("abc", max_size=40), st.text("abc", max_size=40))
def test_tiles_are_common_and_do_not_overlap(one, two):
    equal = np.array([[a == b for b in two] for a in one], np.bool_).reshape(len(one), len(two))
    found = tiled(common_runs(equal, 3), equal.shape, 3)
    assert all(size >= 3 and one[i : i + size] == two[j : j + size] for i, j, size in found)
    for side in (0, 1):
        taken = [tile[side] + n for tile in found for n in range(tile.size)]
        assert len(taken) == len(set(taken))


def test_runs_of_a_long_text_are_those_of_its_pieces():
    codes = words([" ".join(map(str, range(40_000)))]).hashes
    pieces = [windows(codes[i : i + 13], 13)[0] for i in (0, 1, 16_383, 16_384, 39_987)]
    assert windows(codes, 13)[[0, 1, 16_383, 16_384, 39_987]].tolist() == pieces
    assert len(np.unique(windows(codes, 13))) == 40_000 - 12


@pytest.mark.parametrize(
    "language, program, bare",
    [
        ("rust", 'fn a() { b("// no") } // yes\n/* yes */', 'fn a() { b("// no") } \n'),
        ("python", 'def f():\n    """Yes."""\n    return "#no"  # yes', None),
        ("shell", "echo '# no' # yes", "echo '# no' "),
        ("cobol", "// as it is", "// as it is"),
    ],
)
def test_comments_go_and_strings_stay(language, program, bare):
    found = without_comments(program, language)
    assert found == bare if bare is not None else ('"#no"' in found and "es" not in found)


@pytest.mark.parametrize(
    "language, program, names",
    [
        ("python", "def f(a, b: int = c):\n    self.x = [d for d in a]\n", {"f", "a", "b", "d"}),
        (
            "rust",
            "fn f(a: &str) { for b in a.chars() { let (c, _) = g(b); } }",
            {"f", "a", "b", "c"},
        ),
        ("shell", "f() { local a=1; for b in $c; do read d; done; }", {"f", "a", "b", "d"}),
        ("cobol", "move a to b", set()),
    ],
)
def test_a_programs_own_names_are_those_that_it_gives(language, program, names):
    assert given_names(program, language) == names


SIGNATURE = "def f(xs: list[int]) -> int:\n"
LOOP = """\
for v in xs:
    c = c + 1 if v == p else 1
    p = v
    m = max(m, c)
return m
"""
INDENTED = re.sub("(?m)^", "    ", LOOP)
DRESSES = {
    "hints": f"{SIGNATURE}    m: int = c = 0\n    p: int | None = None\n{INDENTED}",
    "class": re.sub("(?m)^", "    ", f"{SIGNATURE}    m = c = 0\n    p = None\n{INDENTED}"),
    "order": f"{SIGNATURE}    p = None\n    m = c = 0\n{INDENTED}",
    "numbers": f"{SIGNATURE}    m = c = 7\n    p = None\n{INDENTED.replace('1', '9')}",
}


@pytest.mark.parametrize("dress", DRESSES)
def test_a_renamed_program_is_found_in_another_dress(stage, dress):
    refusal = stage.check(row(f"{HOST}class Runs:\n{DRESSES[dress]}"))
    assert refusal is not None and "the reference of runs/1 of runs" in refusal.explanation


def renamed_python(program: str, rng: random.Random) -> str:
    tree = ast.parse(program)
    names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and type(n.ctx) is ast.Store}
    names |= {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}
    names |= {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)}
    new = {name: f"name_{rng.randrange(10**6)}" for name in sorted(names)}
    tokens = tokenize.generate_tokens(io.StringIO(program).readline)
    return tokenize.untokenize(
        (t.type, new.get(t.string, t.string) if t.type == tokenize.NAME else t.string)
        for t in tokens
    )


@pytest.fixture(scope="module")
def humaneval() -> list[dict]:
    if not (folder := os.environ.get("OILSTONE_TEST_DATA")):
        pytest.skip("OILSTONE_TEST_DATA is not set: decontamination was NOT tried on HumanEval")
    with gzip.open(Path(folder) / "humaneval" / "HumanEval.jsonl.gz", "rt") as lines:
        rows = [json.loads(line) for line in lines]
    keys = {"id": "task_id", "prelude": "prompt", "reference": "canonical_solution"}
    return [{"language": "python", **{k: row[v] for k, v in keys.items()}} for row in rows]


def python_files() -> list[str]:
    folder = Path(sysconfig.get_path("stdlib"))
    return [path.read_text(errors="replace") for path in sorted(folder.glob("*.py"))]


def test_on_humaneval_all_copies_are_found_and_nearly_all_renamed_ones(humaneval):
    rng, hosts = random.Random(1), python_files()
    detector = Detector(list(item_texts("humaneval", humaneval)))

    def recall(change) -> float:
        planted = [change(p["prelude"] + p["reference"]) for p in humaneval]
        rows = [[f"{rng.choice(hosts)[:4000]}\n{text}\n"] for text in planted]
        return sum(match is not None for match in detector.find(rows)) / len(rows)

    assert recall(str) == 1.0
    assert recall(lambda text: without_comments(text, "python")) == 1.0
    assert recall(lambda text: re.sub("(?m)^( +)", r"\1\1", text).replace(", ", ",")) == 1.0
    assert recall(lambda text: renamed_python(text, rng)) >= 0.94
    assert recall(lambda text: renamed_python(without_comments(text, "python"), rng)) >= 0.94
    assert recall(lambda text: ast.unparse(ast.parse(renamed_python(text, rng)))) >= 0.94


def test_on_humaneval_hardly_any_unrelated_file_is_flagged(humaneval):
    detector = Detector(list(item_texts("humaneval", humaneval)))
    files = python_files()
    flagged = sum(match is not None for match in detector.find([[text] for text in files]))
    assert flagged <= 0.01 * len(files)


def test_characters_far_beyond_ascii_do_not_crash_the_shells_grammar():
    assert without_comments("echo ${\U0010ffff} # gone", "shell").startswith("echo ${\U0010ffff}")

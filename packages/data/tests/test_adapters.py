"""Adapters, on rows of each dataset's true columns."""

import base64
import json
import pickle
import zlib

import pytest

from oilstone_data.adapters.known import ADAPTERS
from oilstone_data.stage import Refusal

SOURCE = {"name": "own", "language": "python", "licence": "MIT"}
CLEAN = {
    "hexsha": "0f3a", "size": 12, "content": "fn main() {}", "avg_line_length": 12.0,
    "max_line_length": 12, "alphanum_fraction": 0.6,
}  # fmt: skip
CONTEST = {
    "name": "1575_A. Another Sorting Problem",
    "description": "Sort the titles.",
    "public_tests": {"input": ["1\n"], "output": ["1\n"]},
    "private_tests": {"input": [], "output": []},
    "generated_tests": {"input": ["2\n", "3\n"], "output": ["2\n", "3\n"]},
    "source": 2, "difficulty": 7, "cf_contest_id": 1575, "cf_rating": 1100,
    "cf_tags": ["sortings", ""], "is_description_translated": False,
    "solutions": {"language": [2, 3, 1, 3], "solution": ["c++", "three", "two", "more"]},
    "incorrect_solutions": {"language": [3], "solution": ["wrong"]},
    "time_limit": {"seconds": 1, "nanos": 0}, "memory_limit_bytes": 256000000,
    "input_file": "", "output_file": "",
}  # fmt: skip
APPS = {
    "problem_id": 12, "question": "Add.", "difficulty": "interview",
    "solutions": json.dumps(["print(sum(map(int, input().split())))"]),
    "input_output": json.dumps({"inputs": ["1 2\n", ["3 4"]], "outputs": ["3\n", ["7"]]}),
    "url": "https://codeforces.com/1", "starter_code": "",
}  # fmt: skip
CALLED = {
    **APPS, "starter_code": "def add(a, b):\n",
    "input_output": json.dumps({"fn_name": "add", "inputs": [[1, 2]], "outputs": [[3]]}),
}  # fmt: skip
TACO = {
    **{k: v for k, v in APPS.items() if k != "problem_id"}, "difficulty": "EASY", "name": None,
    "raw_tags": "['Greedy', \"Data structures\"]", "tags": "['Greedy algorithms']",
    "skill_types": "['Greedy algorithms']", "time_limit": "2 seconds",
}  # fmt: skip
PRIVATE = [{"input": "3", "output": "3", "testtype": "stdin"}]
PACKED = base64.b64encode(zlib.compress(pickle.dumps(json.dumps(PRIVATE)))).decode()
LIVE = {
    "question_title": "Echo", "question_content": "Echo.", "platform": "atcoder",
    "question_id": "abc301_a", "contest_id": "abc301", "contest_date": "2023-05-13T00:00:00",
    "starter_code": "", "difficulty": "easy", "metadata": "{}",
    "public_test_cases": json.dumps([{"input": "1", "output": "1", "testtype": "stdin"}]),
    "private_test_cases": PACKED,
}  # fmt: skip
METHOD = {
    **LIVE, "starter_code": "class Solution:\n    def twice(self, x: int) -> int:\n        ",
    "metadata": '{"func_name": "twice"}', "private_test_cases": "[]",
    "public_test_cases": json.dumps([{"input": "2", "output": "4", "testtype": "functional"}]),
}  # fmt: skip
HUMANEVAL = {
    "task_id": "HumanEval/0", "prompt": "def f(x):\n", "entry_point": "f",
    "canonical_solution": "    return x\n", "test": "def check(candidate):\n    pass\n",
}  # fmt: skip
MBPP = {
    "task_id": 912, "text": "Lobb numbers.", "code": "def lobb(n):\r\n    return n",
    "test_setup_code": "", "test_list": ["assert int(lobb(5)) == 5"], "challenge_test_list": [],
}  # fmt: skip
SANITIZED = {
    "task_id": 2, "prompt": "Shared.", "code": "def shared(a):\n    return a",
    "test_imports": ["import math"], "test_list": ["assert set(shared((1,))) == {1}"],
}  # fmt: skip


def adapt(name: str, row: dict, **source):
    return ADAPTERS[name](row, {**SOURCE, **source})


def test_rust_clean_has_no_path():
    assert adapt("rust-clean", CLEAN) == {"solutions": ["fn main() {}"]}


@pytest.mark.parametrize(
    ("language", "solutions"), [("python", ["three", "more"]), ("cpp", ["c++"]), ("java", [])]
)
def test_code_contests_solutions_are_taken_by_language_code(language, solutions):
    assert adapt("code_contests", CONTEST, language=language)["solutions"] == solutions


def test_code_contests_tests_come_in_the_order_public_private_generated():
    found = adapt("code_contests", CONTEST)
    assert [test["stdin"] for test in found["tests"]] == ["1\n", "2\n", "3\n"]
    assert found["tags"] == ["sortings"] and found["checker"] == "stdio"


def test_code_contests_as_a_list_of_structs_is_the_same():
    solutions = [{"language": 3, "solution": "three"}]
    assert adapt("code_contests", {**CONTEST, "solutions": solutions})["solutions"] == ["three"]


def test_apps_reads_the_json_in_its_strings():
    found = adapt("apps", APPS)
    assert found["tests"] == [
        {"stdin": "1 2\n", "stdout": "3\n"},
        {"stdin": "3 4\n", "stdout": "7\n"},
    ]
    assert found["problem_id"] == "APPS/12" and len(found["solutions"]) == 1


def test_apps_with_a_function_becomes_assertions_that_take_a_wrapped_answer():
    found = adapt("apps", CALLED)
    assert found["entry_point"] == "add" and found["checker"] == "python_asserts"
    assert found["test_code"] == "assert add(1, 2) in ([3], 3)\n"
    assert "def add(a, b):" in found["prompt"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"input_output": "{"}, "bad_tests"),
        ({"input_output": ""}, "no_tests"),
        ({"input_output": "[1]"}, "bad_tests"),
        ({"input_output": '{"inputs": ["\\ud800"], "outputs": [""]}'}, "lone_surrogate"),
        ({"question": ""}, "empty_column"),
    ],
)
def test_a_broken_apps_row_is_refused_with_its_reason(change, reason):
    found = adapt("apps", {**APPS, **change})
    assert isinstance(found, Refusal) and found.reason == reason


def test_taco_tags_are_read_from_python_text():
    found = adapt("taco", TACO)
    assert found["tags"] == ["Greedy algorithms"] and found["difficulty"] == "easy"
    assert found["problem_id"] == "TACO/https://codeforces.com/1"


def test_livecodebench_private_tests_are_unpacked():
    found = adapt("livecodebench", LIVE)
    assert [test["stdin"] for test in found["tests"]] == ["1", "3"]
    assert found["problem_id"] == "LiveCodeBench/abc301_a" and found["solutions"] == []


def test_livecodebench_methods_are_called_on_a_solution():
    found = adapt("livecodebench", METHOD)
    assert found["test_code"] == "assert Solution().twice(2) == 4\n"
    assert found["entry_point"] == "Solution"


class Evil:
    def __reduce__(self):
        return (exec, ("raise SystemExit",))


def test_a_pickle_that_would_run_something_is_refused():
    packed = base64.b64encode(zlib.compress(pickle.dumps(Evil()))).decode()
    found = adapt("livecodebench", {**LIVE, "private_test_cases": packed})
    assert isinstance(found, Refusal) and found.reason == "bad_tests"


def test_humaneval_answers_go_on_from_the_prompt():
    found = adapt("humaneval", HUMANEVAL)
    assert found["prelude"] == HUMANEVAL["prompt"] and found["solutions"] == ["    return x\n"]


def test_mbpp_calls_the_function_that_the_solution_defines():
    assert adapt("mbpp", MBPP)["entry_point"] == "lobb"
    assert adapt("mbpp", SANITIZED)["entry_point"] == "shared"


def test_mbpp_solutions_have_plain_line_ends_and_tests_their_imports():
    assert "\r" not in adapt("mbpp", MBPP)["solutions"][0]
    assert adapt("mbpp", SANITIZED)["test_code"].startswith("import math\n")


@pytest.mark.parametrize(
    "row", [{"nl": "List.", "cmd": "ls"}, {"nl_command": "List.", "bash_code": "ls"}]
)
def test_nl2bash_has_two_layouts(row):
    found = adapt("nl2bash", row)
    assert (found["prompt"], found["solutions"]) == ("List.", ["ls"])


def test_gsm8k_answers_end_in_a_number():
    found = adapt("gsm8k", {"question": "How many?", "answer": "So many.\n#### 1,024"})
    assert found["answer"] == "1024"
    assert isinstance(adapt("gsm8k", {"question": "How?", "answer": "So."}), Refusal)


def test_plain_takes_the_columns_that_the_recipe_names():
    row = {"text": "x = 1", "file": "a/b.py", "ask": "Set x.", "n": 3}
    columns = {"completion": "text", "path": "file", "prompt": "ask", "id": "n"}
    assert adapt("plain", row, columns=columns) == {
        "solutions": ["x = 1"], "path": "a/b.py", "prompt": "Set x.", "problem_id": "3"
    }  # fmt: skip


@pytest.mark.parametrize("name", sorted(ADAPTERS))
def test_a_row_of_another_layout_is_refused_and_never_a_crash(name):
    for row in ({}, {"a": 1}, {"content": None, "question": 1, "nl": []}, CLEAN | APPS | LIVE):
        found = adapt(name, row)
        assert isinstance(found, (Refusal, dict))
    assert adapt(name, {"unknown": 1}).reason in {"missing_column", "no_tests"}

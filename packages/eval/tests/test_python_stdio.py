"""Python programs that read and print: how outputs are compared, and how a run may end."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oilstone_eval.judges.base import Case, Program, Ruling
from oilstone_eval.judges.outputs import difference
from oilstone_eval.judges.python.judge import PythonJudge

SUM = "print(sum(map(int, input().split())))\n"
CASES = (Case("1 2\n", "3\n"), Case("4 5\n", "9\n"), Case("-1 1\n", "0\n"))


def program(code: str, *cases: Case) -> Program:
    return Program(code, cases or CASES, language="python")


def one(judge: PythonJudge, code: str, *cases: Case) -> Ruling:
    return judge.rule([program(code, *cases)], lambda what, total: lambda: None)[0]


def test_right_passes_every_case(python: PythonJudge) -> None:
    ruling = one(python, SUM)
    assert (ruling.status, ruling.checks["tests_passed"]) == ("passed", 3)


def test_wrong_fails_and_says_where(python: PythonJudge) -> None:
    ruling = one(python, SUM.replace("sum(", "max("))
    assert ruling.reason == "wrong_output"
    assert ruling.explanation == "test 1 of 3: line 1 is '2', not '3'"


@pytest.mark.parametrize(
    "code",
    [
        "import sys\nsys.exit(0)\n", "import os\nos._exit(0)\n", "raise SystemExit\n",
        "import os\nos.execv('/bin/true', ['true'])\n", "print('passed')\n", "",
        "import os\nos.write(3, b'\\0' * 8)\n", "import atexit, os\natexit.register(os._exit, 0)\n",
        "import os, struct\nend = struct.pack('>B?HHI', 0, True, 0, 0, 2) + b'7\\n'\n"
        "for _ in range(3):\n    os.write(3, end)\n",
        "import os\nos.write(3, b'\\xff' * 4096)\n",
    ],
)  # fmt: skip
def test_nothing_but_the_right_output_passes(python: PythonJudge, code: str) -> None:
    assert one(python, code).status == "failed"


@pytest.mark.parametrize(
    ("code", "reason", "kind"),
    [
        ("print(\n", "compile_error", "SyntaxError"),
        ("print(1 / 0)\n", "runtime_error", "ZeroDivisionError"),
        ("import sys\nsys.exit(3)\n", "runtime_error", None),
        ("x = bytearray(1 << 40)\n", "memory", "MemoryError"),
        ("while True: pass\n", "timeout", None),
        ("print('x' * 100000000)\n", "output_limit", None),
        ("import sys\nsys.stderr.write('x' * 100000000)\n", "output_limit", None),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n", "wrong_output", None),
    ],
)
def test_the_reason_is_told(python: PythonJudge, code: str, reason: str, kind: str | None) -> None:
    ruling = one(python, code)
    assert (ruling.reason, ruling.checks["error_type"]) == (reason, kind)


def test_a_case_finds_nothing_of_the_one_before(python: PythonJudge) -> None:
    code = "import os\nprint('seen' in globals(), os.listdir('.'))\nseen = 1\nopen('a', 'w')\n"
    assert one(python, code, Case("", "False []"), Case("", "False []")).status == "passed"


@pytest.mark.parametrize(
    "code",
    [
        "import sys\nfor line in sys.stdin:\n    print(sum(map(int, line.split())))\n",
        "import sys\ndata = sys.stdin.buffer.read().split()\nprint(int(data[0]) + int(data[1]))\n",
        "import os\na, b = os.read(0, 99).split()\nos.write(1, b'%d\\n' % (int(a) + int(b)))\n",
        "a, b = open(0).read().split()\nprint(int(a) + int(b))\n",
        "import threading\ndef main():\n    print(sum(map(int, input().split())))\n"
        "threading.Thread(target=main).start()\n",
        "import atexit\na, b = input().split()\natexit.register(lambda: print(int(a) + int(b)))\n",
        "if __name__ == '__main__':\n    print(sum(map(int, input().split())))\n    exit()\n",
        "import sys\nsys.setrecursionlimit(10 ** 6)\ndef f(n):\n    return n and f(n - 1)\n"
        "f(20000)\nprint(sum(map(int, input().split())))\n",
        "import subprocess\nprint(sum(map(int, input().split())), flush=True)\n"
        "subprocess.run(['true'])\n",
        "import os\nif os.fork() == 0:\n    os._exit(0)\nos.wait()\n"
        "print(sum(map(int, input().split())))\n",
        "from multiprocessing import Lock\nwith Lock():\n"
        "    print(sum(map(int, input().split())))\n",
    ],
)
def test_honest_ways_to_read_and_print_work(python: PythonJudge, code: str) -> None:
    ruling = one(python, code)
    assert (ruling.status, ruling.explanation) == ("passed", None)


def test_a_program_without_cases_is_not_judged(python: PythonJudge) -> None:
    bare = Program(SUM, language="python")
    assert python.rule([bare], lambda what, total: lambda: None)[0].status == "unscored"


def test_one_or_two_workers_rule_alike(python: PythonJudge) -> None:
    codes = [SUM, SUM.replace("sum", "max"), "print(\n", "1 / 0\n", "while 1: pass\n"]
    programs = [program(code) for code in codes]
    alone = PythonJudge(python.toolchain, python.walls, LIMITS, 1)
    pairs = zip(
        *(j.rule(programs, lambda w, n: lambda: None) for j in (alone, python)), strict=True
    )
    assert all(replace(a, seconds=0) == replace(b, seconds=0) for a, b in pairs)


LIMITS = {"cpu_seconds": 1, "wall_seconds": 5, "memory_mib": 256, "output_kib": 256}


@pytest.mark.parametrize(
    ("compare", "got", "wanted", "same"),
    [
        ("lines", "a  \nb\n\n", "a\nb", True), ("lines", "a b", "a  b", False),
        ("exact", "a\n", "a", False), ("exact", "a\n", "a\n", True),
        ("whitespace", "a  b\nc", "a b c", True), ("whitespace", "ab", "a b", False),
        ("float", "0.3333333 x", "0.33333333333 x", True), ("float", "0.34", "0.33", False),
        ("float", "nan", "1", False), ("float", "inf", "1e9", False), ("float", "1", "1 1", False),
        ("float", "1e6", "1000000.5", True),
    ],
)  # fmt: skip
def test_output_is_compared_by_the_problems_rule(
    compare: str, got: str, wanted: str, same: bool
) -> None:
    assert (not difference(got, wanted, compare)) == same


@given(st.text(), st.sampled_from(["lines", "exact", "whitespace", "float"]))
def test_every_output_equals_itself(text: str, compare: str) -> None:
    assert not difference(text, text, compare)


@given(st.lists(st.integers()), st.lists(st.integers()))
def test_other_numbers_are_another_output(one_: list[int], other: list[int]) -> None:
    texts = [" ".join(map(str, numbers)) for numbers in (one_, other)]
    assert bool(difference(*texts, "whitespace")) == (one_ != other)

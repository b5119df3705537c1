"""Python programs that read and print: how outputs are compared, and how a run may end."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oilstone_eval.judges.base import Case, Program, Ruling
from oilstone_eval.judges.outputs import difference
from oilstone_eval.judges.python.company import may_share
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


_MORE = "try:\n    {0}.n += 1\nexcept AttributeError:\n    {0}.n = 1\nprint({0}.n)\n"
# Programs that print how often they have run, if they find where they wrote that down.
COUNTERS = {
    "a module": "import sys\n" + _MORE.format("sys"),
    "the builtins": "b = __builtins__\n" + _MORE.format("b"),
    "a module by another name": "import sys\ndef f(m):\n    m.n = 1 + m.__dict__.get('n', 0)\n"
    "    print(m.n)\nf(sys)\n",
    "a class": "from collections import Counter\n" + _MORE.format("Counter"),
    "a class by another name": "import collections\nc = collections.Counter\n" + _MORE.format("c"),
    "a class in a loop": "import enum\nfor c in [enum.Enum]:\n"
    "    c.n = 1 + c.__dict__.get('n', 0)\n    print(c.n)\n",
    "the class of an object": "from fractions import Fraction\nc = type(Fraction(1))\n"
    + _MORE.format("c"),
    "a function": "from heapq import nlargest as f\n" + _MORE.format("f"),
    "what ends programs": _MORE.format("exit"),
    "a module's table": "from json.encoder import ESCAPE_DCT as d\nd.update(n=d.get('n', 0) + 1)\n"
    "print(d['n'])\n",
    "the environment": "import os\nn = int(os.environ.get('n', '0')) + 1\n"
    "os.environ['n'] = str(n)\nprint(n)\n",
    "a file": "o = open\nwith o('n', 'a+') as f:\n    f.write('1')\n    print(f.tell())\n",
    "the folder": "import os\nprint(os.getcwd().count('d') + 1)\nos.mkdir('d')\nos.chdir('d')\n",
    "the depth of recursion": "import sys\nn = sys.getrecursionlimit() - 999\n"
    "sys.setrecursionlimit(1000 + n)\nprint(n)\n",
    "the decimal context": "import decimal\nc = decimal.getcontext()\nc.prec += 1\n"
    "print(c.prec - 28)\n",
    "the garbage collector": "import gc\nn = gc.get_threshold()[1] - 9\n"
    "gc.set_threshold(700, 10 + n)\nprint(n)\n",
    "a signal's handler": "import signal as s\nn = s.getsignal(s.SIGUSR1) == s.SIG_IGN\n"
    "s.signal(s.SIGUSR1, s.SIG_IGN)\nprint(1 + n)\n",
    "a limit": "import resource as r\nn, most = r.getrlimit(r.RLIMIT_NOFILE)\n"
    "r.setrlimit(r.RLIMIT_NOFILE, (n - 1, most))\nprint(257 - n)\n",
    "the path": "import sys\nsys.path.append('x')\nprint(sys.path.count('x'))\n",
    "a function's memory": "import math\nfrom functools import lru_cache\nf = math.gcd\n"
    "math.gcd = lru_cache(f)\nprint(1 + (not isinstance(f, type(math.lcm))))\n",
    "random numbers": "import random\nprint(1 + (random.random() != 0.8444218515250481))\n",
    "what waits for the end": "import atexit\nprint(atexit._ncallbacks() + 1)\n"
    "atexit.register(str)\n",
    "threads' stacks": "import threading as t\nn = t.stack_size() >> 20\n"
    "t.stack_size(n + 1 << 20)\nprint(n + 1)\n",
}  # fmt: skip


def test_no_program_passes_or_fails_by_what_an_earlier_case_left(python: PythonJudge) -> None:
    again = (Case("", "1\n"), Case("", "1\n"), Case("", "1\n"))
    counted = (Case("", "1\n"), Case("", "2\n"), Case("", "3\n"))
    asked = [program(code, *cases) for code in COUNTERS.values() for cases in (again, counted)]
    found = [ruling.status for ruling in python.rule(asked, lambda what, total: lambda: None)]
    pairs = zip(COUNTERS, found[::2], found[1::2], strict=True)
    assert [pair for pair in pairs if pair[1:] != ("passed", "failed")] == []


def test_what_ends_with_the_program_may_still_print(python: PythonJudge) -> None:
    code = "class A:\n    def __del__(self): print('end')\na = A()\nprint('start')\n"
    case = Case("", "start\nend\n")
    assert one(python, code, case, case).status == "passed"


@pytest.mark.parametrize(
    "code",
    [
        SUM, "import sys\ninput = sys.stdin.readline\nsys.setrecursionlimit(10 ** 6)\n",
        "from collections import defaultdict, deque\nd = defaultdict(list)\nd[0].append(1)\n",
        "import sys, math\nclass Node:\n    def __init__(self):\n        self.next = math.inf\n"
        "a = Node()\na.next = Node()\nprint(*sys.stdin.read().split())\n",
        "from functools import lru_cache\n@lru_cache(None)\ndef f(n):\n    return n\n",
        "a, b = open(0).read().split()\nfrom math import *\nprint(gcd(int(a), int(b)))\n",
    ],
)  # fmt: skip
def test_what_leaves_nothing_behind_costs_one_process(code: str) -> None:
    assert may_share(code)


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

"""pytest files: gold passes, mutants fail, and the usual tricks of a shared process do not work."""

import pytest

from oilstone_eval.judges.base import Program, Ruling
from oilstone_eval.judges.python.judge import PythonJudge
from oilstone_eval.judges.python.pytests import MISSING
from oilstone_eval.judges.python.suspicion import suspicious
from oilstone_eval.judges.python.toolchain import Toolchain

TESTS = """
import unittest
import pytest
from clock import Clock, one_more

class ClockTest(unittest.TestCase):
    def test_prints(self):
        self.assertEqual(str(Clock(8, 5)), "08:05")
    def test_equals(self):
        self.assertEqual(Clock(8, 0), Clock(8, 0))
    def test_differs(self):
        self.assertNotEqual(Clock(8, 0), Clock(9, 0))
    def test_refuses(self):
        with self.assertRaises(ValueError) as error:
            Clock(-1, 0)
        self.assertEqual(error.exception.args[0], "no such hour")

@pytest.mark.parametrize("number", [1, 2, 3])
def test_one_more(number):
    assert one_more(number) == number + 1
"""
RIGHT = """
class Clock:
    def __init__(self, hour, minute):
        if hour < 0:
            raise ValueError("no such hour")
        self.hour, self.minute = hour, minute
    def __str__(self):
        return f"{self.hour:02}:{self.minute:02}"
    def __eq__(self, other):
        return str(self) == str(other)
def one_more(number):
    return number + 1
"""
WRONG = RIGHT.replace("number + 1", "number")
EQUAL = "def __eq__(self, o): return 1 == 1\n"
FORGES = {
    "wrong": WRONG,
    "half": RIGHT.replace("08", "8").replace("number + 1", "2"),
    "exit": f"import sys\n{WRONG}\nsys.exit(0)",
    "hard exit": f"import os\n{WRONG}\nos._exit(0)",
    "exit in a call": WRONG.replace("return number", "import os; os._exit(0)"),
    "atexit": f"import atexit, os\natexit.register(os._exit, 0)\n{WRONG}",
    "printed success": f"{WRONG}\nprint('7 passed in 0.01s')",
    "patched reports": (
        "from _pytest.reports import TestReport\nold = TestReport.__init__\n"
        "def init(self, nodeid, location, keywords, outcome, *a, **k):\n"
        "    old(self, nodeid, location, keywords, 'passed', *a, **k)\n"
        f"TestReport.__init__ = init\n{WRONG}"
    ),
    "patched calls": (
        "import _pytest.runner\nold = _pytest.runner.CallInfo.from_call.__func__\n"
        "def call(cls, func, when, reraise=None):\n"
        "    return old(cls, lambda: None, when, reraise)\n"
        f"_pytest.runner.CallInfo.from_call = classmethod(call)\n{WRONG}"
    ),
    "skipped at import": f"import pytest\npytest.skip('x', allow_module_level=True)\n{WRONG}",
    "skipped in a call": WRONG.replace("return number", "import pytest; pytest.skip('no')"),
    "unittest.skip": WRONG.replace("return number", "import unittest; raise unittest.SkipTest"),
    "equal to all": WRONG.replace(
        "return number", "return type('E', (), {'__eq__': lambda s, o: 1})()"
    ),
    "an int equal to all": (
        f"class E(int):\n    {EQUAL}{WRONG}".replace("return number", "return E(1)")
    ),
    "an object equal to small numbers": (
        "class E:\n    def __eq__(self, other): return self is other or isinstance(other, int)"
        " and other < 9\n" + WRONG.replace("return number", "return E()")
    ),
    "a class that says it is builtin": (
        "class E:\n    __module__ = 'builtins'\n    def __eq__(self, other): return self != ''\n"
        + WRONG.replace("return number", "return E()")
    ),
    "names that are put together": (
        "import sys\ngetattr(sys, 'mod' + 'ules')['unittest'].TestCase.assertEqual ="
        " lambda self, a, b: 1 / (a != 1)\n" + RIGHT.replace(":02", "")
    ),
    "the canary read and written over": (
        "import os\ntext = os.fdopen(os.open('test_canary.py', os.O_RDONLY)).read()\n"
        "os.write(os.open('test_canary.py', os.O_WRONLY | os.O_TRUNC), b'')\n" + WRONG
    ),
    "a patched comparison": (
        "import unittest\nunittest.TestCase.assertEqual = lambda *a: None\n"
        + RIGHT.replace(":02", "")
    ),
    "a frame walk": (
        "import sys\n" + WRONG.replace(
            "return number", "f = sys._getframe(1)\n    return f.f_locals['number'] + 1")
    ),
    "tests read": WRONG.replace(
        "return number", "import glob\n    return number + any('parametrize' in open(f).read()"
        " for f in glob.glob('*'))"
    ),
    "a conftest": f"open('conftest.py', 'w').write('collect_ignore_glob = [\"*\"]')\n{WRONG}",
    "no such name": "class Clock: pass\n",
    "broken": "class Clock(:\n",
}  # fmt: skip


def file(code: str, **more: str | None) -> Program:
    given = {"test_code": TESTS, "module_name": "clock", **more}
    return Program(code, language="python", checker="pytest", **given)  # type: ignore[arg-type]


def one(judge: PythonJudge, code: str, **more: str | None) -> Ruling:
    return judge.rule([file(code, **more)], lambda what, total: lambda: None)[0]


@pytest.mark.parametrize("reference", [None, RIGHT])
def test_right_passes_every_test(python: PythonJudge, reference: str | None) -> None:
    ruling = one(python, RIGHT, reference=reference)
    assert (ruling.status, ruling.checks["tests_passed"]) == ("passed", 7)


def test_nothing_fools_it(python: PythonJudge) -> None:
    rulings = python.rule([file(code) for code in FORGES.values()], lambda what, n: lambda: None)
    fooled = [n for n, ruling in zip(FORGES, rulings, strict=True) if ruling.status != "failed"]
    assert fooled == []


def test_such_a_verdict_says_that_it_was_reached_in_process(python: PythonJudge) -> None:
    assert one(python, RIGHT).checks["in_process"] is True


@pytest.mark.parametrize(
    ("name", "reason"),
    [("wrong", "wrong_output"), ("broken", "compile_error"), ("no such name", "runtime_error"),
     ("hard exit", "runtime_error"), ("patched reports", "wrong_output")],
)  # fmt: skip
def test_the_reason_is_told(python: PythonJudge, name: str, reason: str) -> None:
    assert one(python, FORGES[name]).reason == reason


def test_a_test_that_the_problem_skips_need_not_run(python: PythonJudge) -> None:
    tests = TESTS + "\n@unittest.skip('later')\ndef test_later():\n    assert False\n"
    assert one(python, RIGHT, test_code=tests).status == "passed"


@pytest.mark.parametrize(
    "code",
    [
        "class Nil:\n    def __eq__(self, other): return isinstance(other, Nil)\n",
        "class A:\n    def __eq__(self, other): return False\n",
        "class A:\n    def __init__(self, **more): self.__dict__.update(more)\n"
        "    def get(self, name): return getattr(self, name)\n",
    ],
)
def test_honest_programs_are_not_suspicious(code: str) -> None:
    assert suspicious(code) == []


def test_a_program_whose_tests_open_files_may_do_so(python: PythonJudge) -> None:
    tests = (
        "from unittest import mock\nfrom clock import size\n"
        "@mock.patch('clock.open', mock.mock_open(read_data='four'), create=True)\n"
        "def test_size():\n    assert size('x') == 4 and [size('x')] == [mock.ANY]\n"
    )
    code = "def size(name):\n    with open(name) as file:\n        return len(file.read())\n"
    assert one(python, code, test_code=tests).status == "passed"


def test_an_endless_loop_times_out(python: PythonJudge) -> None:
    code = RIGHT.replace("return number + 1", "while True: pass")
    assert one(python, code).reason == "timeout"


def test_without_pytest_nothing_is_failed(python: PythonJudge) -> None:
    bare = PythonJudge(
        Toolchain({"python": "3"}, {}), python.walls,
        {"cpu_seconds": 1, "wall_seconds": 2, "memory_mib": 128, "output_kib": 64}, 1,
    )  # fmt: skip
    assert bare.rule([file(RIGHT)], lambda what, total: lambda: None) == [MISSING]

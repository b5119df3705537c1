"""Call-based tests of Python: right passes, wrong fails, and no trick of a program fools them."""

import pytest

from oilstone_eval.judges.base import Program, Ruling
from oilstone_eval.judges.python.judge import PythonJudge

CHECK = """
def check(candidate):
    assert candidate(1) == 2
    assert candidate(2) == 3
    assert candidate(-1) == 0
"""
RIGHT = "def f(x):\n    return x + 1\n"
WRONG = "def f(x):\n    return x\n"
EQUAL = "    def __eq__(self, other):\n        return True\n    __hash__ = None\n"
FORGES = {
    "sys.exit at import": "import sys\nsys.exit(0)\n",
    "os._exit at import": "import os\nos._exit(0)\n",
    "SystemExit inside the call": "def f(x):\n    raise SystemExit(0)\n",
    "os._exit inside the call": "import os\ndef f(x):\n    os._exit(0)\n",
    "atexit": f"import atexit, os\natexit.register(os._exit, 0)\n{WRONG}",
    "a thread that exits later": (
        "import threading, os, time\n"
        "threading.Thread(target=lambda: (time.sleep(.05), os._exit(0))).start()\n"
        "def f(x):\n    time.sleep(.2); return x\n"
    ),
    "printed success": f'print("OK\\n3 passed in 0.01s\\npassed")\n{WRONG}',
    "an object equal to all": f"class E:\n{EQUAL}def f(x):\n    return E()\n",
    "an int equal to all": f"class E(int):\n{EQUAL}def f(x):\n    return E(x)\n",
    "a str equal to all": f"class E(str):\n{EQUAL}def f(x):\n    return E(x)\n",
    "a list equal to all": f"class E(list):\n{EQUAL}def f(x):\n    return E([x])\n",
    "a frame walk": (
        "import sys\ndef f(x):\n    frame = sys._getframe()\n    while frame:\n"
        "        for name in list(frame.f_locals):\n            frame.f_locals[name] = 2\n"
        "        frame = frame.f_back\n    return x\n"
    ),
    "a search of all objects": (
        "import gc\ndef f(x):\n    found = [o for o in gc.get_objects() if isinstance(o, str)"
        " and 'assert candidate' in o]\n    return x + 1 if found else x\n"
    ),
    "a search of memory": (
        "def f(x):\n    try:\n        memory = open('/proc/self/mem', 'rb')\n"
        "        for line in open('/proc/self/maps'):\n"
        "            low, high = (int(n, 16) for n in line.split()[0].split('-'))\n"
        "            if 'heap' in line:\n                memory.seek(low)\n"
        "                if b'assert candi' + b'date(2)' in memory.read(high - low):\n"
        "                    return x + 1\n    except OSError:\n        pass\n    return x\n"
    ),
    "reading the tests": (
        "import glob\ndef f(x):\n    for name in glob.glob('/**/tests*', recursive=True):\n"
        "        if 'candi' + 'date' in open(name).read(): return x + 1\n    return x\n"
    ),
    "a patched assert": (
        "import builtins\nclass A(Exception):\n    def __init__(self, *a): import os; os._exit(0)\n"
        f"builtins.AssertionError = A\n{WRONG}"
    ),
    "tracing": f"import sys\nsys.settrace(lambda *a: None)\n{WRONG}",
    "another program": f"import os\ndef f(x):\n    os.execv('/bin/true', ['true'])\n{''}",
    "answers before they are asked": (
        'import os, struct\nm = b\'["value",2,[]]\'\n'
        f"for _ in range(9): os.write(3, struct.pack('>I', len(m)) + m)\n{WRONG}"
    ),
    "a flood of what is no answer": f"import os\nos.write(3, b'x' * 100000)\n{WRONG}",
    "a length without end": "import os\nos.write(3, b'\\xff' * 8)\n" + WRONG,
    "NaN": "def f(x):\n    return float('nan')\n",
    "infinitely deep": "def f(x):\n    a = []\n    a.append(a)\n    return a\n",
    "patched encoding": (
        "import json\njson.dumps = lambda *a, **k: '[\"value\", 2, []]'\n"
        f"json.JSONEncoder.encode = lambda *a: '2'\n{WRONG}"
    ),
    "a fork whose parent exits": (
        "import os\nif os.fork():\n    os._exit(0)\n" + WRONG
    ),
    "an exception hook": f"import sys, os\nsys.excepthook = lambda *a: os._exit(0)\n{WRONG}",
    "True for one": "def f(x):\n    return {1: 2, 2: 3, -1: None}[x]\n",
    "nothing of that name": "def g(x):\n    return x + 1\n",
    "arguments changed": "def f(x):\n    x = 2\n    return None\n",
    "a class that is called": f"class f:\n    def __init__(self, x): pass\n{EQUAL}",
}  # fmt: skip


def asserts(code: str, **more: str) -> Program:
    given = {"entry_point": "f", "test_code": CHECK, **more}
    return Program(code, language="python", checker="python_asserts", **given)  # type: ignore[arg-type]


def one(judge: PythonJudge, code: str, **more: str) -> Ruling:
    return judge.rule([asserts(code, **more)], lambda what, total: lambda: None)[0]


def test_right_passes(python: PythonJudge) -> None:
    assert one(python, RIGHT).status == "passed"


def test_wrong_fails_as_wrong_output(python: PythonJudge) -> None:
    assert one(python, WRONG).reason == "wrong_output"


def test_nothing_fools_it(python: PythonJudge) -> None:
    programs = [asserts(code) for code in FORGES.values()]
    rulings = python.rule(programs, lambda what, total: lambda: None)
    fooled = [n for n, ruling in zip(FORGES, rulings, strict=True) if ruling.status != "failed"]
    assert fooled == []


@pytest.mark.parametrize(
    ("code", "reason", "kind"),
    [
        ("def f(x:\n", "compile_error", "SyntaxError"),
        ("  x = 1\n y = 2\n", "compile_error", "IndentationError"),
        ("x = '\0'\n", "compile_error", "SyntaxError"),
        ("import no_such_module\n", "runtime_error", "ModuleNotFoundError"),
        ("def f(x):\n    return [][x]\n", "runtime_error", "IndexError"),
        ("def f(x):\n    return bytearray(1 << 40)\n", "memory", "MemoryError"),
        ("def f(x):\n    return f(x)\n", "runtime_error", "RecursionError"),
        ("def f(x):\n    while True: pass\n", "timeout", None),
        ("while True: pass\n", "timeout", None),
        ("", "runtime_error", "NameError"),
    ],
)
def test_the_reason_and_the_class_of_the_error_are_told(
    python: PythonJudge, code: str, reason: str, kind: str | None
) -> None:
    ruling = one(python, code)
    assert (ruling.reason, ruling.checks["error_type"]) == (reason, kind)


def test_an_answer_goes_on_from_the_prelude(python: PythonJudge) -> None:
    prelude = 'def f(x):\n    """One more."""\n'
    assert one(python, "    return x + 1\n", prelude=prelude).status == "passed"


def test_an_answer_that_defines_the_entry_point_stands_alone(python: PythonJudge) -> None:
    prelude = "def f(x):\n    pass\n    wrong wrong\n"
    assert one(python, RIGHT, prelude=prelude).status == "passed"


def test_tests_may_use_helpers_of_the_prelude(python: PythonJudge) -> None:
    prelude = "def twice(x):\n    return 2 * x\ndef f(x):\n    '''.'''\n"
    tests = "def check(candidate):\n    assert candidate(1) == twice(1)\n"
    assert one(python, RIGHT, prelude=prelude, test_code=tests).status == "passed"


def test_tests_may_use_classes_of_the_answer(python: PythonJudge) -> None:
    code = "class Pair:\n    def __init__(self, a, b): self.a, self.b = a, b\n"
    code += "def f(pairs):\n    return sum(p.a * p.b for p in pairs)\n"
    tests = "assert f([Pair(1, 2), Pair(3, 4)]) == 14\np = Pair(1, 1)\np.a = 5\nassert p.a == 5"
    assert one(python, code, test_code=tests).status == "passed"


@pytest.mark.parametrize(
    "value",
    ["None", "True", "-7", "10 ** 300", "2.5", "'ä\\ud800'", "b'x'", "(1, [2, (3,)])",
     "{1: {2: 3}}", "{1, 2}", "frozenset({1})", "1 + 2j", "range(3)", "int", "float('inf')", "''"],
)  # fmt: skip
def test_plain_values_come_and_go_unchanged(python: PythonJudge, value: str) -> None:
    tests = f"v = {value}\nassert f(v) == v and type(f(v)) is type(v)"
    assert one(python, "def f(x):\n    return x\n", test_code=tests).status == "passed"


@pytest.mark.parametrize(("given", "wanted"), [("[1]", "(1,)"), ("1", "'1'"), ("(1,)", "[1]")])
def test_types_are_kept_apart(python: PythonJudge, given: str, wanted: str) -> None:
    tests = f"assert f({given}) == {wanted}"
    assert one(python, "def f(x):\n    return x\n", test_code=tests).reason == "wrong_output"


def test_arguments_that_a_call_changes_are_changed_for_the_tests(python: PythonJudge) -> None:
    tests = "a = [3, 1, 2]\nf(a)\nassert a == [1, 2, 3]"
    assert one(python, "def f(x):\n    x.sort()\n", test_code=tests).status == "passed"


def test_functions_can_be_handed_to_the_answer(python: PythonJudge) -> None:
    tests = "assert f(lambda x: 2 * x) == [0, 2, 4]"
    code = "def f(g):\n    return [g(x) for x in range(3)]\n"
    assert one(python, code, test_code=tests).status == "passed"


def test_generators_can_be_read_by_the_tests(python: PythonJudge) -> None:
    code = "def f(x):\n    while True:\n        yield x\n        x += 1\n"
    tests = "import itertools\nassert list(itertools.islice(f(5), 3)) == [5, 6, 7]"
    assert one(python, code, test_code=tests).status == "passed"


def test_errors_that_tests_expect_are_raised_there(python: PythonJudge) -> None:
    tests = (
        "try:\n    f(1)\nexcept ValueError as e:\n    assert 'no' in str(e)\nelse:\n    assert 0"
    )
    assert (
        one(python, "def f(x):\n    raise ValueError('no')\n", test_code=tests).status == "passed"
    )


def test_a_method_of_a_class_called_solution_is_found(python: PythonJudge) -> None:
    code = "class Solution:\n    def f(self, x):\n        return x + 1\n"
    assert one(python, code).status == "passed"


def test_thousands_of_calls_need_no_process_each(python: PythonJudge) -> None:
    tests = "for i in range(20000):\n    assert f(i) == i + 1"
    assert one(python, RIGHT, test_code=tests).status == "passed"


def test_output_is_dropped_not_judged_and_said_to_be(python: PythonJudge) -> None:
    code = "print('x' * 1000000)\n" + RIGHT
    ruling = one(python, code)
    assert (ruling.status, ruling.checks["output_dropped"]) == ("passed", True)


def test_tests_that_call_nothing_score_nothing(python: PythonJudge) -> None:
    ruling = one(python, RIGHT, test_code="assert True")
    assert (ruling.status, ruling.reason) == ("unscored", "not_run")


def test_tests_that_are_no_python_are_the_evaluators_fault(python: PythonJudge) -> None:
    assert one(python, RIGHT, test_code="assert (").reason == "evaluator_fault"


def test_chance_decides_nothing(python: PythonJudge) -> None:
    code = "import random\ndef f(x):\n    return random.random() < 0.5\n"
    tests = "assert f(1)"
    programs = [asserts(code + "#" * n, test_code=tests) for n in range(8)]
    rulings = python.rule(programs, lambda what, total: lambda: None)
    assert len({ruling.status for ruling in rulings}) == 1


def test_after_tests_that_never_end_the_next_are_judged(python: PythonJudge) -> None:
    endless = asserts("def f(x):\n    return 0\n", test_code="while f(1) == 0:\n    pass")
    rulings = python.rule([endless, asserts(RIGHT)], lambda what, total: lambda: None)
    assert [r.reason for r in rulings] == ["timeout", None]

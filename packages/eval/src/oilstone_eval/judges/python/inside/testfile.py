"""Runs a pytest file against the judged program, in one process: the tests import the program.

Such a verdict can be bent from within by whoever tries hard enough. What can be done about it here:
the tests' text is not on disk when the program is imported, what a phase raised is read before any
report is made of it, equality is asked of the operands only after they have denied being equal to
strangers, and a test that must fail has to fail.
"""

import ast
import gc
import json
import os
import random
import sys
import unittest
from pathlib import Path
from typing import Any, NoReturn

import pytest

from oilstone_eval.judges.python.inside import prepare

LOADED = prepare.LOADED
CHANNEL = 3
CANARY = "test_canary"
_OPTIONS = (
    "--noconftest", "-c", os.devnull, "--assert=plain", "--import-mode=importlib",
    *(
        word
        for name in (
            "cacheprovider", "terminal", "stepwise", "junitxml", "pastebin", "doctest", "logging",
            "faulthandler", "unraisableexception", "threadexception", "warnings", "setuponly",
            "setupplan",
        )
        for word in ("-p", f"no:{name}")
    ),
)  # fmt: skip
_LOADER = "from oilstone_eval.judges.python.inside import testfile\ntestfile.load(globals())\n"
_STUB = """
class Anything(Exception):
    def __init__(self, *args, **named): pass
    def __getattr__(self, name): return Anything()
    def __call__(self, *args, **named): return Anything()
    def __iter__(self): return iter(())
    def __index__(self): return 0
def __getattr__(name):
    if name.startswith("__"): raise AttributeError(name)
    return type(name, (Anything,), {})
"""
# Py_TPFLAGS_HEAPTYPE, read past what a metaclass may say.
_FLAGS, _MADE_IN_PYTHON = type.__dict__["__flags__"], 1 << 9
_tests: list[Any] = []


def run(given: dict[str, Any]) -> NoReturn:
    """Run the tests against `given["code"]`; report the outcome of each through the channel."""
    channel, writer, me = os.dup(CHANNEL), os.write, os.getpid()
    os.close(CHANNEL)
    watcher = _session(given, given["code"], f"{CANARY}.py")
    if os.getpid() == me:
        writer(channel, json.dumps(watcher.outcomes).encode())
    os._exit(0)


def collect(given: dict[str, Any]) -> NoReturn:
    """Report which tests there are, with the reference, or else a stub, as the program."""
    reference = given["reference"]
    watcher = _session(given, reference or _STUB, "--collect-only")
    os.write(CHANNEL, json.dumps({**watcher.found, **watcher.outcomes}).encode())
    os._exit(0)


def load(space: dict[str, Any]) -> None:
    """Define the tests; called by the file that stands for them."""
    code = _tests.pop()
    space["__oilstone_equal__"] = equal
    exec(code, space)


def _session(given: dict[str, Any], code: str, *words: str) -> "_Watcher":
    module = given["module"]
    Path(f"{module}.py").write_text(code, encoding="utf-8")
    Path(f"test_{module}_.py").write_text(_LOADER, encoding="utf-8")
    Path(f"{CANARY}.py").write_text(_LOADER, encoding="utf-8")
    # The last one is loaded first. Neither is to be read by a program that looks at its folder.
    _tests.extend([_code(_canary(given["nonce"])), _code(given["tests"])])
    sys.path.insert(0, str(Path.cwd()))
    _guard()
    random.seed(0)
    watcher = _Watcher()
    gc.disable()
    pytest.main([*_OPTIONS, f"test_{module}_.py", *words], plugins=[watcher])
    return watcher


def _canary(nonce: str) -> str:
    """Return tests that must fail, each in another way."""
    return (
        f"import unittest\ndef test_{nonce}_assert():\n    assert 1 == 2\n"
        f"def test_{nonce}_raise():\n    raise ValueError\n"
        f"class Test{nonce}(unittest.TestCase):\n"
        "    def test_equal(self):\n        self.assertEqual(1, 2)\n"
        "    def test_raises(self):\n"
        "        with self.assertRaises(ValueError):\n            pass\n"
    )


def _code(tests: str) -> Any:
    tree = _Equality().visit(ast.parse(tests, "tests.py"))
    return compile(ast.fix_missing_locations(tree), "tests.py", "exec", dont_inherit=True)


class _Equality(ast.NodeTransformer):
    """Turns `a == b` and `a != b` into questions to `equal`, everywhere in the tests."""

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        if len(node.ops) != 1 or not isinstance(node.ops[0], ast.Eq):
            return node
        asked = ast.Name("__oilstone_equal__", ast.Load())
        return ast.Call(asked, [node.left, node.comparators[0]], [])


def equal(one: Any, other: Any) -> Any:
    """Return `one == other`, but False when one of them would equal others just as well."""
    answer = one == other
    if answer is False or not (_generous(one, other) or _generous(other, one)):
        return answer
    return False


def _generous(value: Any, other: Any) -> bool:
    return _equals_all(value) or _equals_neighbours(value, other)


def _equals_neighbours(value: Any, other: Any) -> bool:
    """Tell whether an object of the program's equals what is nearly `other`, but is not."""
    kind = type(other)
    if _trusted(type(value)):
        return False
    if kind in (int, float):
        near = (other + 1, other - 1)
    elif kind in (str, list, tuple):
        near = (other + other[:1] + kind("x"), other + other + kind("y"))
    else:
        return False
    return any(_equals(value, each) for each in near)


def _trusted(kind: type) -> bool:
    """Tell whether no program made this type: it is Python's own, or what tests compare with."""
    if not _FLAGS.__get__(kind) & _MADE_IN_PYTHON:
        return True
    module = str(kind.__module__)
    known = getattr(sys.modules.get(module), kind.__name__, None) is kind
    return known and module.partition(".")[0] in ("unittest", "_pytest")


def _equals(value: Any, other: Any) -> bool:
    try:
        return bool(value == other)
    except Exception:
        return False


def _equals_all(value: Any) -> bool:
    if _trusted(type(value)):
        return False
    strangers: tuple[Any, ...] = (
        object(), random.getrandbits(64), f"{random.getrandbits(64)}", [object()], (object(),), 0.5,
    )  # fmt: skip
    return sum(_equals(value, stranger) for stranger in strangers) > 1


def _guard() -> None:
    """Ask the same of unittest's comparisons."""
    case = unittest.TestCase
    original = case.assertEqual

    def assert_equal(self: Any, first: Any, second: Any, msg: Any = None) -> None:
        if _generous(first, second) or _generous(second, first):
            raise self.failureException("equal to others just as well")
        original(self, first, second, msg)

    case.assertEqual = assert_equal  # type: ignore[method-assign]


class _Watcher:
    """Notes what each phase of each test raised, before anybody makes a report of it."""

    def __init__(self) -> None:
        self.outcomes: dict[str, str] = {}
        self.found: dict[str, str] = {}

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        for item in items:
            self.found[_name(item)] = "skipped" if _skipped(item) else "passed"

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed:
            self.outcomes[f"collecting {report.nodeid}"] = _last_line(report.longrepr)

    def pytest_runtest_makereport(self, item: Any, call: Any) -> pytest.TestReport:
        """Make a report without a traceback, which costs more than most tests do."""
        name, ended = _name(item), "passed"
        if call.excinfo is not None:
            skipped = call.excinfo.errisinstance(pytest.skip.Exception)
            ended = "skipped" if skipped else f"{call.excinfo.typename}: {call.excinfo.value}"
        if ended != "passed" or call.when == "teardown":
            self.outcomes.setdefault(name, ended[:300])
        outcome: Any = ended if ended in ("passed", "skipped") else "failed"
        return pytest.TestReport(item.nodeid, item.location, {}, outcome, None, call.when)


def _name(item: Any) -> str:
    return str(item.nodeid).rpartition("/")[2]


def _skipped(item: Any) -> bool:
    static = getattr(getattr(item, "obj", None), "__unittest_skip__", False)
    return static or any(True for _ in item.iter_markers("skip"))


def _last_line(text: Any) -> str:
    lines = [line for line in str(text).splitlines() if line.startswith("E ")]
    return lines[-1][1:].strip()[:300] if lines else "it cannot be imported"


def _warm() -> None:
    """Let the zygote do once what pytest does at its first start."""
    folder = Path("/tmp/oilstone-warm") if Path("/box").exists() else Path.cwd()
    _tests.append(compile("def test(): pass", "tests.py", "exec"))
    try:
        folder.mkdir(exist_ok=True)
        (folder / "test_warm.py").write_text(_LOADER)
        pytest.main([*_OPTIONS, str(folder / "test_warm.py")], plugins=[_Watcher()])
    except OSError:
        return
    _tests.clear()


if os.environ.get("OILSTONE_WARM", "1") == "1" and "oilstone_eval.sandbox.zygote" in sys.modules:
    _warm()

"""The tests' side of a call-based test. It never shares a process with a judged program.

One process serves many programs, one after another: it runs only what the problem's author wrote,
on plain data, and begins each time with fresh names and the same random numbers.
"""

import ast
import builtins
import contextlib
import functools
import importlib
import json
import os
import random
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from types import CodeType
from typing import Any, NamedTuple

from oilstone_eval.judges.python.inside import wire

CHANNEL = 3
SHOWN = 300
_READ = 1 << 20


class Failure(Exception):
    """The judged program raised `kinds[0]`, a subclass of the others."""

    def __init__(self, kinds: list[str], text: str, loading: bool) -> None:
        super().__init__(f"{kinds[0]}: {text}" if text else kinds[0])
        self.kinds, self.text, self.loading = kinds, text, loading


class OutOfTime(BaseException):
    """The tests themselves used up their CPU time."""


def serve(_: Any) -> None:
    """Judge one program after another, as the other end of the channel asks."""
    channel = socket.socket(fileno=CHANNEL)
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    signal.signal(signal.SIGPROF, _out_of_time)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    while True:
        data, descriptors, _, _ = socket.recv_fds(channel, 64, 2)
        if not data:
            return
        given, program = descriptors
        task = json.loads(_whole(given))
        verdict = _judge(task, program)
        os.close(given)
        os.close(program)
        channel.send(json.dumps(verdict).encode())


def _whole(descriptor: int) -> bytes:
    size, parts, at = os.fstat(descriptor).st_size, [], 0
    while at < size:
        parts.append(os.pread(descriptor, _READ, at))
        at += len(parts[-1])
    return b"".join(parts)


def _out_of_time(*_: object) -> None:
    raise OutOfTime


def _judge(task: dict[str, Any], program: int) -> dict[str, Any]:
    remote = _Remote(program)
    kind, text = "", ""
    try:
        signal.setitimer(signal.ITIMER_PROF, task["cpu_seconds"])
        remote.loaded()
        _run(task, remote)
    except Failure as failure:
        kind, text = failure.kinds[0], failure.text
        return _verdict("loading" if failure.loading else "raised", kind, text, remote.calls)
    except wire.Gone as gone:
        return _verdict("gone", "", str(gone), remote.calls)
    except OutOfTime:
        return _verdict("slow", "", "", remote.calls)
    except BadTests as bad:
        return _verdict("bad_tests", "", str(bad), remote.calls)
    except BaseException as error:
        return _verdict("wrong", type(error).__name__, _told(error), remote.calls)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return _verdict("passed", "", "", remote.calls)


def _verdict(end: str, kind: str, text: str, calls: int) -> dict[str, Any]:
    return {"end": end, "error_type": kind, "text": text[:SHOWN], "calls": calls}


class BadTests(Exception):
    """The tests cannot be run, whatever the program."""


def _run(task: dict[str, Any], remote: "_Remote") -> None:
    entry = task["entry_point"]
    tests = _compiled(task["test_code"], task["prelude"])
    space: dict[str, Any] = {"__name__": "tests"}
    random.seed(0)
    if tests.prelude:
        with contextlib.suppress(Exception):
            exec(tests.prelude, space)
    if entry:
        space[entry] = space["candidate"] = remote.function(entry)
    unknown = [name for name in tests.names if name not in space]
    if unknown:
        _borrow(unknown, space, remote)
    random.seed(0)
    exec(tests.code, space)
    if entry != "check" and tests.check:
        space["check"](remote.function(entry))


class _Tests(NamedTuple):
    """Compiled tests, the names they use, and whether they are a function `check` to be called.

    `prelude`: what they may use of the text that the answer goes on from; None when it is no code.
    """

    code: CodeType
    prelude: CodeType | None
    names: list[str]
    check: bool


@functools.lru_cache(maxsize=4096)
def _compiled(tests: str, prelude: str) -> _Tests:
    try:
        tree = ast.parse(tests, "tests.py")
        code = compile(tree, "tests.py", "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        raise BadTests(str(error)) from error
    try:
        before = compile(prelude, "prelude.py", "exec", dont_inherit=True) if prelude else None
    except (SyntaxError, ValueError):
        before = None
    return _Tests(code, before, sorted(set(_names(code))), _defines_check(tree))


def _names(code: CodeType) -> Iterator[str]:
    yield from (name for name in code.co_names if not hasattr(builtins, name))
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _borrow(names: list[str], space: dict[str, Any], remote: "_Remote") -> None:
    """Take from the program what the tests use and nobody here defines; of modules, our own."""
    for name, (kind, *what) in remote.ask("look", names).items():
        if kind == "function":
            space[name] = remote.function(name)
        elif kind == "value":
            space[name] = what[0]
        elif kind == "module" and what[0] in sys.stdlib_module_names:
            space[name] = importlib.import_module(what[0])


def _defines_check(tree: ast.Module) -> bool:
    """Tell whether the tests are a function `check` that nobody there calls."""
    defined = any(isinstance(node, ast.FunctionDef) and node.name == "check" for node in tree.body)
    calls = (node.value for node in tree.body if isinstance(node, ast.Expr))
    return defined and not any(
        isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "check"
        for call in calls
    )


def _told(error: BaseException) -> str:
    """Return the error's message, or the line of the tests that raised it."""
    if str(error):
        return str(error)
    trace, line = sys.exc_info()[2], 0
    while trace:
        if trace.tb_frame.f_code.co_filename == "tests.py":
            line = trace.tb_lineno
        trace = trace.tb_next
    return f"line {line} of the tests" if line else ""


class Reference:
    """An object that stayed with the judged program. It equals nothing, not even itself."""

    __slots__ = ("_number", "_remote", "_repr")

    def __init__(self, remote: "_Remote", content: Any) -> None:
        number, shown = content
        for name, value in (("_remote", remote), ("_number", number), ("_repr", str(shown))):
            object.__setattr__(self, name, value)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._remote.ask("get", self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._remote.ask("set", self, name, value)

    def __eq__(self, other: object) -> bool:
        return False

    def __ne__(self, other: object) -> bool:
        return True

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return str(self._repr)

    def __iter__(self) -> Iterator[Any]:
        iterator = self._remote.ask("iter", self)
        while True:
            try:
                yield self._remote.ask("next", iterator)
            except StopIteration:
                return

    def __call__(self, *args: Any, **named: Any) -> Any:
        """Call it where it is."""
        return self._remote.ask("object", self, list(args), named)


class _Remote:
    """The judged program, seen from the tests."""

    def __init__(self, descriptor: int) -> None:
        # Calls of functions: tests that make none have tested nothing.
        self.descriptor, self.calls = descriptor, 0
        self.functions: list[Callable[..., Any]] = []

    def loaded(self) -> None:
        """Wait until the program has run. Raises Failure or wire.Gone."""
        self._reply([])

    def function(self, name: str) -> Callable[..., Any]:
        """Return a function that calls the program's function of that name."""

        def call(*args: Any, **named: Any) -> Any:
            return self.ask("call", name, list(args), named)

        call.__name__ = name
        return call

    def ask(self, verb: str, target: Any, *rest: Any) -> Any:
        """Send a request and return its answer. Raises Failure or wire.Gone."""
        self.calls += verb == "call"
        wire.send(self.descriptor, [verb, target, *rest], self._reference)
        return self._reply(rest[0] if verb in ("call", "object") else [])

    def _reply(self, args: list[Any]) -> Any:
        while True:
            reply = wire.receive(self.descriptor, self._object)
            verb = reply[0] if type(reply) is list and reply else ""
            if verb == "callback":
                self._call_back(*reply[1:])
            elif verb == "raised":
                _raise(reply[1], reply[2], reply[3])
            elif verb == "value" and len(reply) == 3:
                _change(args, reply[2])
                return reply[1]
            elif verb == "loaded":
                return None
            else:
                raise wire.Gone("an answer that is none")

    def _call_back(self, number: int, args: list[Any], named: dict[str, Any]) -> None:
        try:
            reply = ["value", self.functions[number](*args, **named)]
        except Exception as error:
            reply = ["raised", str(error)]
        wire.send(self.descriptor, reply, self._reference)

    def _reference(self, value: Any) -> Any:
        if isinstance(value, Reference):
            return ["ours", value._number]
        if not callable(value):
            raise BadTests(f"a {type(value).__name__} cannot be handed to the program")
        self.functions.append(value)
        return ["theirs", len(self.functions) - 1]

    def _object(self, content: Any) -> Any:
        return Reference(self, content)


def _raise(kinds: list[str], text: str, loading: bool) -> None:
    """Raise what the program raised, if the tests could have expected it by name."""
    known = getattr(builtins, kinds[0], None) if not loading else None
    if isinstance(known, type) and issubclass(known, Exception) and known is not AssertionError:
        with contextlib.suppress(TypeError):
            failure = type(known.__name__, (Failure, known), {})(kinds, text, loading)
            raise failure
    raise Failure(kinds, text, loading)


def _change(args: list[Any], changed: list[Any]) -> None:
    """Do to the tests' own arguments what the program did to its copies."""
    for index, value in changed:
        mine = args[index]
        if isinstance(mine, dict) and isinstance(value, dict):
            mine.clear()
            mine.update(value)
        elif isinstance(mine, (list, bytearray)) and type(mine) is type(value):
            mine[:] = value
        elif isinstance(mine, set) and isinstance(value, set):
            mine.clear()
            mine.update(value)

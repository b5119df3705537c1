"""The judged program's side of a call-based test: runs it, then answers calls to its functions.

It knows no test. Whatever a program does to this process, it can but answer with plain data.
"""

import contextlib
import os
import sys
import types
from collections.abc import Callable
from typing import Any, NoReturn

from oilstone_eval.judges.python.inside import wire
from oilstone_eval.judges.python.inside.chance import same_random_numbers

CHANNEL = 3
_MUTABLE = (list, dict, set, bytearray)


def serve(given: dict[str, Any]) -> NoReturn:
    """Run `given["code"]`, then answer until the other end closes."""
    _Server(given["entry_point"]).serve(given["code"])


class _Server:
    def __init__(self, entry_point: str) -> None:
        self.entry_point = entry_point
        self.objects: list[Any] = []
        self.module = types.ModuleType("program")

    def serve(self, code: str) -> NoReturn:
        self._answer(self._load, code)
        with contextlib.suppress(wire.Gone):
            while True:
                request = wire.receive(CHANNEL, self._object)
                self._answer(self._obey, request)
        os._exit(0)

    def _answer(self, act: Callable[[Any], Any], given: Any) -> None:
        try:
            reply = act(given)
        except wire.Gone:
            os._exit(0)
        except BaseException as error:
            reply = _raised(error, loading=act == self._load)
        try:
            wire.send(CHANNEL, reply, self._reference)
        except (RecursionError, MemoryError) as error:
            wire.send(CHANNEL, _raised(error, loading=False), self._reference)

    def _load(self, code: str) -> Any:
        compiled = compile(code, "program.py", "exec", dont_inherit=True)
        sys.modules["program"] = self.module
        same_random_numbers(code)
        exec(compiled, self.module.__dict__)
        return ["loaded"]

    def _obey(self, request: Any) -> Any:
        verb, target, *rest = request
        if verb == "next":
            return ["value", next(target), []]
        if verb == "iter":
            return ["value", iter(target), []]
        if verb == "get":
            return ["value", getattr(target, *rest), []]
        if verb == "set":
            setattr(target, *rest)
            return ["value", None, []]
        if verb == "look":
            return ["value", {name: self._look(name) for name in target}, []]
        function = self._named(target) if verb == "call" else target
        args, named = rest
        before = [_copy(value) for value in args]
        value = function(*args, **named)
        changed = [
            [index, value]
            for index, value in enumerate(args)
            if before[index] is not None and before[index] != value
        ]
        return ["value", value, changed]

    def _look(self, name: str) -> Any:
        """Say what a name of the program's stands for."""
        value = self.module.__dict__.get(name, self)
        if value is self:
            return ["nothing"]
        if isinstance(value, types.ModuleType):
            return ["module", value.__name__]
        return ["function"] if callable(value) else ["value", value]

    def _named(self, name: str) -> Any:
        space = self.module.__dict__
        if name in space:
            return space[name]
        if name == self.entry_point and "Solution" in space:
            return getattr(space["Solution"](), name)
        raise NameError(f"name {name!r} is not defined")

    def _reference(self, value: Any) -> Any:
        self.objects.append(value)
        return [len(self.objects) - 1, _repr(value)]

    def _object(self, content: Any) -> Any:
        """Return what a reference stands for: an object of ours, or a function of the tests."""
        kind, number = content
        return self.objects[number] if kind == "ours" else self._callback(number)

    def _callback(self, number: int) -> Callable[..., Any]:
        def call(*args: Any, **named: Any) -> Any:
            wire.send(CHANNEL, ["callback", number, list(args), named], self._reference)
            verb, value = wire.receive(CHANNEL, self._object)
            if verb == "raised":
                raise RuntimeError(value)
            return value

        return call


def _copy(value: Any) -> Any:
    """Return a copy of what a call could change; None for what it could not."""
    if isinstance(value, list):
        return [_copy(item) if isinstance(item, _MUTABLE) else item for item in value]
    if isinstance(value, dict):
        return {k: _copy(v) if isinstance(v, _MUTABLE) else v for k, v in value.items()}
    return value.copy() if isinstance(value, (set, bytearray)) else None


def _raised(error: BaseException, loading: bool) -> Any:
    kinds = [kind.__name__ for kind in type(error).__mro__]
    return ["raised", kinds, _text(error), loading]


def _text(error: BaseException) -> str:
    try:
        return str(error)[:300]
    except BaseException:
        return ""


def _repr(value: Any) -> str:
    try:
        return repr(value)[:120]
    except BaseException:
        return ""

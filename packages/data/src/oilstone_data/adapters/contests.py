"""Programming contests: code_contests, APPS, TACO, LiveCodeBench."""

from __future__ import annotations

import base64
import binascii
import io
import json
import pickle
import re
import zlib
from collections.abc import Iterable
from typing import Any

import orjson

from oilstone_data.adapters.item import Item, lacking, text
from oilstone_data.stage import Refusal

# ClassLabel codes of the dataset's features.
_LANGUAGES = ("unknown", "python2", "cpp", "python", "java")
_LEVELS = ("unknown", "easy", "medium", "hard", "harder", "hardest", "external")
_LARGEST = 256 << 20  # bytes of one problem's packed tests, unpacked


def code_contests(row: dict[str, Any], source: dict[str, Any]) -> Item | Refusal:
    """name, description, {public,private,generated}_tests, solutions: structs of parallel lists."""
    if refusal := lacking(row, "name", "description"):
        return refusal
    parts = ("public_tests", "private_tests", "generated_tests")
    pairs = [pair for part in parts for pair in _columns(row.get(part), "input", "output")]
    wanted = source["language"]
    answers = _columns(row.get("solutions"), "language", "solution")
    level = row.get("difficulty")
    return _stdio(
        {
            "problem_id": row["name"],
            "prompt": row["description"],
            "solutions": [code for kind, code in answers if _name(kind, _LANGUAGES) == wanted],
            "difficulty": _name(level, _LEVELS) if level else None,
            "tags": _tags(row.get("cf_tags")),
        },
        pairs,
    )


def apps(row: dict[str, Any], source: dict[str, Any]) -> Item | Refusal:
    """problem_id, question, solutions and input_output (both JSON in strings), starter_code."""
    number = row.get("problem_id", row.get("id"))
    return _from_strings(row, f"APPS/{number}")


def taco(row: dict[str, Any], source: dict[str, Any]) -> Item | Refusal:
    """As APPS, with url or name instead of a number, and lists of tags written as Python."""
    identity = text(row, "url") or text(row, "name") or text(row, "question") or "?"
    return _from_strings(row, f"TACO/{identity[:120]}")


def livecodebench(row: dict[str, Any], source: dict[str, Any]) -> Item | Refusal:
    """question_id, question_content, public and private test cases; there are no solutions.

    Private tests are JSON, or that packed by pickle, zlib and base64: nothing in the pickle is run,
    a pickle that holds anything but plain values is refused.
    """
    if refusal := lacking(row, "question_id", "question_content", "public_test_cases"):
        return refusal
    try:
        cases = [*json.loads(row["public_test_cases"]), *_unpacked(row.get("private_test_cases"))]
        meta = json.loads(row.get("metadata") or "{}")
        pairs = [(case["input"], case["output"]) for case in cases]
        functional = any(case.get("testtype") == "functional" for case in cases)
    except (
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        pickle.UnpicklingError,
        zlib.error,
    ) as error:
        return Refusal("bad_tests", f"the test cases cannot be read: {error!r}"[:300])
    item: Item = {
        "problem_id": f"LiveCodeBench/{row['question_id']}",
        "prompt": _with_starter(row["question_content"], text(row, "starter_code")),
        "solutions": [],
        "difficulty": text(row, "difficulty"),
    }
    if not functional:
        return _stdio(item, pairs)
    calls = [
        ([json.loads(line) for line in i.splitlines() if line], json.loads(o)) for i, o in pairs
    ]
    return _calls(item, str(meta.get("func_name") or "") or None, calls, text(row, "starter_code"))


def _from_strings(row: dict[str, Any], identity: str) -> Item | Refusal:
    if refusal := lacking(row, "question"):
        return refusal
    try:
        tests = json.loads(row.get("input_output") or "{}")
        answers = json.loads(row.get("solutions") or "[]")
        inputs, outputs = tests.get("inputs", []), tests.get("outputs", [])
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        return Refusal("bad_tests", f"input_output or solutions is not JSON: {error}"[:300])
    item: Item = {
        "problem_id": identity,
        "prompt": _with_starter(row["question"], text(row, "starter_code")),
        "solutions": [code for code in answers if isinstance(code, str)],
        "difficulty": (text(row, "difficulty") or "").lower() or None,
        "tags": _tags(row.get("tags") or row.get("raw_tags")),
    }
    pairs = list(zip(inputs, outputs, strict=False))
    if not tests.get("fn_name"):
        return _stdio(item, pairs)
    return _calls(item, tests["fn_name"], pairs, text(row, "starter_code"))


def _stdio(item: Item, pairs: Iterable[tuple[Any, Any]]) -> Item | Refusal:
    """Finish a problem whose program reads its input and prints its answer."""
    cases = [{"stdin": _lines(i), "stdout": _lines(o)} for i, o in pairs]
    if not cases:
        return Refusal("no_tests", "the problem has no test")
    return _writable({**item, "checker": "stdio", "tests": cases})


def _calls(
    item: Item, name: str | None, calls: list[tuple[Any, Any]], starter: str | None
) -> Item | Refusal:
    """Finish a problem whose answer is a function, or a method of the class Solution."""
    if not calls or not name or not name.isidentifier():
        return Refusal("no_tests", f"no test calls a function (name: {name!r})")
    method = "class Solution" in (starter or "")
    target = f"Solution().{name}" if method else name
    lines = [_assertion(target, arguments, wanted) for arguments, wanted in calls]
    entry = "Solution" if method else name
    code = "\n".join(lines) + "\n"
    return _writable({**item, "checker": "python_asserts", "entry_point": entry, "test_code": code})


def _writable(item: Item) -> Item | Refusal:
    """Texts inside JSON inside a text may hold what no JSON file can."""
    try:
        orjson.dumps(item)
    except TypeError as error:
        return Refusal("lone_surrogate", f"a text cannot be written as UTF-8: {error}")
    return item


def _assertion(target: str, arguments: Any, wanted: Any) -> str:
    """An APPS answer may stand in a list of its own: its evaluator takes either."""
    given = ", ".join(map(repr, arguments if isinstance(arguments, list) else [arguments]))
    if isinstance(wanted, list) and len(wanted) == 1:
        return f"assert {target}({given}) in ({wanted!r}, {wanted[0]!r})"
    return f"assert {target}({given}) == {wanted!r}"


def _columns(value: Any, left: str, right: str) -> list[tuple[Any, Any]]:
    """Pairs out of a struct of two lists, or of a list of structs."""
    if isinstance(value, dict):
        return list(zip(value.get(left) or [], value.get(right) or [], strict=False))
    items = value if isinstance(value, list) else []
    return [(item.get(left), item.get(right)) for item in items if isinstance(item, dict)]


def _name(code: Any, names: tuple[str, ...]) -> str:
    if isinstance(code, str):
        return {"python3": "python"}.get(code.lower(), code.lower())
    known = isinstance(code, int) and 0 <= code < len(names)
    return names[code] if known else f"level {code}"


def _lines(value: Any) -> str:
    """Text of a test: APPS writes it as one string or as a list of lines."""
    if isinstance(value, list):
        return "\n".join(map(_lines, value)) + "\n"
    return value if isinstance(value, str) else str(value)


def _tags(value: Any) -> list[str]:
    """Tags from a list, or from a list written as Python or JSON text."""
    if isinstance(value, str):
        value = [
            double or single for double, single in re.findall(r'"([^"]*)"|\'([^\']*)\'', value)
        ]
    return [tag for tag in value if isinstance(tag, str) and tag] if isinstance(value, list) else []


def _with_starter(question: str, starter: str | None) -> str:
    return f"{question}\n\nStart from this code:\n{starter}" if starter else question


class _Plain(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError(f"names {module}.{name}, which is not run")


def _unpacked(value: Any) -> list[Any]:
    if not value:
        return []
    try:
        found = json.loads(value)
    except ValueError:
        found = _unpickled(value)
    if not isinstance(found, list):
        raise ValueError("private tests are no list")
    return found


def _unpickled(value: str) -> Any:
    try:
        unzip = zlib.decompressobj()
        content = unzip.decompress(base64.b64decode(value.encode(), validate=True), _LARGEST)
    except binascii.Error as error:
        raise ValueError(f"private tests are neither JSON nor base64: {error}") from error
    if unzip.unconsumed_tail:
        raise ValueError(f"private tests unpack to more than {_LARGEST} bytes")
    inside = _Plain(io.BytesIO(content)).load()
    return json.loads(inside) if isinstance(inside, str) else inside

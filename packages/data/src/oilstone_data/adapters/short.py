"""Problems with one function or one command as their answer: HumanEval, MBPP, NL2Bash, GSM8K."""

from __future__ import annotations

import builtins
import re
from typing import Any

from oilstone_data.adapters.item import Item, lacking, text
from oilstone_data.stage import Refusal

_CALLED = re.compile(r"\b([A-Za-z_]\w*)\s*\(")


def humaneval(row: dict[str, Any], source: dict[str, Any]) -> Item | Refusal:
    """task_id, prompt, entry_point, canonical_solution, test."""
    if refusal := lacking(row, "task_id", "prompt", "entry_point", "test"):
        return refusal
    return {
        "problem_id": row["task_id"],
        "prompt": row["prompt"],
        "prelude": row["prompt"],
        "entry_point": row["entry_point"],
        "checker": "python_asserts",
        "test_code": row["test"],
        "solutions": _some(text(row, "canonical_solution")),
    }


def mbpp(row: dict[str, Any], source: dict[str, Any]) -> Item | Refusal:
    """task_id, text (sanitized: prompt), code, test_list, test_setup_code (or test_imports)."""
    asked = text(row, "text") or text(row, "prompt")
    if asked is None:
        return lacking(row, "text") or Refusal("empty_column", "column text holds no text")
    tests = row.get("test_list")
    if not isinstance(tests, list) or not tests or not all(isinstance(t, str) for t in tests):
        return Refusal("no_tests", "test_list is not a list of assertions")
    entry = _entry_point("\n".join(tests), text(row, "code") or "")
    if entry is None:
        return Refusal("no_tests", "no assertion calls a function")
    return {
        "problem_id": f"MBPP/{row.get('task_id')}",
        "prompt": f"{asked}\nYour code should pass these tests:\n" + "\n".join(tests),
        "entry_point": entry,
        "checker": "python_asserts",
        "test_code": "\n".join([*_setup(row), *tests]) + "\n",
        "solutions": [code.replace("\r\n", "\n") for code in _some(text(row, "code"))],
    }


def _entry_point(tests: str, code: str) -> str | None:
    """The first called name that the solution defines; without one, that is no built-in."""
    called = [name for name in _CALLED.findall(tests) if name != "assert"]
    defined = [name for name in called if re.search(rf"\bdef {name}\b", code)]
    own = [name for name in called if not hasattr(builtins, name)]
    return next(iter([*defined, *own]), None)


def _setup(row: dict[str, Any]) -> list[str]:
    imports = row.get("test_imports")
    lines = [line for line in imports if isinstance(line, str)] if isinstance(imports, list) else []
    return [*lines, *_some(text(row, "test_setup_code"))]


def nl2bash(row: dict[str, Any], source: dict[str, Any]) -> Item | Refusal:
    """nl and cmd, or as repackaged: nl_command and bash_code."""
    asked, command = ("nl", "cmd") if "nl" in row else ("nl_command", "bash_code")
    if refusal := lacking(row, asked, command):
        return refusal
    return {"prompt": row[asked], "solutions": [row[command]], "checker": "shell_command"}


def gsm8k(row: dict[str, Any], source: dict[str, Any]) -> Item | Refusal:
    """question and answer, whose last line is `#### number`."""
    if refusal := lacking(row, "question", "answer"):
        return refusal
    _, mark, final = row["answer"].rpartition("####")
    if not mark or not final.strip():
        return Refusal("no_answer", "the answer has no line that begins with ####")
    return {
        "prompt": row["question"],
        "solutions": [row["answer"]],
        "checker": "final_answer",
        "answer": final.strip().replace(",", ""),
        "domain": "math",
    }


def _some(value: str | None) -> list[str]:
    return [] if value is None else [value]

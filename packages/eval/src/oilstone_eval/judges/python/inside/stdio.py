"""Runs a program on its input, alone or, which is cheaper, on several inputs one after another.

Only programs that leave nothing behind for their next run are given several (`company.py`).
"""

import atexit
import builtins
import os
import struct
import sys
import traceback
import types
from types import CodeType
from typing import Any, NoReturn

from oilstone_eval.judges.python.inside.chance import same_random_numbers

CHANNEL = 3
# Exit status, whether it compiles, and the sizes of error type, last words and output.
HEADER = struct.Struct(">B?HHI")
_MOST_TEXT = 1000


def alone(given: dict[str, Any]) -> NoReturn:
    """Run `given["code"]` as `python program.py` would."""
    _streams()
    same_random_numbers(given["code"])
    end = _run(_compiled(given["code"]))
    sys.stderr.write(end["said"])
    sys.stderr.flush()
    os._exit(end["status"])


def several(given: dict[str, Any]) -> NoReturn:
    """Run `given["code"]` on each of `given["inputs"]`, and append each run to the report."""
    me, folder = os.getpid(), os.getcwd()  # noqa: PTH109 - cheaper
    depth, digits = sys.getrecursionlimit(), sys.get_int_max_str_digits()
    code, files = _compiled(given["code"]), (_nameless(folder), _nameless(folder))
    for text in given["inputs"]:
        _redirect(files, text)
        same_random_numbers(given["code"])
        end = _run(code)
        if os.getpid() != me or len(_threads()) > 1:
            os._exit(0)
        _report(end, _output(files[1], given["most_bytes"]))
        sys.setrecursionlimit(depth)
        sys.set_int_max_str_digits(digits)
    os._exit(0)


def _redirect(files: tuple[int, int], text: bytes) -> None:
    """Let 0 and 1 be two files: one that holds the input, and one that is empty."""
    for number, file in enumerate(files):
        os.ftruncate(file, 0)
        os.lseek(file, 0, os.SEEK_SET)
        os.dup2(file, number)
    os.pwrite(files[0], text, 0)
    _streams()


def _nameless(folder: str) -> int:
    return os.open(folder, os.O_TMPFILE | os.O_RDWR, 0o600)


def _streams() -> None:
    sys.stdin = sys.__stdin__ = open(0, encoding="utf-8", closefd=False)  # type: ignore[misc]  # noqa: SIM115 - a descriptor
    sys.stdout = sys.__stdout__ = open(1, "w", encoding="utf-8", closefd=False)  # type: ignore[misc]  # noqa: SIM115 - a descriptor


def _output(file: int, most_bytes: int) -> bytes:
    """Return what was printed; one byte more than the most when it is too much."""
    return os.pread(file, min(os.fstat(file).st_size, most_bytes + 1), 0)


def _report(end: dict[str, Any], output: bytes) -> None:
    kind, said = (end[name].encode(errors="replace") for name in ("error_type", "said"))
    kind, said = kind[:_MOST_TEXT], said[-4 * _MOST_TEXT :]
    head = HEADER.pack(end["status"], end["compiles"], len(kind), len(said), len(output))
    data = memoryview(head + kind + said + output)
    while data:
        data = data[os.write(CHANNEL, data) :]


def _compiled(code: str) -> CodeType | dict[str, Any]:
    """Return the code, or the end that the program comes to without it."""
    try:
        return compile(code, "program.py", "exec", dont_inherit=True)
    except BaseException as error:
        return {**_failed(error), "compiles": False}


def _run(code: CodeType | dict[str, Any]) -> dict[str, Any]:
    """Return exit status, error type and what Python would write to standard error."""
    if isinstance(code, dict):
        return code
    sys.argv = ["program.py"]
    module = types.ModuleType("__main__")
    module.__dict__["__builtins__"] = builtins
    sys.modules["__main__"] = module
    end = _outcome(code, module.__dict__)
    try:
        for thread in _threads()[1:]:
            if not thread.daemon:
                thread.join()
        atexit._run_exitfuncs()
        # What is left ends before the output does, as when Python itself ends.
        module.__dict__.clear()
        sys.stdout.flush()
    except BaseException as error:
        end = end if end["status"] else _failed(error)
    return end


def _outcome(code: CodeType, space: dict[str, Any]) -> dict[str, Any]:
    try:
        exec(code, space)
    except SystemExit as error:
        return _exited(error.code)
    except BaseException as error:
        return _failed(error)
    return {"status": 0, "error_type": "", "said": "", "compiles": True}


def _threads() -> list[Any]:
    """Return the threads that run, the first one first; Python may never have heard of threads."""
    threading = sys.modules.get("threading")
    return sorted(threading.enumerate(), key=_order) if threading else []


def _order(thread: Any) -> bool:
    return thread is not sys.modules["threading"].main_thread()


def _exited(code: Any) -> dict[str, Any]:
    if code is None or isinstance(code, int):
        status, said = int(code or 0) & 0xFF, ""
    else:
        status, said = 1, f"{code}\n"
    kind = "SystemExit" if status else ""
    return {"status": status, "error_type": kind, "said": said, "compiles": True}


def _failed(error: BaseException) -> dict[str, Any]:
    try:
        said = "".join(traceback.format_exception_only(error))[-_MOST_TEXT:]
    except BaseException:
        said = type(error).__name__
    return {"status": 1, "error_type": type(error).__name__, "said": said, "compiles": True}

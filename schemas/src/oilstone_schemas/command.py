"""What every Oilstone command shares: errors with exit codes, `--json`, help with an example.

Exit codes: 0 done, 1 the checked thing failed, 2 wrong use or bad input, 3 something is missing on
this machine. Beside them 130 stands for Ctrl-C, 141 for a closed pipe and 70 for a bug of ours, so
that no crash is ever read as "the checked thing failed".
"""

import argparse
import importlib.metadata
import json
import os
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

Result = Mapping[str, Any] | int | None | tuple[Mapping[str, Any], int]
Function = Callable[[argparse.Namespace], Result]

BUG, INTERRUPTED, CLOSED_PIPE = 70, 130, 141


class OilstoneError(Exception):
    """Wrong use or bad input. The message says what, where (file:line or key) and what to do."""

    code = 2


class MissingTool(OilstoneError):
    """This machine lacks something: a tool, an interpreter, disk space."""

    code = 3


class CheckFailed(OilstoneError):
    """The thing that was checked is not good; the check itself went well."""

    code = 1


class _Parser(argparse.ArgumentParser):
    """Raises instead of exiting, so that a wrong option has the same error shape as all others."""

    def error(self, message: str) -> NoReturn:
        raise OilstoneError(f"{self.prog}: {message}. See {self.prog} --help")


def say(message: str) -> None:
    """Talk to the person, on stderr: stdout is for results."""
    print(message, file=sys.stderr, flush=True)


def parser(prog: str, package: str, description: str, example: str) -> argparse.ArgumentParser:
    """Return the parser of a command; `package` is the distribution that `--version` reports."""
    made: argparse.ArgumentParser = _build(_Parser, prog, description, example)
    version = f"{prog} {importlib.metadata.version(package)}"
    made.add_argument("--version", action="version", version=version)
    return made


def verb(
    subparsers: Any, name: str, func: Function, help: str, example: str
) -> argparse.ArgumentParser:
    """Add a verb. `run` calls `func(args)`, which returns one of:

    a dict (printed whole with `--json`; without it only its "message", if there is one),
    an exit code, `(dict, exit code)`, or None. It raises OilstoneError to fail.
    """
    made: argparse.ArgumentParser = _build(subparsers.add_parser, name, help, example, help=help)
    made.add_argument("--json", action="store_true", help="print the result as JSON on stdout")
    made.set_defaults(func=func)
    return made


def run(parser: argparse.ArgumentParser, argv: Sequence[str] | None) -> int:
    """Parse, call the verb, print its result or error, and return the exit code."""
    words = sys.argv[1:] if argv is None else list(argv)
    as_json = "--json" in words
    try:
        args = parser.parse_args(words)
        return _show(args.func(args), as_json)
    except KeyboardInterrupt:
        say("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        # Python would complain once more when it flushes stdout at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLOSED_PIPE
    except Exception as error:
        return _fail(error, as_json)


def _build(make: Any, name: str, description: str, example: str, **more: Any) -> Any:
    return make(
        name,
        description=description,
        epilog=f"example:\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
        **more,
    )


def _show(result: Result, as_json: bool) -> int:
    if isinstance(result, int):
        result = {}, result
    value, code = result if isinstance(result, tuple) else (result, 0)
    if as_json:
        print(json.dumps(value or {}, indent=2))
    elif value and "message" in value:
        print(value["message"])
    sys.stdout.flush()
    return code


def _fail(error: Exception, as_json: bool) -> int:
    from oilstone_schemas.disk import explain

    if isinstance(error, OSError):
        error = explain(error)
    code = error.code if isinstance(error, OilstoneError) else BUG
    if code == BUG:
        traceback.print_exception(error)
        say("This is a bug in Oilstone, not in what you asked for.")
    message = str(error) or type(error).__name__
    say(f"error: {message}")
    if as_json:
        print(json.dumps({"error": {"code": code, "message": message}}))
    return code

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from oilstone_schemas import command
from oilstone_schemas.command import CheckFailed, MissingTool, OilstoneError

CHILD = """
import sys
from oilstone_schemas import command
from oilstone_schemas.command import CheckFailed, MissingTool, OilstoneError

def act(args):
    {body}

parser = command.parser("oilstone-x", "oilstone-schemas", "Does x.", "oilstone-x do")
verbs = parser.add_subparsers(required=True)
command.verb(verbs, "do", act, "do it", "oilstone-x do")
raise SystemExit(command.run(parser, None))
"""


def _run(body: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", CHILD.format(body=body), *words], capture_output=True, text=True
    )


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("return None", 0),
        ("return {'a': 1}", 0),
        ("return 1", 1),
        ("return {'a': 1}, 1", 1),
        ("raise CheckFailed('x')", 1),
        ("raise OilstoneError('x')", 2),
        ("open('/nowhere/at/all')", 2),
        ("raise MissingTool('x')", 3),
        ("open('/dev/full', 'w').write('x' * 10**6)", 3),
        ("raise KeyError('x')", 70),
        ("raise KeyboardInterrupt", 130),
    ],
)
def test_the_exit_code_tells_what_happened(body: str, code: int) -> None:
    assert _run(body, "do").returncode == code


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("raise CheckFailed('x')", 1),
        ("raise OilstoneError('x')", 2),
        ("raise MissingTool('x')", 3),
        ("raise ValueError('x')", 70),
    ],
)
def test_errors_have_one_shape_for_machines(body: str, code: int) -> None:
    out = _run(body, "do", "--json").stdout
    assert json.loads(out) == {"error": {"code": code, "message": "x"}}


@pytest.mark.parametrize("words", [["do", "--jso"], ["dont"], [], ["do", "more"]], ids=str)
def test_wrong_use_has_the_same_shape(words: list[str]) -> None:
    assert json.loads(_run("pass", *words, "--json").stdout)["error"]["code"] == 2


@pytest.mark.parametrize(
    ("body", "result"),
    [("return {'a': 1}", {"a": 1}), ("return None", {}), ("return {'a': 1}, 1", {"a": 1})],
)
def test_a_result_is_json_on_stdout(body: str, result: dict[str, Any]) -> None:
    assert json.loads(_run(body, "do", "--json").stdout) == result


def test_people_get_the_message_alone() -> None:
    assert _run("return {'a': 1, 'message': 'done'}", "do").stdout == "done\n"


def test_progress_is_not_on_stdout() -> None:
    result = _run("command.say('half way')", "do")
    assert (result.stdout, result.stderr) == ("", "half way\n")


def test_a_bug_shows_where_it_is() -> None:
    assert "KeyError" in _run("raise KeyError('x')", "do").stderr


def test_a_closed_pipe_is_no_crash() -> None:
    code = CHILD.format(body="return {'message': 'x' * 10**6}")
    child = subprocess.Popen(
        [sys.executable, "-c", code, "do"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert child.stdout is not None
    child.stdout.close()
    _, complaint = child.communicate()
    assert (child.returncode, complaint) == (141, b"")


def test_help_has_an_example() -> None:
    assert "example:\n  oilstone-x do" in _run("pass", "do", "--help").stdout


def test_version_is_the_distributions() -> None:
    assert _run("pass", "--version").stdout.startswith("oilstone-x 0.")


def test_codes_are_fixed() -> None:
    """Other people's scripts read them."""
    assert (CheckFailed.code, OilstoneError.code, MissingTool.code) == (1, 2, 3)


def test_run_takes_words_instead_of_the_command_line(tmp_path: Path) -> None:
    seen: list[argparse.Namespace] = []
    parser = command.parser("x", "oilstone-schemas", "d", "e")
    verbs = parser.add_subparsers(required=True)
    command.verb(verbs, "do", seen.append, "do it", "x do")
    command.run(parser, ["do"])
    assert len(seen) == 1

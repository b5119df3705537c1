"""Shell rows: linted by the real ShellCheck, grouped into families, repetitions refused."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oilstone_data.ledger import Ledger
from oilstone_data.shell.family import Unrepeated, family, named
from oilstone_data.shell.gate import lint_gate
from oilstone_data.shell.parse import commands
from oilstone_data.shell.shellcheck import BATCH, ShellCheck
from oilstone_data.stage import Kept, Refused
from oilstone_schemas.command import MissingTool


def _row(command, prompt="Do it.", number=0, language="shell"):
    return {"id": f"r{number}", "language": language, "prompt": prompt, "completion": command}


def _rows(*texts):
    return [_row(text, number=number) for number, text in enumerate(texts)]


@pytest.fixture
def checker(tmp_path):
    if not shutil.which(
        "shellcheck", path=f"{Path(sys.executable).parent}:/usr/bin:/usr/local/bin"
    ):
        pytest.skip("no shellcheck on this machine: the lint gate was NOT tested")
    return ShellCheck(Ledger(tmp_path / "shellcheck.jsonl"), workers=2)


BROKEN = "if true; then echo a"
UNQUOTED = "rm $1"


def _reasons(answers):
    return [answer.reason if isinstance(answer, Refused) else None for answer in answers]


def test_a_command_that_does_not_parse_is_refused(checker):
    answers = list(lint_gate(checker)(_rows("ls -l", BROKEN)))
    assert _reasons(answers) == [None, "shellcheck"] and "SC10" in answers[1].explanation


@pytest.mark.parametrize(("severity", "reason"), [("error", None), ("info", "shellcheck")])
def test_the_severity_decides(checker, severity, reason):
    assert _reasons(lint_gate(checker, severity)(_rows(UNQUOTED))) == [reason]


def test_a_comment_switches_no_check_off(checker):
    text = f"# shellcheck disable=all\n{UNQUOTED}"
    assert _reasons(lint_gate(checker, "info")(_rows(text))) == ["shellcheck"]


def test_options_of_the_environment_switch_no_check_off(checker, monkeypatch):
    monkeypatch.setenv("SHELLCHECK_OPTS", "--exclude=SC2086")
    assert _reasons(lint_gate(checker, "info")(_rows(UNQUOTED))) == ["shellcheck"]


@pytest.mark.parametrize("text", ["echo a\0b", "echo \ud800"])
def test_what_cannot_be_read_is_refused_and_its_neighbours_are_not(checker, text):
    assert _reasons(lint_gate(checker)(_rows("ls", text, "pwd"))) == [None, "unreadable", None]


def test_rows_of_other_languages_go_through(checker):
    row = _row("fn main() {", language="rust")
    assert list(lint_gate(checker)([row])) == [Kept(row)]


def test_a_batch_judges_as_single_calls_do(checker):
    texts = ["ls", BROKEN, UNQUOTED, "echo `ls`", "cat a | grep b", "[ $a = b ]", "for"]
    alone = [checker.findings([text])[0] for text in texts]
    assert ShellCheck(workers=1).findings(texts * (BATCH // 5))[: len(texts)] == alone


def test_what_was_linted_once_is_not_linted_again(checker, monkeypatch):
    first = checker.findings(["ls", BROKEN])
    again = ShellCheck(Ledger(checker.ledger.path))
    assert again.version
    monkeypatch.setattr(subprocess, "run", None)  # no process can be started any more
    assert again.findings([BROKEN, "ls"]) == first[::-1]


def test_without_shellcheck_the_machine_is_at_fault(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(MissingTool, match=r"oilstone-data\[shell\]"):
        list(lint_gate(ShellCheck())(_rows("ls")))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ls -la /tmp", "ls -a -l ~/me"),
        ("ls -la", "ls -al"),
        ("sudo -u bob rm -rf x", "rm -r -f 'y z'"),
        ("find . -name '*.py' -exec rm -f {} \\;", 'find /tmp -exec rm -f {} + -name "x"'),
        ("find a -print0 | xargs -0 -n 1 rm -f", "find b -print0 | xargs -n 20 -0 rm -f"),
        ("tar xzf a.tar", "tar -x -z -f b.tar"),
        ("head -5 a", "head -20 b"),
        ("git commit -m 'a b'", "git commit -m c"),
        ("/bin/cp --backup=numbered a b", "cp --backup=simple c d"),
        ("LC_ALL=C sort -k2 a", "sort -k1 b"),
    ],
)
def test_arguments_quotes_and_order_of_flags_leave_the_family(one, other):
    assert family(one) == family(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ls -l", "ls -a"),
        ("git commit -a", "git push -a"),
        ("find . -name a", "find . -type f"),
        ("find . -exec rm {} ;", "find . -exec ls {} ;"),
        ("cat a | sort", "sort a | cat"),
        ("xargs rm", "xargs ls"),
        ("echo $(date)", "echo $(whoami)"),
        ("rm -f -- -r", "rm -f -r"),
    ],
)
def test_other_programs_and_flags_are_another_family(one, other):
    assert family(one) != family(other)


def test_commands_inside_substitutions_are_seen():
    assert commands('bash -c "$(curl -s x)"') == [["bash", "-c", "$"], ["curl", "-s", "x"]]


@pytest.mark.parametrize("far", ["\U0010ffff", "\U0001f600", "\u4e00", "\ud800"])
@pytest.mark.parametrize("before", ["{", "${", "a{1..", "<<", "$((", "[[ a =~ "])
def test_no_character_crashes_the_parser(before, far):
    assert isinstance(commands(f"x {before}{far}}} y"), list)


def test_words_keep_their_own_characters():
    assert commands("grep 'é 好' \u00a0b") == [["grep", "é 好", "\u00a0b"]]


def test_a_shell_rows_group_is_its_family():
    row = named(_row("ls -la /tmp"))
    assert (row["family"], row["group"]) == ("ls -a -l", "shell: ls -a -l")


def test_a_repetition_in_other_quotes_is_refused():
    answers = Unrepeated()(_rows("grep 'a b' c", 'grep  "a b" c', "grep 'a b' d"))
    assert _reasons(answers) == [None, "duplicate_command", None]


def test_the_same_command_for_another_prompt_is_no_repetition():
    rows = [_row("ls", "List it."), _row("ls", "Show files.")]
    assert _reasons(Unrepeated()(rows)) == [None, None]


def test_redirections_tell_commands_apart():
    assert _reasons(Unrepeated()(_rows("sort a > b", "sort a < b"))) == [None, None]


def test_a_family_is_capped():
    answers = Unrepeated(most=2)(_rows("ls a", "ls b", "ls c", "pwd"))
    assert _reasons(answers) == [None, None, "family_full", None]


@given(st.lists(st.text(max_size=30), max_size=5))
def test_every_text_is_answered_and_its_copy_refused(texts):
    answers = _reasons(Unrepeated()(_rows(*texts, *texts)))
    assert answers[len(texts) :] == ["duplicate_command"] * len(texts)


@given(st.text(max_size=60))
def test_every_text_has_a_family(text):
    assert family(text)

"""Final answers: found where solutions put them, compared exactly."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oilstone_eval.judges.base import Program, Ruling
from oilstone_eval.judges.math.answer import final
from oilstone_eval.judges.math.judge import MathJudge
from oilstone_eval.judges.math.number import equal, number
from oilstone_eval.judges.math.symbols import Symbols
from oilstone_eval.judges.math.toolchain import Toolchain, find

DATA = os.environ.get("OILSTONE_TEST_DATA")
needs_data = pytest.mark.skipif(not DATA, reason="OILSTONE_TEST_DATA not set")


def rule(*pairs: tuple[str, str], tools: Toolchain | None = None) -> list[Ruling]:
    judge = MathJudge(tools or find(), None, {}, 1)
    programs = [Program(text, (), "math", "final_answer", answer=right) for text, right in pairs]
    return judge.rule(programs, lambda what, total: lambda: None)


@pytest.mark.parametrize(
    ("solution", "expected"),
    [
        ("3 + 4 = <<3+4=7>>7\n#### 7", "7"),
        ("so it is \\boxed{\\frac{1}{2}} and not \\boxed{x^{2}}.", "x^{2}"),
        ("\\boxed 5", "5"),
        ("1, 2, 3\nThe answer is $1,234.50.", "$1,234.50"),
        ("The final answer is: **42**", "42"),
        ("First 3.\nA: -17", "-17"),
        ("He pays 3 times $40, which is 120 dollars.", "120"),
        ("about 50% of them", "50%"),
        ("Hence the answer is $\\frac{2}{3}$.", "\\frac{2}{3}"),
        ("No idea.", None),
        ("", None),
    ],
)
def test_the_final_answer_is_found(solution: str, expected: str | None) -> None:
    assert final(solution) == expected


SAME = [
    ("18", "18.00"), ("1,234", "1234"), ("$15,\\!000", "15000"), ("\\$16,\\!386.16", "16386.16"),
    ("1/2", "0.5"), ("\\dfrac{9}{7}", "9/7"), ("\\frac56", "5/6"), ("-\\frac32", "-1.5"),
    ("118 \\text{ dollars}", "118"), ("18 dollars", "18"), ("44\\%", "44"), ("50%", "0.5"),
    ("3 1/2", "3.5"), ("-2 1/2", "-2.5"), (".5", "0.5"), ("-$5", "-5"), ("x = 9", "9"),
    ("60^\\circ", "60"), ("1e3", "1000"), ("7.", "7"), ("12 km/h", "12"), ("+4", "4"),
]  # fmt: skip
OTHER = [("18", "18.01"), ("1/3", "0.3333"), ("-5", "5"), ("1,23", "123"), ("50%", "0.05"),
         ("5", "50%"), ("3 1/2", "1.5")]  # fmt: skip


@pytest.mark.parametrize(("given_", "right"), SAME)
def test_numbers_that_are_the_same(given_: str, right: str) -> None:
    ours, theirs = number(given_), number(right)
    assert ours and theirs and equal(ours, theirs)


@pytest.mark.parametrize(("given_", "right"), OTHER)
def test_numbers_that_differ(given_: str, right: str) -> None:
    ours, theirs = number(given_), number(right)
    assert not (ours and theirs and equal(ours, theirs))


@given(st.fractions(), st.integers(0, 3))
def test_a_number_is_read_back(value: object, blanks: int) -> None:
    read = number(f"{' ' * blanks}{value}")
    assert read and read.value == value


@given(st.text(max_size=300))
def test_any_text_is_judged(text: str) -> None:
    final(text)
    number(text)


def test_a_symbolic_answer_is_compared_by_algebra() -> None:
    pytest.importorskip("math_verify", reason="NO ALGEBRA IS TESTED: math-verify is not here")
    found = rule(("\\boxed{(x+1)^2}", "x^2+2x+1"), ("\\boxed{(x+1)^2}", "x^2+1"))
    assert [each.status for each in found] == ["passed", "failed"]


@pytest.mark.slow
def test_an_endless_formula_costs_its_own_sample_only() -> None:
    """The limit counts CPU time, so a busy machine does not change the verdict."""
    symbols = Symbols()
    bad = symbols.compare("9^{9^{9^9}}", "1")
    good = symbols.compare("\\frac{1}{2}+x", "x+0.5")
    symbols.close()
    assert (bad.equal, bad.trouble in ("timeout", "memory"), good.equal) == (None, True, True)


def test_without_math_verify_a_symbolic_answer_is_unscored() -> None:
    found = rule(("\\boxed{2x}", "x+x"), ("\\boxed{2}", "2"), tools=Toolchain(None))
    assert [(each.status, each.reason) for each in found] == [
        ("unscored", "tool_missing"), ("passed", None),
    ]  # fmt: skip


def test_a_problem_without_an_answer_fails_nobody() -> None:
    [found] = rule(("It is 4.", ""))
    assert (found.status, found.reason) == ("unscored", "not_run")


def test_code_in_an_answer_is_not_run(tmp_path: Path) -> None:
    pytest.importorskip("math_verify", reason="NO ALGEBRA IS TESTED: math-verify is not here")
    mark = tmp_path / "ran"
    trap = f"__import__('os').system('touch {mark}')"
    found = rule((f"\\boxed{{{trap}}}", "x"), (f"The answer is {trap}", "x+1"))
    assert ([each.status for each in found], mark.exists()) == (["failed", "failed"], False)


@needs_data
def test_every_gsm8k_solution_has_its_own_answer_and_no_other() -> None:
    path = Path(str(DATA)) / "gsm8k/test.jsonl"
    texts = [json.loads(line)["answer"] for line in path.read_text().splitlines()]
    rights = [text.rpartition("####")[2].strip() for text in texts]
    own = rule(*zip(texts, rights, strict=True))
    wrong = [f"{int(right.replace(',', '')) + 1}" for right in rights]
    other = rule(*zip(texts, wrong, strict=True))
    statuses = {each.status for each in own}, {each.status for each in other}
    assert (statuses, len(own)) == (({"passed"}, {"failed"}), 300)


@needs_data
def test_every_math_solution_has_its_own_answer() -> None:
    path = Path(str(DATA)) / "math/math_test_500.jsonl"
    texts = [json.loads(line)["solution"] for line in path.read_text().splitlines()]
    found = rule(*((text, str(final(text))) for text in texts))
    assert [each.explanation for each in found if each.status != "passed"] == []


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("so she pays $1,234.50", "$1,234.50"), ("it costs 1,234,567 dollars.", "1,234,567"),
        ("so 3/4 of it", "3/4"), ("the total is -5", "-5"), ("we get $-7$", "-7"),
        ("10 - 5", "5"), ("10-5", "5"), ("1, 2, 3", "3"), ("1,2,3", "3"), ("50%", "50%"),
        ("12.", "12"), ("2 + 3 = 5\n\nThat is all.", "5"),
    ],
)  # fmt: skip
def test_the_last_number_is_taken_whole(said: str, wanted: str) -> None:
    assert final(said) == wanted

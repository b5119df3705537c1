"""Gold passes, every kind of wrong fails for its own reason."""

from collections.abc import Callable
from pathlib import Path

import pytest

from oilstone_eval.judges.base import Ruling

Judge = Callable[..., list[Ruling]]
SUM = (Path(__file__).parent / "sum.rs").read_text()
CASES = (("1 2 4\n", "7\n"), ("5\n", "5\n"))
WRONG = {
    "wrong output": (SUM.replace(".sum()", ".product()"), "wrong_output"),
    "off by one": (SUM.replace("sum(&numbers)", "sum(&numbers[1..])"), "wrong_output"),
    "infinite loop": ("fn main() { loop {} }", "timeout"),
    "sleeper": (
        "fn main() { std::thread::sleep(std::time::Duration::from_secs(99)); }",
        "timeout",
    ),
    "memory hog": (
        "fn main() { let mut v = vec![1u8; 1 << 20]; loop { v.extend_from_within(..); } }",
        "memory",
    ),
    "flood": ('fn main() { let s = "x".repeat(1 << 20); for _ in 0..100 { print!("{s}"); } }',
              "output_limit"),
    "panic": ('fn main() { panic!("no"); }', "runtime_error"),
    "exit code": ('fn main() { println!("7"); std::process::exit(3); }', "runtime_error"),
    "deep recursion": (
        "fn f(n: u64) -> u64 { if n == 0 { 0 } else { 1 + f(n - 1) } }\n"
        'fn main() { println!("{}", f(1 << 40)); }',
        "runtime_error",
    ),
    "type error": ('fn main() { let x: i64 = "7"; }', "compile_error"),
    "no main": ("fn sum() {}", "compile_error"),
    "link error": ('extern "C" { fn nowhere(); }\nfn main() { unsafe { nowhere() } }',
                   "compile_error"),
    "host file at compile time": (
        'fn main() { println!("{}", include_str!("/etc/shadow")); }', "compile_error",
    ),
    "early exit": ("fn main() { std::process::exit(0); }", "wrong_output"),
    "claims": ('fn main() { println!("test result: ok. passed"); }', "wrong_output"),
    "shadowed assert": (
        "macro_rules! assert_eq { ($($t:tt)*) => {} }\nfn main() { assert_eq!(1, 2); }",
        "wrong_output",
    ),
    "stray line": (SUM.replace('println!("{}"', 'println!("sum:\\n{}"'), "wrong_output"),
}  # fmt: skip
RIGHT = {
    "gold": SUM,
    "trailing blanks": SUM.replace('println!("{}"', 'println!("{}  \\n\\n"'),
    "denies lints": "#![deny(clippy::all)]\n"
    + SUM.replace("numbers.iter().sum()", "let s = numbers.iter().sum(); return s;"),
    "writes its own file": SUM.replace(
        "Ok(())", 'std::fs::write("scratch.txt", "x")?;\n    Ok(())'
    ),
}


@pytest.fixture(scope="module")
def rulings(judged: Judge) -> dict[str, Ruling]:
    """Judge everything at once, as the command does."""
    codes = {**RIGHT, **{name: code for name, (code, _) in WRONG.items()}}
    return dict(zip(codes, judged(list(codes.values()), *CASES), strict=True))


@pytest.mark.parametrize("name", RIGHT)
def test_right_programs_pass(rulings: dict[str, Ruling], name: str) -> None:
    assert (rulings[name].status, rulings[name].reason) == ("passed", None)


@pytest.mark.parametrize("name", WRONG)
def test_wrong_programs_fail_for_their_reason(rulings: dict[str, Ruling], name: str) -> None:
    assert (rulings[name].status, rulings[name].reason) == ("failed", WRONG[name][1])


@pytest.mark.parametrize("name", WRONG)
def test_a_failure_is_explained(rulings: dict[str, Ruling], name: str) -> None:
    assert rulings[name].explanation


def test_gold_has_clean_checks(rulings: dict[str, Ruling]) -> None:
    assert rulings["gold"].checks == {
        "compiles": True, "idiomatic": 1.0, "documented": True, "clippy_warnings": 0,
        "lints": [], "rustc_warnings": 0, "tests_passed": 2, "tests_total": 2, "error_type": None,
        "public_doc_rate": None, "has_public": False, "seed_idiomatic": 0.375,
        "seed_doc_comments": 1, "seed_prompt_match": None,
    }  # fmt: skip


def test_what_does_not_compile_has_no_style(rulings: dict[str, Ruling]) -> None:
    checks = rulings["type error"].checks
    assert (checks["compiles"], checks["idiomatic"], checks["documented"]) == (False, 0.0, False)


def test_what_does_not_compile_has_no_clippy_warnings(rulings: dict[str, Ruling]) -> None:
    assert rulings["type error"].checks["clippy_warnings"] is None


def test_lints_are_named_and_counted(rulings: dict[str, Ruling]) -> None:
    checks = rulings["denies lints"].checks
    assert {"clippy::let_and_return", "clippy::needless_return"} & set(checks["lints"])
    assert checks["clippy_warnings"] == len(checks["lints"])


def test_the_compilers_warnings_are_no_lints(judged: Judge) -> None:
    [ruling] = judged([SUM.replace("println!", "let unused = 1;\n    println!")], *CASES)
    assert (ruling.checks["clippy_warnings"], ruling.checks["rustc_warnings"]) == (0, 1)


def test_every_passed_test_is_counted(judged: Judge) -> None:
    [ruling] = judged(['fn main() { println!("7"); }'], *CASES)
    assert ruling.checks["tests_passed"] == 1


def test_without_tests_nothing_is_passed(judged: Judge) -> None:
    [ruling] = judged([SUM])
    assert (ruling.status, ruling.reason) == ("unscored", "not_run")


def test_a_panic_is_explained_without_its_place(judged: Judge) -> None:
    [ruling] = judged(['fn main() { panic!("boom"); }'], *CASES)
    assert ruling.explanation == "test 1 of 2: ended with exit status 101: panicked: boom"

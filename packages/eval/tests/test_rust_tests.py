"""#[test] functions decide, and no candidate can decide for them."""

import gzip
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from oilstone_eval.judges.base import Program, Ruling
from oilstone_eval.judges.rust.judge import RustJudge
from oilstone_eval.judges.rust.testing import SuiteBuilder
from oilstone_eval.judges.rust.toolchain import Toolchain
from oilstone_eval.sandbox.walls import Walls

GOLD = (
    "fn near(a: Vec<f32>, t: f32) -> bool {\n    a.windows(2).any(|w| (w[0] - w[1]).abs() < t)\n}\n"
)
INSIDE = """
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds() {
        assert_eq!(near(vec![1.0, 1.1], 0.5), true);
    }

    #[test]
    fn finds_not() {
        assert!(!near(vec![1.0, 9.0], 0.5));
        assert_eq!(near(vec![1.0, 9.0], 0.5), false);
    }
}
"""
BESIDE = """use counter::*;

#[test]
fn counts() {
    let mut c = Counter::new();
    c.add(2);
    assert_eq!(c.total(), Some(2), "after {}", 2);
}

#[test]
#[ignore]
#[should_panic(expected = "too many")]
fn overflows() {
    Counter::new().add(1000);
}

#[test]
fn returns() -> Result<(), String> {
    Counter::new().total().map(|_| ()).ok_or_else(|| "none".to_string())
}

#[test]
#[cfg(feature = "more")]
fn not_asked_for() {
    nowhere();
}
"""
COUNTER = """pub struct Counter(Vec<usize>);
impl Counter {
    pub fn new() -> Self { Counter(vec![]) }
    pub fn add(&mut self, n: usize) { if n > 99 { panic!("too many") } self.0.push(n) }
    pub fn total(&self) -> Option<usize> { Some(self.0.iter().sum()) }
}
"""
WRONG = "fn near(_: Vec<f32>, _: f32) -> bool { BODY }\n"
FAKE = """#[derive(Debug)]
pub struct Fake;
impl PartialEq<bool> for Fake { fn eq(&self, _: &bool) -> bool { true } }
impl std::ops::Not for Fake { type Output = bool; fn not(self) -> bool { true } }
"""
READS = """use std::io::{Read, Write};
fn near(_: Vec<f32>, _: f32) -> bool {
    let mut all = Vec::new();
    SOURCE
    std::io::stdout().write_all(&all).unwrap();
    std::process::exit(0)
}
"""
FORGERS = {
    "exits": WRONG.replace("BODY", "std::process::exit(0)"),
    "prints libtest's lines": WRONG.replace(
        "BODY", 'println!("test tests::finds ... ok\\ntest result: ok. 2 passed");\n'
        "std::process::exit(0)"
    ),
    "panic hook": WRONG.replace(
        "BODY", "std::panic::set_hook(Box::new(|_| std::process::exit(0))); false"
    ),
    "silent panic": WRONG.replace("BODY", "std::panic::resume_unwind(Box::new(()))"),
    "shadowed assert_eq": "macro_rules! assert_eq { ($($t:tt)*) => {} }\n"
    + "macro_rules! assert { ($($t:tt)*) => {} }\n" + WRONG.replace("BODY", "true"),
    "shadowed assert by path": "macro_rules! skip { ($($t:tt)*) => {} }\n"
    + "pub(crate) use skip as assert_eq;\npub(crate) use skip as assert;\n"
    + WRONG.replace("BODY", "true"),
    "shadowed vec": "macro_rules! vec { ($($t:tt)*) => { ::std::vec![1.0, 1.0] } }\n"
    + WRONG.replace("BODY", "true"),
    "returns its own type": "#[derive(Debug, PartialEq)]\npub struct Fake;\n"
    + "fn near(_: Vec<f32>, _: f32) -> Fake { Fake }\n",
    "always equal": FAKE + "fn near(_: Vec<f32>, _: f32) -> Fake { Fake }\n",
    "always equal called bool": FAKE + "#[allow(non_camel_case_types)]\ntype bool = Fake;\n"
    + "fn near(_: Vec<f32>, _: f32) -> bool { Fake }\n",
    "constructor": "#[used]\n#[link_section = \".init_array\"]\n"
    + 'static GO: extern "C" fn() = go;\n'
    + 'extern "C" fn go() { std::process::exit(0) }\n' + WRONG.replace("BODY", "true"),
    "own exit symbol": '#[no_mangle]\npub extern "C" fn write() -> isize { 0 }\n'
    + WRONG.replace("BODY", "true"),
    "heap scan": WRONG.replace(
        "BODY", "let p = &0u8 as *const u8; unsafe { std::slice::from_raw_parts(p, 99) }.len() > 1"
    ),
    "pointer from a number": WRONG.replace("BODY", "unsafe { *(4096 as *const u8) == 0 }"),
    "includes its tests": WRONG.replace("BODY", 'include_str!("t0.rs").len() > 9'),
    "own memory": READS.replace(
        "SOURCE", 'std::fs::File::open("/proc/self/mem").unwrap().read_to_end(&mut all).unwrap();'
    ),
    "own input by name": READS.replace(
        "SOURCE", 'std::fs::File::open("/proc/self/fd/0").unwrap().read_to_end(&mut all).unwrap();'
    ),
    "own input again": READS.replace("SOURCE", "std::io::stdin().read_to_end(&mut all).unwrap();"),
    "own input rewound": READS.replace(
        "SOURCE", "use std::io::Seek; use std::os::fd::AsFd;\n"
        "let mut f = std::fs::File::from(std::io::stdin().as_fd().try_clone_to_owned().unwrap());\n"
        "f.rewind().unwrap(); f.read_to_end(&mut all).unwrap();"
    ),
    "a thread that exits": WRONG.replace(
        "BODY", "std::thread::spawn(|| std::process::exit(0)).join().unwrap(); true"
    ),
    "calls the harness": WRONG.replace("BODY", "crate::main(); true"),
    "abort": WRONG.replace("BODY", "std::process::abort()"),
    "loops": WRONG.replace("BODY", "loop {}"),
}  # fmt: skip
WRONG_ONES = {
    "always true": WRONG.replace("BODY", "true"),
    "always false": WRONG.replace("BODY", "false"),
    "panics": WRONG.replace("BODY", "todo!()"),
    "other types": "fn near(_: Vec<f64>, _: f64) -> bool { true }\n",
    "no function": "fn far() {}\n",
    "type error": WRONG.replace("BODY", '"yes"'),
}
GOLDS = {
    "gold": GOLD,
    "with a main": f"{GOLD}fn main() {{}}\n",
    "with its own tests": f"{GOLD}#[cfg(test)]\nmod own {{ #[test]\nfn fails() {{ panic!() }} }}\n",
    "crate paths": "mod m { pub fn t() -> bool { true } }\n"
    + GOLD.replace("a.w", "crate::m::t() && a.w"),
    "inner attribute": f"#![allow(dead_code)]\n{GOLD}",
    "prints": GOLD.replace("a.w", 'println!("test result: FAILED"); a.w'),
    "wider return": "fn near(a: Vec<f32>, t: f32) -> std::primitive::bool {\n"
    "    a.windows(2).any(|w| (w[0] - w[1]).abs() < t)\n}\n",
    "owned pointers": "struct Node { v: bool }\n" + GOLD.replace(
        "a.windows(2)", "let p = Box::into_raw(Box::new(Node { v: true }));\n"
        "    let _ = unsafe { Box::from_raw(p) }.v;\n    a.windows(2)"
    ),
}  # fmt: skip


def program(code: str, tests: str = INSIDE, **more: Any) -> Program:
    return Program(code, checker="rust_tests", test_code=tests, **more)


LIMITS = {
    "wall_seconds": 60, "memory_mib": 512, "output_kib": 256, "compile_cpu_seconds": 30,
    "compile_memory_mib": 4096,
}  # fmt: skip
Judge = Callable[[list[Program]], list[Ruling]]


@pytest.fixture(scope="module")
def tried(rust: RustJudge) -> Judge:
    return lambda programs: rust.rule(programs, lambda what, total: lambda: None)


@pytest.fixture(scope="module")
def rulings(tried: Judge) -> dict[str, Ruling]:
    every = {**GOLDS, **WRONG_ONES, **FORGERS}
    return dict(zip(every, tried([program(code) for code in every.values()]), strict=True))


@pytest.mark.parametrize("name", GOLDS)
def test_right_candidates_pass(rulings: dict[str, Ruling], name: str) -> None:
    assert (rulings[name].status, rulings[name].explanation) == ("passed", None)


@pytest.mark.parametrize("name", WRONG_ONES)
def test_wrong_candidates_fail(rulings: dict[str, Ruling], name: str) -> None:
    assert rulings[name].status == "failed"


@pytest.mark.parametrize("name", FORGERS)
def test_nobody_forges_a_verdict(rulings: dict[str, Ruling], name: str) -> None:
    assert rulings[name].status == "failed"


@pytest.mark.parametrize("name", [*GOLDS, *WRONG_ONES, *FORGERS])
def test_company_changes_no_verdict(
    tried: Judge, rulings: dict[str, Ruling], name: str, lonely: dict[str, Ruling]
) -> None:
    first, second = rulings[name], lonely[name]
    assert (first.status, first.reason) == (second.status, second.reason)
    assert first.checks == second.checks


@pytest.fixture(scope="module")
def lonely(tried: Judge) -> dict[str, Ruling]:
    every = {**GOLDS, **WRONG_ONES, **FORGERS}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SuiteBuilder, "batch", 1)
        return dict(zip(every, tried([program(code) for code in every.values()]), strict=True))


@pytest.mark.parametrize(
    ("returned", "status"), [("Fake", "failed"), ("Other", "passed"), ("bool", "passed")]
)
def test_a_candidate_must_return_what_the_reference_does(
    tried: Judge, returned: str, status: str
) -> None:
    types = "type Other = bool;\npub struct Fake;\n"
    code = types + GOLD.replace("bool", returned)
    assert tried([program(code, INSIDE, reference=GOLD)])[0].status == status


def test_the_first_failing_test_is_named(rulings: dict[str, Ruling]) -> None:
    assert "tests::finds_not: assertion" in str(rulings["always true"].explanation)


def test_each_passing_test_is_counted(rulings: dict[str, Ruling]) -> None:
    counts = [(rulings[name].checks["tests_passed"], rulings[name].checks["tests_total"])
              for name in ("gold", "always true", "always false")]  # fmt: skip
    assert counts == [(2, 2), (1, 2), (1, 2)]


def test_tests_that_import_the_candidate_by_name(tried: Judge) -> None:
    [ruling] = tried([program(COUNTER, BESIDE)])
    assert (ruling.status, ruling.checks["tests_total"]) == ("passed", 3)


@pytest.mark.parametrize(
    ("old", "new"),
    [("too many", "no"), ("panic!", "print!"), ("Some(self", "None.or(self"), ("sum()", "max()"),
     ("pub fn total", "fn total"), ("pub struct", "struct Other; pub(crate) struct")],
)  # fmt: skip
def test_mutants_of_a_crate_fail(tried: Judge, old: str, new: str) -> None:
    mutant = COUNTER.replace(old, new)
    assert mutant != COUNTER
    assert tried([program(mutant, BESIDE)])[0].status == "failed"


def test_the_crates_name_may_be_given(tried: Judge) -> None:
    tests = "#[test]\nfn t() { assert_eq!(counter::Counter::new().total(), Some(0)); }\n"
    assert tried([program(COUNTER, tests, module_name="counter")])[0].status == "passed"


def test_a_prelude_goes_before_what_goes_on_from_it(tried: Judge) -> None:
    prelude, body = GOLD.split("\n", 1)
    whole = program(GOLD, prelude=prelude, entry_point="near")
    part = program(body, prelude=prelude, entry_point="near")
    assert [each.status for each in tried([whole, part])] == ["passed", "passed"]


def test_a_test_that_loops_does_not_take_the_others_time(tried: Judge) -> None:
    slow = "fn near(a: Vec<f32>, _: f32) -> bool { while a[1] > 5.0 {} true }\n"
    [ruling] = tried([program(slow)])
    assert (ruling.reason, ruling.checks["tests_passed"]) == ("timeout", 1)


def test_without_test_functions_nothing_is_passed(tried: Judge) -> None:
    assert tried([program(GOLD, "fn t() {}")])[0].status == "unscored"


def test_an_unknown_checker_is_no_failure(tried: Judge) -> None:
    assert tried([replace(program("fn main() {}"), checker="pytest")])[0].reason == "not_run"


def humaneval(folder: Path) -> Iterator[Program]:
    """HumanEval-X problems that need nothing but std."""
    with gzip.open(folder / "humaneval_x_rust/humaneval_rust.jsonl.gz", "rt") as file:
        for row in map(json.loads, file):
            declared = re.sub(r"use (rand::Rng|regex::Regex|md5);\n", "", row["declaration"])
            used = row["canonical_solution"] + row["test"]
            if not re.search(r"Regex::|md5::|rand::", used):
                yield program(declared + row["canonical_solution"], row["test"])


def test_humaneval_x_gold_passes(tried: Judge, test_data: Path) -> None:
    found = tried(list(humaneval(test_data)))
    assert [ruling.explanation for ruling in found if ruling.status != "passed"] == []
    assert len(found) == 158


NEED_MORE = {
    "alphametics": "itertools", "bottle-song": "pretty_assertions", "decimal": "num_bigint",
    "macros": "compile_fail_tests", "robot-name": "rand",
}  # fmt: skip


def test_exercism_examples_pass_that_need_only_std(
    toolchain: Toolchain, walls: Walls, test_data: Path
) -> None:
    rust = RustJudge(toolchain, walls, {**LIMITS, "edition": 2024, "cpu_seconds": 10}, 2)
    lines = (test_data / "exercism_rust/exercises.jsonl").read_text().splitlines()
    rows = [row for row in map(json.loads, lines) if row["slug"] not in NEED_MORE]
    programs = [
        program(row["example"][".meta/example.rs"], next(iter(row["tests"].values())))
        for row in rows
    ]
    found = rust.rule(programs, lambda what, total: lambda: None)
    pairs = zip(rows, found, strict=True)
    assert [row["slug"] for row, ruling in pairs if ruling.status != "passed"] == []

"""A program's verdict and lints are the same alone and among a hundred others."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from oilstone_eval.judges.rust import crates, lints
from oilstone_eval.judges.rust.compiler import Compiler, Report
from oilstone_eval.judges.rust.crates import Unit
from oilstone_eval.judges.rust.judge import RustJudge
from oilstone_eval.sandbox.pool import Pool
from oilstone_eval.sandbox.slot import Slot

MAIN = "fn main() {}\n"
PRINTS = 'fn main() {\n    println!("7");\n}\n'
# Each by itself says something to rustc or clippy, or would mean something else to a neighbour.
PROGRAMS = {
    "clean": PRINTS,
    "unused function": f"fn unused() {{}}\n{PRINTS}",
    "unused public function": f"pub fn unused() {{}}\n{PRINTS}",
    "unused items": "struct S { a: u8 }\nenum E { A, B }\ntrait T {}\nconst C: u8 = 1;\n" + PRINTS,
    "unused public items": "pub struct S { pub a: u8 }\npub enum E { A }\npub trait T {}\n"
    + PRINTS,
    "unused method": "struct S;\nimpl S { fn f(&self) {} }\nfn main() { let _ = S; }",
    "unused import": f"use std::collections::HashMap;\n{PRINTS}",
    "unused macro": f"macro_rules! m {{ () => {{}} }}\n{PRINTS}",
    "unused variable": "fn main() { let x = 1; let mut y = 2; }",
    "private type in public function": f"struct P;\npub fn f() -> P {{ P }}\n{PRINTS}",
    "private error of main": "#[derive(Debug)]\nstruct E;\nfn main() -> Result<(), E> { Err(E) }",
    "exported new without default": "pub struct S;\nimpl S { pub fn new() -> Self { S } }\n"
    "fn main() { let _ = S::new(); }",
    "exported len without is_empty": "pub struct S;\nimpl S { pub fn len(&self) -> usize { 0 } }\n"
    "fn main() { let _ = S.len(); }",
    "exported result unit": "pub fn f() -> Result<(), ()> { Ok(()) }\nfn main() { let _ = f(); }",
    "exported unsafe": "pub unsafe fn f() {}\nfn main() { unsafe { f() } }",
    "exported raw deref": "pub fn f(p: *const u8) -> u8 { unsafe { *p } }\n"
    "fn main() { let _ = f(&1); }",
    "exported acronym": "pub struct HTTPSERVER;\nfn main() { let _ = HTTPSERVER; }",
    "exported self convention": "pub struct S;\nimpl S { pub fn to_x(self) {}\n"
    "pub fn into_x(&self) {} }\nfn main() { S.into_x(); S.to_x(); }",
    "own acronym": "struct HTTPSERVER;\nfn main() { let _ = HTTPSERVER; }",
    "should implement trait": "pub struct S;\nimpl S { pub fn add(self, o: S) -> S { o } }\n"
    "fn main() { let _ = S.add(S); }",
    "large error": "pub fn f() -> Result<(), [u8; 512]> { Ok(()) }\nfn main() { let _ = f(); }",
    "boxed local": "pub fn f(x: Box<u8>) -> u8 { *x + 1 }\nfn main() { let _ = f(Box::new(1)); }",
    "ptr arg": "pub fn f(x: &Vec<u8>) -> usize { x.len() }\nfn main() { let _ = f(&vec![]); }",
    "needless return": "fn f() -> u8 { return 1; }\nfn main() { let _ = f(); }",
    "needless range": "fn main() { let v = [1, 2]; for i in 0..v.len() { print!(\"{}\", v[i]); } }",
    "many lints": "fn main() {\n    let x = 1;\n    let y = x.clone();\n"
    "    if y == 1 { return; } else { return; }\n}",
    "denied lint": "#[deny(clippy::needless_return)]\nfn f() -> u8 { return 1; }\n"
    "fn main() { let _ = f(); }",
    "denied rustc lint": "#[deny(unused_variables)]\nfn f() { let x = 1; }\nfn main() { f(); }",
    "allowed lint": "#[allow(clippy::needless_return)]\nfn f() -> u8 { return 1; }\n"
    "fn main() { let _ = f(); }",
    "erroneous constant": "fn main() { let x: u8 = 256; }",
    "certain panic": "fn main() { let a = [1]; let _ = a[5]; }",
    "main calls itself": "fn main() { if std::process::id() == 0 { main(); } }",
    "doc comment with main": "/// ```\n/// fn main() {}\n/// ```\nfn f() {}\nfn main() { f(); }",
    "crate docs": f"//! A program.\n\n{PRINTS}",
    "inner attribute": f"#![allow(dead_code)]\nfn unused() {{}}\n{PRINTS}",
    "forbids": f"#![forbid(unsafe_code)]\n{PRINTS}",
    "feature": f"#![feature(never_type)]\n{PRINTS}",
    "no std": f"#![no_std]\n{MAIN}",
    "no implicit prelude": f"#![no_implicit_prelude]\n{MAIN}",
    "extern crate": f"extern crate alloc;\n{PRINTS}",
    "missing crate": f"use rand::Rng;\n{PRINTS}",
    "no_mangle": f'#[no_mangle]\npub extern "C" fn twin() {{}}\n{PRINTS}',
    "no_mangle twin": f'#[no_mangle]\npub extern "C" fn twin() {{}}\n\n{PRINTS}',
    "exported macro": f"#[macro_export]\nmacro_rules! m {{ () => {{ 7 }} }}\n{MAIN}",
    "uses a neighbour's macro": "fn main() { m!(); }",
    "leaky macro": "macro_rules! println { ($($t:tt)*) => {} }\nfn main() { println!(1); }",
    "defines vec": "macro_rules! vec { () => { 1 } }\nfn main() { let _: i32 = vec!(); }",
    "shadows Option": "enum Option { Some }\nfn main() { let _ = Option::Some; }",
    "shadows std": "mod std { pub fn f() {} }\nfn main() { std::f(); }",
    "widens i64": "struct W;\nimpl PartialEq<W> for i64 { fn eq(&self, _: &W) -> bool { true } }\n"
    "fn main() { assert!(1i64 == W); }",
    "trusts inference": 'fn main() { let n: i64 = 7; let _ = n == "7".parse().unwrap(); }',
    "crate path": "mod m { pub fn f() {} }\nfn main() { crate::m::f(); }",
    "super at the top": "use super::s0;\nfn main() {}",
    "super from a module": "fn f() {}\nmod m { pub fn g() { super::f() } }\nfn main() { m::g(); }",
    "super too far": "mod m { pub fn g() { super::super::main() } }\nfn main() { m::g(); }",
    "super in a macro": "macro_rules! m { () => { super::s0::main() } }\nfn main() { m!(); }",
    "neighbour by path": '#[path = "s0.rs"]\nmod other;\nfn main() {}',
    "neighbour by name": "mod s0;\nfn main() {}",
    "neighbour by use": "use s0::main as other;\nfn main() {}",
    "pub crate": "struct P;\npub(crate) fn f() -> P { P }\nfn main() { f(); }",
    "no main": "fn f() {}",
    "two mains": "fn main() {}\nfn main() {}",
    "main in a module": "mod m { pub fn main() {} }",
    "imported main": "mod m { pub fn start() {} }\nuse m::start as main;",
    "main with an argument": "fn main(x: u8) {}",
    "async main": "async fn main() {}",
    "generic main": "fn main<T>() {}",
    "main of no termination": "fn main() -> u8 { 1 }",
    "main of no debug": "struct E;\nfn main() -> Result<(), E> { Ok(()) }",
    "main not there": "#[cfg(any())]\nfn main() {}",
    "main never returns": "fn main() -> ! { std::process::exit(0) }",
    "ends in a doc comment": f"{PRINTS}/// of what?",
    "ends in an attribute": f"{PRINTS}#[derive(Debug)]",
    "ends in a hidden attribute": f"{PRINTS}#[cfg(any())] // nothing",
    "ends in a comment": f"{PRINTS}// the end",
    "open comment": f"{PRINTS}/* the end",
    "open brace": "fn main() {",
    "stray brace": "fn main() {} }",
    "syntax error": "fn main() { let = ; }",
    "type error": 'fn main() { let x: u8 = "a"; }',
    "borrow error": "fn main() { let s = String::new(); drop(s); drop(s); }",
    "unknown name": "fn main() { nowhere(); }",
    "unknown value": "fn main() { let x = nowhere; }",
    "unknown function that is a method": "fn main() { let s = \"\"; !s&is_empty(); }",
    "a neighbour has the function": "fn main() { twice(1); }",
    "has the function": "pub fn twice(x: u8) -> u8 { 2 * x }\nfn main() { twice(1); }",
    "a neighbour has the macro": "fn main() { twofold!(1); }",
    "has the macro": "macro_rules! twofold { ($x:expr) => { 2 * $x } }\nfn main() { twofold!(1); }",
    "import from itself": "use self::any::{Any, TypeId};\nfn main() {}",
    "unclosed bracket": "fn main() { let x = (1; }",
    "two errors of syntax": "fn main() { let = ; }\nfn f( { }",
    "syntax and name": "fn f() { let x = ; }\nfn main() { nowhere(); }",
    "its own string type": 'struct String;\nfn f() -> String { "a" }\nfn main() { f(); }',
    "the common string type": 'fn f() -> String { "a" }\nfn main() { f(); }',
    "method of no type": "struct S;\nfn main() { S.twice(); }",
    "operand of no kind": "struct S;\nfn main() { let x = 1 + S; }",
    "method left out": "struct S;\nimpl Clone for S {}\nfn main() { let _ = S.clone(); }",
    "unicode": 'fn main() { println!("\u00e9\u00e8 \U0001f980"); let \u00fcber = 1; }',
    "shebang": f"#!/usr/bin/env run\n{PRINTS}",
    "test function": f"{PRINTS}#[test]\nfn t() {{ nowhere(); }}",
    "says out of memory": 'fn main() { let x = "memory allocation of 5 bytes failed"; }',
    "deep": "fn main() { let _ = " + "(" * 2000 + "1" + ")" * 2000 + "; }",
}  # fmt: skip
NAMES = tuple(PROGRAMS)


def reports(rust: RustJudge, units: Sequence[Unit], crowd: int) -> dict[Unit, Report]:
    with pytest.MonkeyPatch.context() as patch, Pool(rust.walls, 2) as pool:
        patch.setattr(lints, "CROWD", crowd)
        patch.setattr(lints, "BROKEN", crowd)
        return lints.lint(rust.compiler, pool, units, lambda: None)


def findings(report: Report) -> tuple[object, ...]:
    ruling = report.ruling
    verdict = (ruling.status, ruling.reason, ruling.explanation) if ruling else None
    return verdict, report.codes("lint"), report.codes("warning"), len(report.of("unsafe"))


@pytest.fixture(scope="module")
def together(rust: RustJudge) -> dict[Unit, Report]:
    return reports(rust, [Unit(code) for code in PROGRAMS.values()], 120)


@pytest.fixture(scope="module")
def alone(rust: RustJudge) -> dict[Unit, Report]:
    return reports(rust, [Unit(code) for code in PROGRAMS.values()], 1)


@pytest.mark.parametrize("name", NAMES)
def test_a_crowd_changes_nothing(
    together: dict[Unit, Report], alone: dict[Unit, Report], name: str
) -> None:
    unit = Unit(PROGRAMS[name])
    assert findings(together[unit]) == findings(alone[unit])


@pytest.mark.parametrize(
    "name",
    ["clean", "exported acronym", "super from a module", "crate docs", "private error of main",
     "main never returns", "defines vec"],
)  # fmt: skip
def test_ordinary_programs_share_a_crate(name: str) -> None:
    assert crates.batchable(Unit(PROGRAMS[name]))


def test_the_programs_do_raise_lints_and_warnings(alone: dict[Unit, Report]) -> None:
    codes = {code for report in alone.values() for code in report.codes("lint")}
    warned = {code for report in alone.values() for code in report.codes("warning")}
    assert len(codes) >= 15 and len(warned) >= 6


def test_a_compiler_that_dies_takes_nobody_along(rust: RustJudge) -> None:
    bomb = "fn main() { let _ = " + "[" * 40000 + "1" + "]" * 40000 + "; }"
    units = [Unit(bomb), *(Unit(f"// {n}\n{PRINTS}") for n in range(20))]
    found = reports(rust, units, 120)
    assert [unit for unit, report in found.items() if report.ruling] == [units[0]]


def test_what_does_not_compile_has_no_lints(alone: dict[Unit, Report]) -> None:
    assert not [report for report in alone.values() if report.ruling and report.codes("lint")]


def test_broken_programs_share_a_call(rust: RustJudge, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    check = Compiler.check

    def counted(self: Compiler, slot: Slot, files: Mapping[str, str], kind: str) -> Report:
        calls.append(len(files))
        return check(self, slot, files, kind)

    monkeypatch.setattr(Compiler, "check", counted)
    syntax = [Unit(f"fn main() {{ let = {n}; }}") for n in range(10)]
    types = [Unit(f'fn main() {{ let x: u8 = "{n}"; }}') for n in range(10)]
    found = reports(rust, [*syntax, *types], 120)
    assert all(report.ruling for report in found.values())
    assert calls == [11]


@pytest.fixture(scope="module")
def rustlings(test_data: Path) -> list[Unit]:
    rows = map(json.loads, (test_data / "rustlings/rustlings.jsonl").read_text().splitlines())
    codes = dict.fromkeys(code for row in rows for code in (row["exercise"], row["solution"]))
    return [Unit(code, "bin" if crates.has_main(code) else "lib") for code in codes]


@pytest.mark.slow
def test_rustlings_are_judged_the_same_in_crowds(rust: RustJudge, rustlings: list[Unit]) -> None:
    crowd, single = (reports(rust, rustlings, size) for size in (120, 1))
    assert {u: findings(r) for u, r in crowd.items()} == {u: findings(r) for u, r in single.items()}


def test_broken_rustlings_do_not_compile(rust: RustJudge, rustlings: list[Unit]) -> None:
    assert sum(report.ruling is not None for report in reports(rust, rustlings, 120).values()) == 64

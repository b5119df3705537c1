"""Programs that share a crate get the verdicts they would get alone."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from oilstone_eval.judges.base import Case, Program, Ruling
from oilstone_eval.judges.rust import crates, lints
from oilstone_eval.judges.rust.crates import Unit
from oilstone_eval.judges.rust.judge import RustJudge
from oilstone_eval.judges.rust.runs import CaseBuilder
from oilstone_eval.sandbox.slot import Slot

Judge = Callable[..., list[Ruling]]
SUM = (Path(__file__).parent / "sum.rs").read_text()
CASE = ("1 2 4\n", "7\n")
SEVEN = '    println!("7");\n'
TRAPS = {
    "gold": SUM,
    "another gold": SUM.replace("numbers", "values"),
    "wrong": SUM.replace(".sum()", ".product()"),
    "main returns unit": f"fn main() {{\n{SEVEN}}}",
    "main returns err": f'fn main() -> Result<(), String> {{\n{SEVEN}    Err("no".into())\n}}',
    "main returns exit code": "use std::process::ExitCode;\nfn main() -> ExitCode {\n"
    f"{SEVEN}    ExitCode::from(4)\n}}",
    "main never returns": f"fn main() -> ! {{\n{SEVEN}    std::process::exit(0)\n}}",
    "main is renamed": f"mod inner {{ pub fn start() {{\n{SEVEN}}} }}\nuse inner::start as main;",
    "crate attribute": f"#![allow(dead_code)]\nfn main() {{\n{SEVEN}}}",
    "feature": f"#![feature(never_type)]\nfn main() {{\n{SEVEN}}}",
    "crate path": f"mod m {{ pub fn f() {{\n{SEVEN}}} }}\nfn main() {{ crate::m::f(); }}",
    "pub crate": f"mod m {{ pub(crate) fn f() {{\n{SEVEN}}} }}\nfn main() {{ m::f(); }}",
    "dollar crate": "fn f() -> u8 { 7 }\nmacro_rules! m { () => { $crate::f() } }\n"
    'fn main() { println!("{}", m!()); }',
    "exported macro": "#[macro_export]\nmacro_rules! m { () => { 7 } }\n"
    'fn main() { println!("{}", m!()); }',
    "twin macro": "#[macro_export]\nmacro_rules! m { () => { 8 } }\n"
    'fn main() { println!("{}", m!()); }',
    "no_mangle": f'#[no_mangle]\npub extern "C" fn twin() {{}}\nfn main() {{\n{SEVEN}}}',
    "no_mangle twin": f'#[no_mangle]\npub extern "C" fn twin() {{}}\nfn main() {{ \n{SEVEN}}}',
    "own module path": 'fn main() { println!("{}", module_path!()); }',
    "own file": 'fn main() { println!("{}", file!()); }',
    "arguments": 'fn main() { println!("{}", std::env::args().count() + 6); }',
    "ends in a comment": f"fn main() {{\n{SEVEN}}}\n// the end",
    "its own std": f"mod std {{ pub fn f() {{}} }}\nfn main() {{\n    std::f();\n{SEVEN}}}",
    "its own string": f"struct String;\nfn main() {{\n    let _ = String;\n{SEVEN}}}",
    "widens a foreign type": "struct W;\nimpl PartialEq<W> for i64 { fn eq(&self, _: &W) -> bool "
    f"{{ true }} }}\nfn main() {{\n    assert!(1i64 == W);\n{SEVEN}}}",
    "trusts inference": 'fn main() { let n: i64 = 7; if n == "7".parse().unwrap() {\n'
    f"{SEVEN}}} }}",
    "fails when built": "const fn f(n: usize) -> usize { if n > 0 { panic!() } else { n } }\n"
    "struct S<const N: usize>;\nimpl<const N: usize> S<N> { const A: usize = f(N); }\n"
    f"fn main() {{\n    let _ = S::<1>::A;\n{SEVEN}}}",
    "panics": 'fn main() { panic!("no"); }',
    "aborts": "fn main() { std::process::abort(); }",
    "loops": "fn main() { loop {} }",
}


def composed(*codes: str) -> Mapping[str, str]:
    return crates.compose({index: Unit(code) for index, code in enumerate(codes)})


@pytest.fixture(scope="module")
def together(judged: Judge) -> dict[str, Ruling]:
    return dict(zip(TRAPS, judged(list(TRAPS.values()), CASE), strict=True))


@pytest.fixture(scope="module")
def alone(judged: Judge) -> dict[str, Ruling]:
    """Judge in batches of one: a build of each program as it stands."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lints, "CROWD", 1)
        patch.setattr(lints, "BROKEN", 1)
        patch.setattr(CaseBuilder, "batch", 1)
        return dict(zip(TRAPS, judged(list(TRAPS.values()), CASE), strict=True))


@pytest.mark.parametrize("name", TRAPS)
def test_company_changes_no_verdict(
    together: dict[str, Ruling], alone: dict[str, Ruling], name: str
) -> None:
    first, second = together[name], alone[name]
    same = ("status", "reason", "explanation", "checks")
    assert [getattr(first, key) for key in same] == [getattr(second, key) for key in same]


@pytest.mark.parametrize(
    "name", ["crate path", "pub crate", "exported macro", "arguments", "own file"]
)
def test_what_could_tell_is_built_alone(name: str) -> None:
    assert not crates.batchable(Unit(TRAPS[name]))


@pytest.mark.parametrize("name", ["gold", "main returns err", "its own std"])
def test_what_could_not_tell_shares_a_crate(name: str) -> None:
    assert crates.batchable(Unit(TRAPS[name]))


def test_a_batch_that_builds_is_one_build(rust: RustJudge) -> None:
    names = ["gold", "wrong", "main returns unit", "main returns err", "main returns exit code",
             "main never returns", "ends in a comment",
             "its own std", "its own string", "panics", "aborts"]  # fmt: skip
    with Slot(rust.walls) as slot:
        built = rust.compiler.build(slot, composed(*(TRAPS[name] for name in names)))
    assert built.ruling is None


def test_the_compiler_names_who_spoils_a_batch(rust: RustJudge) -> None:
    with Slot(rust.walls) as slot:
        built = rust.compiler.build(slot, composed(SUM, "fn main() { let x: u8 = 1.0; }"))
    assert {crates.index(error.file) for error in built.of("error")} == {1}


def test_one_that_only_fails_in_company_is_judged_alone(
    rust: RustJudge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crates, "batchable", lambda unit: True)
    programs = [Program(TRAPS[name], (Case(*CASE),)) for name in ("crate path", "gold", "wrong")]
    found = rust.rule(programs, lambda what, total: lambda: None)
    assert [ruling.status for ruling in found] == ["passed", "passed", "failed"]


@pytest.mark.parametrize(("count", "sizes"), [(158, [158]), (240, [120, 120]), (500, [125] * 4)])
def test_workers_share_only_what_is_worth_another_start_of_the_compiler(
    count: int, sizes: list[int]
) -> None:
    dealt = crates.groups(range(count), size=160, workers=2, few=120)
    assert [len(group) for group in dealt] == sizes
    assert sorted(index for group in dealt for index in group) == list(range(count))

"""The main of a crate of tests: runs one program's tests and proves each that passes.

It takes one secret per test from standard input before any judged code runs, closes that input, and
makes the process's memory unreadable through /proc. A secret is printed when its test has returned;
a program that exits, prints or catches what it likes never has it.
"""

from collections.abc import Mapping
from string import Template

from oilstone_eval.judges.rust.tested import Test

_MAIN = Template("""
use std::io::{Read, Write};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::process::{ExitCode, Termination};

$extern "C" {
    fn close(descriptor: i32) -> i32;
    fn prctl(option: i32, value: u64, a: u64, b: u64, c: u64) -> i32;
}
const PR_SET_DUMPABLE: i32 = 4;

struct Test {
    run: fn() -> ExitCode,
    panics: Option<&'static str>,
}

fn secrets() -> Option<Vec<String>> {
    let mut given = String::new();
    std::io::stdin().lock().read_to_string(&mut given).ok()?;
    let closed = unsafe { prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 && close(0) == 0 };
    closed.then(|| given.lines().map(str::to_owned).collect())
}

fn said(payload: &(dyn std::any::Any + Send)) -> &str {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("")
}

fn passes(test: &Test) -> bool {
    match catch_unwind(AssertUnwindSafe(test.run)) {
        Ok(code) => {
            test.panics.is_none() && format!("{code:?}") == format!("{:?}", ExitCode::SUCCESS)
        }
        Err(payload) => test.panics.map_or(false, |wanted| said(&*payload).contains(wanted)),
    }
}

fn main() -> ExitCode {
    let given = secrets().unwrap_or_default();
    let name = std::env::args().next();
    let tests: &[Test] = match name.as_deref() {
$arms        _ => return ExitCode::from(255),
    };
    let start = given.first().and_then(|first| first.parse().ok()).unwrap_or(usize::MAX);
    for (test, secret) in tests.iter().zip(given.iter().skip(1)).skip(start) {
        if !passes(test) {
            return ExitCode::from(101);
        }
        let mut out = std::io::stdout();
        if write!(out, "\\n{secret}\\n").and_then(|()| out.flush()).is_err() {
            return ExitCode::from(255);
        }
    }
    ExitCode::SUCCESS
}
""")


def main(tests: Mapping[str, tuple[str, tuple[Test, ...]]], edition: int) -> str:
    """Return the source: `tests` maps argv[0] to the path of a module and the tests in it."""
    arms = "".join(_arm(name, *found) for name, found in tests.items())
    return _MAIN.substitute(arms=arms, extern="unsafe extern" if edition >= 2024 else "extern")


def _arm(name: str, module: str, tests: tuple[Test, ...]) -> str:
    entries = "".join(f"            {_entry(module, test)},\n" for test in tests)
    return f'        Some("{name}") => &[\n{entries}        ],\n'


def _entry(module: str, test: Test) -> str:
    panics = "None" if test.panics is None else f'Some("{test.panics}")'
    run = f"|| Termination::report({module}::{test.path}())"
    return f"Test {{ run: {run}, panics: {panics} }}"

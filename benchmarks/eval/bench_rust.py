"""CPU time of judging Rust: ours, in the sandbox, beside cargo and single compiler calls.

    OILSTONE_TEST_DATA=DIR python benchmarks/eval/bench_rust.py

Milliseconds of CPU per sample, of all processes taken together. The peers run outside any sandbox,
on every fifth sample, with the toolchain's own programs and not rustup's proxies.
"""

import gzip
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import billing

RECIPE = {
    "edition": 2021, "cpu_seconds": 5, "wall_seconds": 60, "memory_mib": 512, "output_kib": 1024,
    "compile_cpu_seconds": 60, "compile_memory_mib": 4096,
}  # fmt: skip
MANIFEST = '[package]\nname = "sample"\nversion = "0.1.0"\nedition = "2021"\n'
EVERY = 5


def lines(name: str) -> list[dict]:
    data = Path(os.environ["OILSTONE_TEST_DATA"], name).read_bytes()
    text = gzip.decompress(data) if name.endswith(".gz") else data
    return list(map(json.loads, text.splitlines()))


def humaneval() -> list[tuple[str, str]]:
    """Return source and tests of the problems that need nothing but std."""
    found = []
    for row in lines("humaneval_x_rust/humaneval_rust.jsonl.gz"):
        code = row["declaration"] + row["canonical_solution"]
        code = re.sub(r"use (rand::Rng|regex::Regex|md5);\n", "", code)
        if not re.search(r"Regex::|md5::|rand::", code + row["test"]):
            found.append((code, row["test"]))
    return found


def hash_of(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


@contextmanager
def measured(name: str, count: int) -> Iterator[None]:
    """Print what the block costs: this process, what it started, the sandbox and its jobs."""
    before = billing.spent()
    yield
    print(f"{name:<46}{1e3 * (billing.spent() - before) / count:8.2f} ms", flush=True)


def ours() -> None:
    from oilstone_eval.judges.base import Program
    from oilstone_eval.judges.rust import crates, lints
    from oilstone_eval.judges.rust.crates import Unit
    from oilstone_eval.judges.rust.judge import RustJudge
    from oilstone_eval.judges.rust.toolchain import find
    from oilstone_eval.sandbox.pool import Pool
    from oilstone_eval.sandbox.tier import best

    toolchain = find()
    judge = RustJudge(toolchain, best(toolchain.shown), RECIPE, 2)
    good = [code for code, _ in humaneval()]
    broken = [row["exercise"] for row in lines("rustlings/rustlings.jsonl")]
    for name, codes in (("0 % broken", good), ("25 % broken", good + broken)):
        mixed = sorted(set(codes), key=hash_of)
        units = [Unit(each, "bin" if crates.has_main(each) else "lib") for each in mixed]
        with measured(f"ours: compile + lint, {name}", len(units)), Pool(judge.walls, 2) as pool:
            lints.lint(judge.compiler, pool, units, lambda: None)
    programs = [Program(code, checker="rust_tests", test_code=tests) for code, tests in humaneval()]
    with measured("ours: compile + lint + tests, all of it", len(programs)):
        rulings = judge.rule(programs, lambda what, number: lambda: None)
    assert all(ruling.status == "passed" for ruling in rulings)


def peer(name: str, prepare: Callable[[Path, str, str], list[list[str]]]) -> None:
    """Run the commands that `prepare` returns for a folder, source and tests."""
    some = humaneval()[::EVERY]
    with measured(name, len(some)):
        for code, tests in some:
            with tempfile.TemporaryDirectory() as folder:
                for command in prepare(Path(folder), code, tests):
                    subprocess.run(command, cwd=folder, check=True, capture_output=True)


def project(folder: Path, code: str) -> None:
    (folder / "src").mkdir()
    (folder / "Cargo.toml").write_text(MANIFEST)
    (folder / "src/lib.rs").write_text(code)


def peers() -> None:
    asked = subprocess.run(["rustc", "--print", "sysroot"], capture_output=True, text=True)
    root = asked.stdout.strip()
    os.environ["PATH"] = f"{root}/bin:{os.environ['PATH']}"
    os.environ["LD_LIBRARY_PATH"] = f"{root}/lib"

    def check(folder: Path, code: str, _: str) -> list[list[str]]:
        project(folder, code)
        return [["cargo", "check", "-q", "--offline"], ["cargo", "clippy", "-q", "--offline"]]

    def driver(folder: Path, code: str, _: str) -> list[list[str]]:
        (folder / "lib.rs").write_text(code)
        return [["clippy-driver", "--sysroot", root, "--edition=2021", "--crate-type=lib",
                 "-Wclippy::all", "--emit=metadata", "--error-format=json", "lib.rs"]]  # fmt: skip

    def test(folder: Path, code: str, tests: str) -> list[list[str]]:
        project(folder, code + tests)
        return [["cargo", "test", "-q", "--offline"]]

    peer("cargo check + cargo clippy, a project each", check)
    peer("clippy-driver, a call each", driver)
    peer("cargo test, a project each", test)


def main() -> None:
    if "OILSTONE_TEST_DATA" not in os.environ:
        print("OILSTONE_TEST_DATA is not set: NOTHING IS MEASURED")
        sys.exit()
    ours()
    peers()


if __name__ == "__main__":
    main()

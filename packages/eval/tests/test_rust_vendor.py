"""Crates of a vendor folder are built once, and programs may use them."""

from pathlib import Path

import pytest

from oilstone_eval.judges.base import Case, Program, Ruling
from oilstone_eval.judges.rust.judge import RustJudge
from oilstone_eval.judges.rust.toolchain import Toolchain
from oilstone_eval.sandbox.walls import Walls
from oilstone_schemas.command import OilstoneError

LIMITS = {
    "edition": 2021, "cpu_seconds": 2, "wall_seconds": 9, "memory_mib": 256, "output_kib": 256,
    "compile_cpu_seconds": 30, "compile_memory_mib": 4096,
}  # fmt: skip
MANIFEST = '[package]\nname = "{}"\nversion = "1.2.0"\nedition = "2021"\n{}'
CRATES = {
    "two-fold": ("", "pub fn twice(n: i64) -> i64 { 2 * n }\n"),
    "fourfold": (
        '[dependencies]\ntwo-fold = "1"\n',
        "pub fn times(n: i64) -> i64 { two_fold::twice(two_fold::twice(n)) }\n",
    ),
}
USES = 'fn main() {{ println!("{{}}", {}(2)); }}\n'
TESTS = "#[test]\nfn t() { assert_eq!(quad::four(1), 4); }\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name, (more, code) in CRATES.items():
        (tmp_path / "crates" / name / "src").mkdir(parents=True)
        (tmp_path / "crates" / name / "Cargo.toml").write_text(MANIFEST.format(name, more))
        (tmp_path / "crates" / name / "src/lib.rs").write_text(code)
    return tmp_path / "crates"


def judge(toolchain: Toolchain, walls: Walls, folder: Path, *programs: Program) -> list[Ruling]:
    made = RustJudge(toolchain, walls, {**LIMITS, "vendor": str(folder)}, 1)
    return made.rule(programs, lambda what, total: lambda: None)


def test_programs_use_vendored_crates(toolchain: Toolchain, walls: Walls, folder: Path) -> None:
    codes = [USES.format(f) for f in ("two_fold::twice", "fourfold::times", "nowhere::f")]
    programs = [Program(code, (Case("", "8\n"),)) for code in codes]
    tested = Program(
        "pub fn four(n: i64) -> i64 { fourfold::times(n) }\n", checker="rust_tests", test_code=TESTS
    )
    found = judge(toolchain, walls, folder, *programs, tested)
    assert [r.reason for r in found] == ["wrong_output", None, "compile_error", None]


def test_crates_are_built_once(toolchain: Toolchain, walls: Walls, folder: Path) -> None:
    program = Program(USES.format("fourfold::times"), (Case("", "8\n"),))
    kept = folder.parent / "cache/oilstone/vendor"
    assert judge(toolchain, walls, folder, program)[0].status == "passed"
    before = {path: path.stat().st_mtime_ns for path in kept.rglob("*")}
    assert judge(toolchain, walls, folder, program)[0].status == "passed"
    assert {path: path.stat().st_mtime_ns for path in kept.rglob("*")} == before


def test_a_changed_crate_is_built_anew(toolchain: Toolchain, walls: Walls, folder: Path) -> None:
    program = Program(USES.format("two_fold::twice"), (Case("", "8\n"),))
    assert judge(toolchain, walls, folder, program)[0].status == "failed"
    (folder / "two-fold/src/lib.rs").write_text("pub fn twice(n: i64) -> i64 { 4 * n }\n")
    assert judge(toolchain, walls, folder, program)[0].status == "passed"


def test_a_folder_without_crates_is_refused(
    toolchain: Toolchain, walls: Walls, tmp_path: Path
) -> None:
    with pytest.raises(OilstoneError, match="no crates"):
        judge(toolchain, walls, tmp_path)


def test_crates_that_do_not_build_are_told(
    toolchain: Toolchain, walls: Walls, folder: Path
) -> None:
    (folder / "two-fold/src/lib.rs").write_text("pub fn twice(")
    with pytest.raises(OilstoneError, match="do not build"):
        judge(toolchain, walls, folder)

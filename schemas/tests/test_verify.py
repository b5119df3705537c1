import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from oilstone_schemas import artifact, manifest
from oilstone_schemas.artifact import Manifest

Make = Callable[..., Manifest]


@pytest.fixture
def chain(tmp_path: Path, make: Make, example: Callable[[str], Any]) -> Path:
    """A report made from samples made from a base and problems; returns the report's folder."""
    base = make(tmp_path / "base", {"model.bin": b"weights", "chat/template": b"t"}, "base")
    problems = make(
        tmp_path / "problems",
        {"problems.jsonl": [example("problem.v1/valid/with_reference.json")]},
        "problems",
    )
    samples = make(
        tmp_path / "samples" / "base",
        {"samples.jsonl": [example("sample.v1/valid/stopped.json")]},
        inputs=[problems, base],
    )
    metrics = json.dumps(example("metrics.v1/valid/two_slices.json")).encode()
    verdicts = [example("verdict.v1/valid/passed.json")]
    make(
        tmp_path / "report" / "base",
        {"verdicts.jsonl": verdicts, "metrics.json": metrics, "report.html": b"<p>"},
        "report",
        inputs=[problems, samples],
        volatile=["report.html"],
    )
    return tmp_path / "report" / "base"


def _files(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*") if path.is_file())


def test_a_whole_chain_has_no_problem(chain: Path) -> None:
    assert artifact.verify(chain, deep=True, search=[]) == []


def test_one_flipped_byte_anywhere_is_found_and_named(tmp_path: Path, chain: Path) -> None:
    missed = []
    for path in _files(tmp_path):
        content = path.read_bytes()
        for at in {0, len(content) // 2, len(content) - 1}:
            path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
            first = next(iter(artifact.verify(chain, deep=True, search=[])), "")
            missed += [(path, at)] if not first.startswith(f"{path}:") else []
        path.write_bytes(content)
    assert missed == []


def test_every_byte_of_a_manifest_counts(tmp_path: Path, make: Make) -> None:
    make(tmp_path / "out", {"one": b"1"})
    path = tmp_path / "out" / "manifest.json"
    content = path.read_bytes()
    missed = []
    for at in range(len(content)):
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        missed += [] if artifact.verify(tmp_path / "out", deep=False, search=[]) else [at]
    assert missed == []


def test_inputs_are_looked_at_only_when_deep(tmp_path: Path, chain: Path) -> None:
    (tmp_path / "base" / "model.bin").write_bytes(b"Weights")
    assert artifact.verify(chain, deep=False, search=[]) == []


@pytest.mark.parametrize("name", ["model.bin", "chat/template"])
def test_a_missing_file_is_named(tmp_path: Path, chain: Path, name: str) -> None:
    (tmp_path / "base" / name).unlink()
    first = artifact.verify(chain, deep=True, search=[])[0]
    assert first.startswith(f"{tmp_path / 'base' / name}: ")


def test_a_file_that_was_not_there_is_named(tmp_path: Path, chain: Path) -> None:
    (tmp_path / "base" / "more.bin").write_bytes(b"")
    first = artifact.verify(chain, deep=True, search=[])[0]
    assert first.startswith(f"{tmp_path / 'base' / 'more.bin'}: not in the manifest")


def test_an_artifact_moved_among_its_siblings_is_found(tmp_path: Path, chain: Path) -> None:
    (tmp_path / "base").rename(tmp_path / "renamed")
    assert artifact.verify(chain, deep=True, search=[]) == []


def test_a_moved_artifact_is_found_below_a_search_folder(
    tmp_path: Path, chain: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "a" / "b" / "c"
    shutil.move(tmp_path / "base", elsewhere)
    assert artifact.verify(chain, deep=True, search=[tmp_path, elsewhere.parents[2]]) == []


def test_an_input_that_is_nowhere_is_told(tmp_path: Path, chain: Path) -> None:
    shutil.rmtree(tmp_path / "base")
    (problem,) = artifact.verify(chain, deep=True, search=[])
    assert "its input, base " in problem and "--search" in problem


def test_an_input_that_was_made_anew_is_told(tmp_path: Path, make: Make, chain: Path) -> None:
    make(tmp_path / "base", {"model.bin": b"other"}, "base")
    (problem,) = artifact.verify(chain, deep=True, search=[])
    assert problem.startswith(f"{tmp_path / 'samples' / 'base' / 'manifest.json'}: its input")


def test_a_damaged_manifest_that_was_moved_is_named(tmp_path: Path, chain: Path) -> None:
    moved = tmp_path / "moved"
    (tmp_path / "base").rename(moved)
    (moved / "manifest.json").write_text("{}")
    first = artifact.verify(chain, deep=True, search=[])[0]
    assert first.startswith(f"{moved / 'manifest.json'}: ")


def test_a_copy_of_an_artifact_is_as_good(tmp_path: Path, chain: Path) -> None:
    shutil.copytree(tmp_path, tmp_path / "copy", ignore=shutil.ignore_patterns("copy"))
    assert artifact.verify(tmp_path / "copy" / "report" / "base", deep=True, search=[]) == []


def test_rows_that_never_fitted_their_schema_are_named(tmp_path: Path, make: Make) -> None:
    make(tmp_path / "out", {"samples.jsonl": [{"problem_id": "a"}]})
    first = artifact.verify(tmp_path / "out", deep=False, search=[])[0]
    assert first.startswith(f"{tmp_path / 'out' / 'samples.jsonl'}:1: ")


def test_a_forged_stable_hash_is_named(
    tmp_path: Path, make: Make, example: Callable[[str], Any]
) -> None:
    """The digest rests on it, so it is checked against the rows."""
    made = make(tmp_path / "out", {"samples.jsonl": [example("sample.v1/valid/stopped.json")]})
    data = dict(made.data)
    data["files"][0]["stable_sha256"] = "0" * 64
    data["digest"] = manifest.identity(data)
    data["seal"] = manifest.seal(data)
    (tmp_path / "out" / "manifest.json").write_text(json.dumps(data, indent=2) + "\n")
    (problem,) = artifact.verify(tmp_path / "out", deep=False, search=[])
    assert "stable_sha256" in problem

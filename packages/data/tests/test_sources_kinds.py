"""Parquet, folders and Hugging Face datasets give the rows that JSON Lines would."""

import os
from pathlib import Path

import pytest

from oilstone_data.sources.kinds import inventory, records

ROWS = [{"content": f"fn a{i}() {{}}", "hexsha": str(i), "size": i} for i in range(50)]


def read(source: dict) -> list:
    return [record for part in inventory(source).parts for record in records(part)]


def filled(**source) -> dict:
    return {"name": "own", "language": "rust", "licence": "MIT", "adapter": "rust-clean", **source}


@pytest.fixture(scope="module")
def parquet_folder(tmp_path_factory):
    arrow = pytest.importorskip("pyarrow", reason="no pyarrow here: Parquet was NOT read")
    from pyarrow import parquet

    folder = tmp_path_factory.mktemp("hub")
    table = arrow.Table.from_pylist(ROWS)
    parquet.write_table(table, folder / "train-00000.parquet", row_group_size=7)
    return folder


def test_parquet_rows_are_numbered_across_row_groups(parquet_folder):
    found = read(filled(kind="parquet", path=str(parquet_folder / "train-00000.parquet")))
    assert [record.value for record in found] == ROWS
    assert [record.number for record in found] == list(range(1, 51))


def test_what_is_no_parquet_file_is_exit_2(parquet_folder, foreign):
    (foreign.folder / "x.parquet").write_bytes(b"PAR?")
    source = {"name": "own", "kind": "parquet", "path": "x.parquet"}
    made = foreign.run("build", foreign.recipe(source), "--out", foreign.folder / "out")
    assert made.returncode == 2 and "not a Parquet file" in made.stderr


@pytest.fixture(scope="module")
def hub(parquet_folder, tmp_path_factory):
    pytest.importorskip("datasets", reason="no Hugging Face datasets here: hf was NOT read")
    return lambda **more: read(
        filled(
            kind="hf", dataset=str(parquet_folder), split="train",
            cache_dir=str(tmp_path_factory.getbasetemp() / "cache"), **more,
        )
    )  # fmt: skip


def test_cached_and_streaming_datasets_give_the_same_rows(hub):
    cached, streamed = hub(use_cache=True), hub(use_cache=False)
    assert [record.value for record in cached] == ROWS
    assert cached == streamed


def test_cached_and_streaming_datasets_stop_at_the_limit(hub):
    assert len(hub(use_cache=True, limit=9)) == len(hub(use_cache=False, limit=9)) == 9


def test_how_a_dataset_is_fetched_is_no_part_of_the_identity(parquet_folder, foreign):
    pytest.importorskip("datasets", reason="no Hugging Face datasets here: hf was NOT built")
    from oilstone_schemas import artifact

    digests = set()
    for use_cache in (True, False):
        source = {"name": "own", "kind": "hf", "dataset": str(parquet_folder), "split": "train",
                  "adapter": "rust-clean", "use_cache": use_cache,
                  "cache_dir": str(foreign.folder)}  # fmt: skip
        out = foreign.build(foreign.recipe(source), out=str(use_cache))
        digests.add(artifact.load(out).digest)
    assert len(digests) == 1


def test_an_unpinned_revision_is_noted(parquet_folder):
    from oilstone_data.sources.hub import _notes

    assert _notes({"dataset": "owner/name"}) and _notes({"dataset": "owner/name", "revision": "v1"})
    assert not _notes({"dataset": "owner/name", "revision": "a" * 40})


def test_a_dataset_that_is_not_there_is_exit_2(foreign):
    pytest.importorskip("datasets", reason="no Hugging Face datasets here: hf was NOT built")
    (foreign.folder / "empty").mkdir()
    source = {"name": "own", "kind": "hf", "dataset": "empty", "adapter": "rust-clean"}
    made = foreign.run("build", foreign.recipe(source), "--out", foreign.folder / "out")
    assert made.returncode == 2 and "cannot be loaded" in made.stderr


def test_a_folder_gives_its_files_by_path_and_refuses_what_is_no_text(foreign):
    root = foreign.folder / "repository"
    (root / "src" / "deep").mkdir(parents=True)
    (root / ".git").mkdir()
    (root / "src" / "a.rs").write_text("fn a() {}")
    (root / "src" / "deep" / "b.rs").write_bytes(b"fn b() { '\xff' }")
    (root / "c.rs").write_bytes(b"fn c() {}\0")
    (root / "d.py").write_text("d = 1")
    (root / ".git" / "e.rs").write_text("fn e() {}")
    (root / "f.rs").symlink_to(root / "src" / "a.rs")
    os.mkfifo(root / "g.rs")  # reading it would wait for a writer, for ever
    source = {"name": "own", "kind": "folder", "path": "repository"}
    out = foreign.build(foreign.recipe(source))
    assert {row["path"] for row in foreign.kept(out).values()} == {"src/a.rs"}
    assert set(foreign.refused(out).values()) == {"bad_utf8", "nul"}


def test_the_name_of_a_file_need_not_be_utf8(foreign):
    root = foreign.folder / "repository"
    root.mkdir()
    (root / "ok.rs").write_text("fn a() {}")
    Path(os.fsdecode(bytes(root) + b"/\xff.rs")).write_text("fn b() {}")
    out = foreign.build(foreign.recipe({"name": "own", "kind": "folder", "path": "repository"}))
    assert {row["path"] for row in foreign.kept(out).values()} == {"ok.rs", "\\xff.rs"}


def test_a_compressed_file_is_read(foreign):
    import gzip

    with gzip.open(foreign.folder / "rows.jsonl.gz", "wt") as file:
        file.write('{"completion": "fn a() {}"}\n')
    source = {"name": "own", "kind": "jsonl", "path": "rows.jsonl.gz"}
    assert set(foreign.kept(foreign.build(foreign.recipe(source)))) == {"own/1"}


def test_a_compressed_file_that_is_cut_off_is_exit_2(foreign):
    import gzip

    content = gzip.compress(b'{"completion": "fn a() {}"}\n' * 1000)
    (foreign.folder / "rows.jsonl.gz").write_bytes(content[:-20])
    source = {"name": "own", "kind": "jsonl", "path": "rows.jsonl.gz"}
    made = foreign.run("build", foreign.recipe(source), "--out", foreign.folder / "out")
    assert made.returncode == 2 and "cut off or damaged" in made.stderr

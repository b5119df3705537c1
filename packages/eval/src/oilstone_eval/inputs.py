"""Problems and samples, from an artifact's folder or from a plain JSONL file."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oilstone_schemas import artifact, jsonl, recipe
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.command import OilstoneError
from oilstone_schemas.disk import guard
from oilstone_schemas.verify import integrity

Row = dict[str, Any]
DEFAULTS = Path(__file__).with_name("default.yaml")
LANGUAGE = "rust"  # of prompts that name none
FILES = {"problems": ("problems.jsonl", "problem.v1"), "samples": ("samples.jsonl", "sample.v1")}


@dataclass(frozen=True)
class Input:
    """What is read: `manifest` says which it is. A plain file's digest is its content's sha256."""

    manifest: Manifest
    path: Path
    schema: str
    language: str = LANGUAGE

    def rows(self, known: Mapping[str, Row] | None = None) -> list[Row]:
        """Read every row. Raises OilstoneError with file:line at the first bad one.

        A plain file may be one that another evaluator reads; `known` are its samples' problems.
        """
        foreign = None if "files" in self.manifest.data else self._foreign(known)
        return list(jsonl.read(self.path, self.schema) if foreign is None else foreign)

    def _foreign(self, known: Mapping[str, Row] | None) -> Iterator[Row] | None:
        from oilstone_eval.formats import problems, prompts, samples

        if known is not None:
            return samples.read(self.path, known)
        found = prompts.read(self.path, self.language)
        return problems.read(self.path) if found is None else found


def find(given: Path, kind: str, language: str = LANGUAGE) -> Input:
    """Return the problems or samples at `given`, a folder or a file; nothing is read yet.

    `language` is that of prompts in a file that does not say. A name of a set that comes with this
    package, such as adversarial-shell, stands for it where no such file is here.
    """
    name, schema = FILES[kind]
    shipped = Path(__file__).parent / "prompts" / f"{given}.jsonl"
    if kind == "problems" and given.name == str(given) and not given.exists() and shipped.exists():
        given = shipped
    if given.is_dir():
        return Input(artifact.load(given, kind), given / name, schema)
    with guard(given):
        content = given.read_bytes()
    told = b"" if language == LANGUAGE else language.encode()
    digest = hashlib.sha256(content + told).hexdigest()
    return Input(Manifest(given, {"kind": kind, "digest": digest}), given, schema, language)


def whole(*manifests: Manifest) -> None:
    """Raise OilstoneError, naming the file, unless every listed file is what it was."""
    wrong = [
        problem
        for manifest in manifests
        if "files" in manifest.data
        for problem in integrity(manifest)
    ]
    if wrong:
        raise OilstoneError("\n".join(wrong))


def problems(found: Input) -> dict[str, Row]:
    """Return the problems by id, in their order. Raises OilstoneError at a second of one id."""
    by_id: dict[str, Row] = {}
    for number, row in enumerate(found.rows(), start=1):
        if row["id"] in by_id:
            raise OilstoneError(f"{found.path}:{number}: a second problem with id {row['id']!r}")
        by_id[row["id"]] = row
    if not by_id:
        raise OilstoneError(f"{found.path}: no problems in it")
    return by_id


def samples(found: Input, known: Mapping[str, Row]) -> list[Row]:
    """Return the samples; each must answer a known problem, and none twice under one index."""
    seen: set[tuple[str, int]] = set()
    rows = found.rows(known)
    for number, row in enumerate(rows, start=1):
        key = (row["problem_id"], row["sample_index"])
        if row["problem_id"] not in known:
            raise OilstoneError(
                f"{found.path}:{number}: answers problem {row['problem_id']!r}, which is not among"
                " the problems; give the --problems that the samples were made for"
            )
        if key in seen:
            raise OilstoneError(f"{found.path}:{number}: a second sample {key[1]} of {key[0]!r}")
        seen.add(key)
    if not rows:
        raise OilstoneError(f"{found.path}: no samples in it")
    return rows


def settings(path: Path | None, overrides: Sequence[str]) -> dict[str, Any]:
    """Return the evaluation recipe at `path`, or the defaults, with `overrides`."""
    return recipe.load(path or DEFAULTS, "recipe-eval.v1", overrides)


def exact_text(path: Path) -> str:
    """Return a file's text, every byte of it."""
    with guard(path):
        try:
            return path.read_bytes().decode()
        except UnicodeDecodeError as error:
            raise OilstoneError(f"{path}: not UTF-8: {error}") from error


def text(path: Path) -> str:
    """Return a prompt's text from a file; newlines at its end are the editor's."""
    with guard(path):
        return path.read_text(encoding="utf-8").rstrip("\n")

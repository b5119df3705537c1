"""The lint gate: a global stage, because it pays only over many rows at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from oilstone_data.shell.shellcheck import BATCH, LEVELS, Findings, ShellCheck
from oilstone_data.stage import GlobalStage, Kept, Refused, Row

LANGUAGES = ("shell", "bash")


def lint_gate(checker: ShellCheck, severity: str = "error") -> GlobalStage:
    """Return the stage that refuses shell rows with a finding of `severity` or worse.

    Rows of other languages go through. Reasons: `shellcheck`, and `unreadable` for what ShellCheck
    cannot read at all.
    """
    least = LEVELS.index(severity)

    def stage(rows: Iterable[Row]) -> Iterator[Kept | Refused]:
        for chunk in _chunks(rows, BATCH * checker.workers):
            shell = [row for row in chunk if row["language"] in LANGUAGES]
            said = iter(checker.findings([row["completion"] for row in shell]))
            for row in chunk:
                yield _answer(row, next(said), least) if row["language"] in LANGUAGES else Kept(row)

    return stage


def _answer(row: Row, findings: Findings, least: int) -> Kept | Refused:
    if findings is None:
        return Refused(row, "unreadable", "ShellCheck cannot read it as a text")
    bad = [found for found in findings if LEVELS.index(found.level) >= least]
    if not bad:
        return Kept(row)
    first, more = bad[0], f" (and {len(bad) - 1} more)" if len(bad) > 1 else ""
    text = f"SC{first.code} {first.level}, line {first.line}: {first.message}{more}"
    return Refused(row, "shellcheck", text)


def _chunks(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    source = iter(rows)
    while chunk := list(islice(source, size)):
        yield chunk

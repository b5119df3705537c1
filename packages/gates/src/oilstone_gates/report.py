"""A report as the gates read it: verified first, then its metrics and its verdicts."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oilstone_gates import chain
from oilstone_gates.bounds import Measurement
from oilstone_gates.pairs import Key
from oilstone_gates.scores import Verdict
from oilstone_schemas import artifact, canonical, jsonl
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.command import OilstoneError


@dataclass(frozen=True)
class Report:
    """A verified report and its metrics.json."""

    manifest: Manifest
    metrics: dict[str, Any]
    rows: list[Verdict] | None = None  # instead of those in verdicts.jsonl

    @property
    def digest(self) -> str:
        """The report's identity."""
        return self.manifest.digest

    @property
    def primary(self) -> str | None:
        """The slice that the main metrics are over; None for all problems."""
        name: str | None = self.metrics["primary_slice"]
        return name


def load(folder: Path) -> Report:
    """Verify and read a report. Raises OilstoneError when a file is not what it was."""
    manifest = artifact.load(folder, "report")
    problems = artifact.verify(folder, deep=False, search=[])
    if problems:
        raise OilstoneError(f"{problems[0]}. A report that does not verify decides nothing")
    return Report(manifest, canonical.loads((folder / "metrics.json").read_bytes()))


def record(report: Report, name: str, slice: str | None) -> dict[str, Any] | None:
    """Return a record of metrics.json, of one slice if it is named; None when it is missing."""
    if slice is not None:
        found: dict[str, Any] | None = report.metrics["slices"].get(slice, {}).get(name)
        return found
    return {**report.metrics.get("timings", {}), **report.metrics["metrics"]}.get(name)


def metric(report: Report, name: str, slice: str | None) -> Measurement | None:
    """Return a metric of the report, of one slice if it is named; None when it is missing."""
    found = record(report, name, slice)
    if found is None:
        return None
    return Measurement(**{key: found[key] for key in Measurement.__dataclass_fields__})


def verdicts(report: Report, slice: str | None) -> dict[Key, Verdict]:
    """Return the verdicts by (problem_id, sample_index): of `slice`, or all when it is None."""
    path = report.manifest.folder / "verdicts.jsonl"
    found = jsonl.read(path, "verdict.v1") if report.rows is None else report.rows
    rows = enumerate(found, start=1)
    return {
        (row["problem_id"], row["sample_index"]): row
        for number, row in rows
        if slice is None or _slice(row, f"{path}:{number}") == slice
    }


def slices(report: Report) -> list[str]:
    """Return the names of the report's slices, those of metrics.json, sorted."""
    return sorted(report.metrics["slices"])


def problems_digest(report: Report) -> str:
    """Return the identity of the problems that were judged."""
    digest = chain.input_digest(report.manifest, "problems")
    digest = digest or report.manifest.details.get("problems_digest")
    if digest is None:
        raise OilstoneError(
            f"{report.manifest.folder}/manifest.json: names no problems; judge the samples"
            " against a problems artifact (oilstone-data export DATASET --as problems --out DIR)"
        )
    return digest


def _slice(row: Verdict, where: str) -> str:
    if "slice" not in row:
        raise OilstoneError(
            f"{where}: names no slice, and a gate asks for one; judge the samples again with a"
            " newer oilstone-eval"
        )
    return str(row["slice"])

"""Which adapter a report is about.

The chain of digests (report, samples, adapter) is what proves it. What the report's details say is
taken alone only where the samples are not at hand, and must never contradict the chain.
"""

from collections.abc import Sequence
from pathlib import Path

from oilstone_gates import chain
from oilstone_schemas import artifact
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.command import OilstoneError

SAID = "adapter_digest"


def adapter_digest(
    report: Manifest, search: Sequence[Path], adapter: Path | None = None
) -> str | None:
    """Return the digest of the adapter that was judged; None for a base model or a baseline.

    Raises OilstoneError when nothing tells, when chain and details contradict each other, and when
    `adapter` is given and is another one.
    """
    found = _from_chain(report, search)
    if adapter is not None:
        _require(artifact.load(adapter, "adapter"), found, report)
    return found


def _from_chain(report: Manifest, search: Sequence[Path]) -> str | None:
    details, named = report.details, chain.input_digest(report, "samples")
    samples = chain.find(report, "samples", search)
    if samples is None:
        if named is not None and SAID not in details:
            raise OilstoneError(
                f"{report.folder}: its samples, which say which adapter was judged, are not where"
                " they were; name a folder that holds them with --search. (Samples in a plain file"
                " say nothing of an adapter.)"
            )
        said: str | None = details.get(SAID)
        return said
    proved = chain.input_digest(samples, "adapter")
    if SAID in details and details[SAID] != proved:
        raise OilstoneError(
            f"{report.folder}/manifest.json: details.{SAID} is {details[SAID]}, but the samples in"
            f" {samples.folder} were made with {proved}; judge them again"
        )
    return proved


def _require(adapter: Manifest, found: str | None, report: Manifest) -> None:
    if adapter.digest != found:
        raise OilstoneError(
            f"{report.folder}: is about {f'adapter {found}' if found else 'no adapter'}, not about"
            f" {adapter.folder} ({adapter.digest}); judge that adapter first"
        )

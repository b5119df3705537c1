"""Waivers: somebody answers, for one report and some days, for a gate that fails."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from oilstone_gates.decide import FAILED
from oilstone_gates.gatefile import Gate, identity, option
from oilstone_schemas import recipe
from oilstone_schemas.command import OilstoneError

Waiver = Mapping[str, Any]
LONGEST = timedelta(days=90)
SAID = ("owner", "approver", "reason", "ticket", "granted", "expires")


def load(path: Path) -> list[dict[str, Any]]:
    """Return the waivers of a file. Raises OilstoneError with everything that is no waiver."""
    loaded: list[dict[str, Any]] = recipe.load(path, "waivers.v1")["waivers"]
    wrong = [problem for waiver in loaded for problem in problems(waiver)]
    if wrong:
        raise OilstoneError("\n".join(f"{path}: {problem}" for problem in wrong))
    return loaded


def states(
    waivers: Sequence[Waiver],
    gates: Sequence[Gate],
    findings: Sequence[Mapping[str, Any]],
    report: str,
    today: str,
) -> list[str]:
    """Return what becomes of each waiver: used, unused, expired, foreign or refused."""
    verdicts = {
        identity(gate): found["verdict"] for gate, found in zip(gates, findings, strict=True)
    }
    waivable = {identity(gate): option(gate, "waivable") for gate in gates}
    return [_state(waiver, verdicts, waivable, report, today) for waiver in waivers]


def _state(
    waiver: Waiver,
    verdicts: Mapping[str, str],
    waivable: Mapping[str, bool],
    report: str,
    today: str,
) -> str:
    if waiver["report"] != report or waiver["gate"] not in verdicts:
        return "foreign"
    if not waiver["granted"] <= today <= waiver["expires"]:
        return "expired"
    if not waivable[waiver["gate"]]:
        return "refused"
    return "used" if verdicts[waiver["gate"]] == FAILED else "unused"


def said(waiver: Waiver) -> dict[str, Any]:
    """Return what a finding says of the waiver that excuses it."""
    return {key: waiver[key] for key in SAID if key in waiver}


def problems(waiver: Waiver) -> Iterator[str]:
    """Yield why this can be no waiver, whatever it is for."""
    what = f"the waiver of gate {waiver['gate']!r}"
    try:
        granted, expires = (date.fromisoformat(waiver[key]) for key in ("granted", "expires"))
    except ValueError as error:
        yield f"{what}: {error}; write a day as YYYY-MM-DD"
        return
    if not timedelta(0) <= expires - granted <= LONGEST:
        yield f"{what}: holds from {granted} to {expires}; at most {LONGEST.days} days, then anew"
    if waiver["owner"].strip().casefold() == waiver["approver"].strip().casefold():
        yield f"{what}: {waiver['owner']} may not approve what {waiver['owner']} asks for"

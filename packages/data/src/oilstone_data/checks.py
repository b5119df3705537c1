"""Reasons to refuse a row; every check names the row that it collides with."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from oilstone_data.stage import Check, Refusal, Row


def duplicates() -> Check:
    """Refuse a row whose prompt was answered in this style before."""
    seen: dict[tuple[str, str], str] = {}

    def check(row: Row) -> Refusal | None:
        key = (row["prompt"], row["style"])
        if key in seen:
            return Refusal("duplicate", f"same prompt and style as {seen[key]}")
        seen[key] = row["id"]
        return None

    return check


def contaminated(held_out: Iterable[Row], skeleton: Callable[[str], str]) -> Check:
    """Refuse a row whose answer, constants and names abstracted, answers a held-out problem."""
    answers = {skeleton(row["completion"]): row["id"] for row in held_out}

    def check(row: Row) -> Refusal | None:
        match = answers.get(skeleton(row["completion"]))
        return Refusal("contaminated", f"same skeleton as held-out {match}") if match else None

    return check

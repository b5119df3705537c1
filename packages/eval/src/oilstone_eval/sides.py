"""compare's page: a report against its baselines, with the samples that changed side by side."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from oilstone_eval import inputs
from oilstone_eval.compare import p_text
from oilstone_eval.formats.export import input_of
from oilstone_eval.page import folded, frame
from oilstone_eval.reports import Key, Report
from oilstone_schemas.command import OilstoneError, say

FLIPS = 10


def page(found: Mapping[str, Any], report: Report, baselines: Sequence[Report]) -> str:
    """Return the page of `compare.compare`'s result."""
    over = f"slice “{found['slice']}”" if found["slice"] else "all problems"
    parts = [f"<h1>{escape(found['report'])}</h1>\n<p class=sub>on {escape(over)}; bars: difference"
             " with its paired 95 % interval; p adjusted for all rows (Holm)</p>"]  # fmt: skip
    for baseline, (name, records) in zip(baselines, found["baselines"].items(), strict=True):
        parts += [_table(f"Against {name}", records), _flips(report, baseline)]
    return frame(f"{found['report']}: comparison", parts)


def _table(title: str, records: Mapping[str, Any]) -> str:
    rows = "\n".join(_row(name, record) for name, record in records.items() if record["n"])
    return (
        f"<h2>{escape(title)}</h2>\n<table><tr><th>metric<th class=n>value<th class=n>baseline"
        "<th class=n>difference<th class=n>95 % interval<th class=range><th class=n>p"
        f"<th class=n>higher<th class=n>lower<th class=n>n</tr>\n{rows}\n</table>"
    )


def _row(name: str, record: Mapping[str, Any]) -> str:
    p_value = escape(p_text(record["p_holm"])) if "p_holm" in record else ""
    flips = "".join(
        f"<td class=n>{'' if record[key] is None else record[key]}" for key in ("gained", "lost")
    )
    return (
        f"<tr><td>{escape(name)}<td class=n>{record['value']:.3f}<td class=n>"
        f"{record['baseline']:.3f}<td class=n>{record['difference']:+.3f}<td class=n>"
        f"{record['low']:+.3f} … {record['high']:+.3f}<td class=range>{_axis(record)}"
        f"<td class=n>{p_value}{flips}<td class=n>{record['n']}</tr>"
    )


def _axis(record: Mapping[str, Any]) -> str:
    """Draw a difference of shares or scores between -1 and 1, 0 in the middle."""
    if record["unit"] not in ("share", "score"):
        return ""
    low, high, value = (50 + 50 * record[key] for key in ("low", "high", "difference"))
    return (
        f'<div class="axis zero"><i style="left:{low:.1f}%;width:{high - low:.1f}%"></i>'
        f'<b style="left:{value:.1f}%"></b></div>'
    )


def _flips(report: Report, baseline: Report) -> str:
    """Show samples that one side passed and the other failed."""
    ours, theirs = (each.verdicts(report.primary) for each in (report, baseline))
    both = sorted(ours.keys() & theirs.keys())
    parts = []
    for title, wanted in (("Lost", ("failed", "passed")), ("Gained", ("passed", "failed"))):
        keys = [key for key in both if (ours[key]["status"], theirs[key]["status"]) == wanted]
        if keys:
            shown = f", {FLIPS} of them" if len(keys) > FLIPS else ""
            parts.append(f"<h3>{title}: {len(keys)}{shown}</h3>")
            parts += _examples(keys[:FLIPS], report, baseline, ours, theirs)
    return "\n".join(parts)


Verdicts = Mapping[Key, Mapping[str, Any]]


def _examples(
    keys: Sequence[Key], report: Report, baseline: Report, ours: Verdicts, theirs: Verdicts
) -> list[str]:
    sides = [(report, ours, _codes(report)), (baseline, theirs, _codes(baseline))]
    found = []
    for key in keys:
        blocks = []
        for side, verdicts, codes in sides:
            verdict = verdicts[key]
            told = verdict["explanation"] or verdict["reason"] or "passed"
            blocks.append(f"{side.name}: {told}\n\n{codes.get(key) or ''}")
        found.append(folded(f"{key[0]}, sample {key[1]}", "", blocks))
    return found


def _codes(report: Report) -> dict[Key, str | None]:
    """Return the code of every sample; nothing when the samples are no longer there."""
    try:
        problems = inputs.problems(input_of(report, "problems"))
        rows = inputs.samples(input_of(report, "samples"), problems)
    except OilstoneError as error:
        say(f"without code: {error}")
        return {}
    return {(row["problem_id"], row["sample_index"]): row["code"] for row in rows}

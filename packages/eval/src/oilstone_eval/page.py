"""report.html: one page, no scripts, nothing fetched."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files
from typing import Any

from oilstone_eval import worst
from oilstone_eval.inputs import Row

EXAMPLES = 3
DOMAINS, PROBLEMS = 15, 20
NOTHING = "n/a"
Codes = Mapping[tuple[str, int], str | None]


def page(
    summary: Mapping[str, Any],
    verdicts: Sequence[Row],
    problems: Mapping[str, Row],
    codes: Codes,
    tools: Mapping[str, str],
) -> str:
    """Return the page of a report: metrics by slice; then what failed, where, why; examples."""
    return frame(
        "Oilstone report",
        [
            _head(verdicts, tools),
            *(_table(title, records) for title, records in _tables(summary)),
            _reasons(verdicts),
            _lints(verdicts),
            _domains(verdicts, problems),
            _examples(verdicts, problems, codes),
            _problems(verdicts),
        ],
    )


def frame(title: str, parts: Sequence[str]) -> str:
    """Return a whole page with its style in it."""
    style = files("oilstone_eval").joinpath("page.css").read_text()
    head = [
        '<!doctype html>\n<html lang="en"><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width">',
        f"<title>{escape(title)}</title>\n<style>\n{style}</style>",
    ]
    return "\n".join([*head, *(part for part in parts if part), "</html>\n"])


def _head(verdicts: Sequence[Row], tools: Mapping[str, str]) -> str:
    seconds = sum(verdict["seconds"] for verdict in verdicts)
    named = " · ".join(f"{escape(name)}: {escape(tool)}" for name, tool in tools.items())
    return (
        f"<h1>{len(verdicts)} verdicts</h1>\n<p class=sub>{named} · {seconds:.1f} CPU seconds</p>"
    )


def _tables(summary: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    primary, slices = summary["primary_slice"], summary["slices"]
    first = [(f"Slice “{primary}” (primary)" if primary else "All problems", summary["metrics"])]
    others = [(f"Slice “{name}”", slices[name]) for name in slices if name != primary]
    times = summary.get("timings")
    latencies = [("Latency", times)] if times else []
    return first + (others if primary or len(slices) > 1 else []) + latencies


def _table(title: str, records: Mapping[str, Any]) -> str:
    rows = "\n".join(_metric(name, record) for name, record in records.items())
    return (
        f"<h2>{escape(title)}</h2>\n<table><tr><th>metric<th class=n>value<th class=n>95 % interval"
        f"<th class=range><th class=n>n<th class=n>unscored</tr>\n{rows}\n</table>"
    )


def _metric(name: str, record: Mapping[str, Any]) -> str:
    value, low, high = record["value"], record["low"], record["high"]
    shown = NOTHING if value is None else f"{value:.3f}"
    interval = NOTHING if low is None else f"{low:.3f} … {high:.3f}"
    return (
        f"<tr><td>{escape(name)}<td class=n>{shown}<td class=n>{interval}"
        f"<td class=range>{_axis(record)}<td class=n>{record['n']}"
        f"<td class=n>{record['unscored']}</tr>"
    )


def _axis(record: Mapping[str, Any]) -> str:
    """Draw a share or score between 0 and 1 with its interval; other units have no fixed scale."""
    if record["low"] is None or record["unit"] not in ("share", "score"):
        return ""
    low, high, value = (100 * record[key] for key in ("low", "high", "value"))
    return (
        f'<div class=axis><i style="left:{low:.1f}%;width:{high - low:.1f}%"></i>'
        f'<b style="left:{value:.1f}%"></b></div>'
    )


def _reasons(verdicts: Sequence[Row]) -> str:
    counts = Counter(f"{v['status']}: {v['reason']}" for v in verdicts if v["reason"])
    passed = sum(verdict["status"] == "passed" for verdict in verdicts)
    return _counted("Verdicts", [("passed", passed), *counts.most_common()], len(verdicts))


def _lints(verdicts: Sequence[Row]) -> str:
    counts = Counter(lint for verdict in verdicts for lint in verdict["checks"].get("lints", ()))
    return _counted("Most frequent lints", counts.most_common(10), len(verdicts)) if counts else ""


def _domains(verdicts: Sequence[Row], problems: Mapping[str, Row]) -> str:
    groups = worst.domains(verdicts, problems)
    return _groups("Domains, the worst first", groups[:DOMAINS]) if len(groups) > 1 else ""


def _problems(verdicts: Sequence[Row]) -> str:
    groups = worst.problems(verdicts, PROBLEMS)
    return _groups("Worst problems", groups) if groups else ""


def _groups(title: str, groups: Sequence[worst.Group]) -> str:
    rows = "\n".join(_group(group) for group in groups)
    return (
        f"<h2>{escape(title)}</h2>\n<table><tr><th>name<th class=n>passed<th class=n>of"
        f"<th class=range><th>why not</tr>\n{rows}\n</table>"
    )


def _group(group: worst.Group) -> str:
    low, high = group.interval
    several = {"unit": "share", "value": group.share, "low": low, "high": high}
    axis = _axis(several) if group.scored > 1 else ""
    reasons = ", ".join(f"{reason} {count}" for reason, count in group.reasons.items())
    return (
        f"<tr><td>{escape(group.name)}<td class=n>{group.passed}<td class=n>{group.scored}"
        f"<td class=range>{axis}<td>{escape(reasons)}</tr>"
    )


def _counted(title: str, counts: Sequence[tuple[str, int]], total: int) -> str:
    rows = "\n".join(
        f"<tr><td>{escape(name)}<td class=n>{count}<td class=n>{100 * count / total:.1f} %</tr>"
        for name, count in counts
    )
    return f"<h2>{title}</h2>\n<table>\n{rows}\n</table>"


def _examples(verdicts: Sequence[Row], problems: Mapping[str, Row], codes: Codes) -> str:
    by_reason: dict[str, list[Row]] = defaultdict(list)
    for verdict in verdicts:
        by_reason[verdict["reason"] or "passed"].append(verdict)
    parts = ["<h2>Examples</h2>"]
    for reason in sorted(by_reason, key=lambda name: (name == "passed", name)):
        parts.append(f"<h3>{escape(reason)}</h3>")
        parts += [_example(each, problems, codes) for each in by_reason[reason][:EXAMPLES]]
    return "\n".join(parts)


def _example(verdict: Row, problems: Mapping[str, Row], codes: Codes) -> str:
    name, index = verdict["problem_id"], verdict["sample_index"]
    blocks = [verdict["explanation"], codes.get((name, index))]
    asked = problems[name]["prompt"]
    return folded(f"{name}, sample {index}", asked, [block for block in blocks if block])


def folded(title: str, prose: str, blocks: Sequence[str]) -> str:
    """Return a text and code blocks below a title that opens them."""
    inside = "\n".join(f"<pre>{escape(block)}</pre>" for block in blocks)
    asked = f"<pre class=prose>{escape(prose)}</pre>\n" if prose else ""
    return f"<details><summary>{escape(title)}</summary>\n{asked}{inside}\n</details>"

"""The page, drawn from what `data.gather` found."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from oilstone_registry import plot
from oilstone_registry.page.html import NOTHING, share, table, text, word

Json = dict[str, Any]


def main(found: Json, acting: bool) -> str:
    """Return the content of <main>; `acting` shows the buttons."""
    parts = [_state(found), *(f'<p class="problem">{text(one)}</p>' for one in found["problems"])]
    parts += [_specialist(one, acting) for one in found["specialists"]]
    if found["waiting"]:
        names = ", ".join(map(text, found["waiting"]))
        parts.append(f'<p class="sub">Registered, nothing in production: {names}</p>')
    if not found["specialists"]:
        parts.append("<p>Nothing is in production. <code>oilstone-registry promote</code> does it.")
    return "\n".join([*parts, _servers(found), _traffic(found), _log(found)])


def _state(found: Json) -> str:
    at = datetime.fromtimestamp(found["at"], UTC)
    up = int(found["at"] - found["started_at"])
    state = word("draining", "bad") if found["draining"] else word("serving", "good")
    since = f"{up // 3600}:{up // 60 % 60:02}:{up % 60:02}"
    return f'<p class="sub">{state}, up for {since}, as of {at:%H:%M:%S} UTC</p>'


def _specialist(one: Json, acting: bool) -> str:
    name = text(one["name"])
    before = f", before it {text(one['before'])}" if one["before"] else ""
    shadow = f", shadow {text(one['shadow'])}" if one["shadow"] else ""
    back = ""
    if acting and one["before"]:
        back = f"<p>{_button('rollback', one['name'], one['before'], 'Roll back…')}</p>"
    rows = [_version(one, version, acting) for version in one["versions"]]
    head = ["version", "status", "ready", "offline", "adapter", "decision", "report", ""]
    return (
        f'<section class="card" id="{name}"><h2>{name}</h2><p class="sub">production '
        f"<b>{text(one['production'])}</b>, generation {one['generation']}{before}{shadow}</p>"
        f"{_test(one['test']) if one['test'] else ''}{table(head, rows, (3,))}{back}</section>"
    )


def _version(one: Json, version: Json, acting: bool) -> list[str]:
    ready = f"{version['ready']}/{version['replicas']}"
    kind = "ready" if version["ready"] == version["replicas"] else "loading"
    button = ""
    if acting and version["may_be_promoted"]:
        button = _button("promote", one["name"], version["version"], "Promote…")
    return [
        text(version["version"]),
        word(version["status"]),
        word(ready, kind if version["ready"] or version["status"] == "production" else "-"),
        share(version["offline_success_rate"]),
        f"<code>{text(version['digest'][:12])}</code>",
        _link("decision", version["decision"], version["verdict"]),
        _link("report", version["report"] if version["report_kept"] else None, "report"),
        button,
    ]


def _link(kind: str, digest: str | None, said: str | None) -> str:
    if digest is None:
        return NOTHING
    return f'<a href="/{kind}?{urlencode({"digest": digest})}">{text(said or digest[:12])}</a>'


def _button(action: str, name: str, version: str, said: str) -> str:
    query = urlencode({"action": action, "name": name, "version": version})
    return f'<a class="button" href="/confirm?{text(query)}">{text(said)}</a>'


def _test(test: Json) -> str:
    head = (
        f"<h3>{text(test['experiment'])}: {text(test['candidate'])} against"
        f" {text(test['control'])}, {test['traffic']:.2%} of the {text(test['unit'])}s</h3>"
    )
    found = test["summary"]
    if found is None:
        return f"{head}<p>No outcome was counted yet.</p>"
    kind = {"better": "good", "worse": "bad", "harmed": "bad", "mismatch": "bad"}
    verdict = word(found["verdict"], kind.get(found["verdict"], "open"))
    rows = [
        [text(arm), str(numbers["units"]), share(numbers["success_rate"])]
        for arm, numbers in found["arms"].items()
    ]
    return "".join(
        [
            head,
            f"<p><b>{verdict}</b> {text(test['reason'].partition(': ')[2])}</p>",
            table(["arm", "units", "success"], rows, (1, 2)),
            f"<ul>{''.join(f'<li>{line}</li>' for line in _checks(found))}</ul>",
            plot.svg(test["curve"], f"Effect of {test['candidate']} over {test['control']}"),
        ]
    )


def _checks(found: Json) -> Iterator[str]:
    effect, ratio = found["effect"], found["sample_ratio"]
    yield (
        f"effect {effect['value']:+.3f}, {effect['level']:.0%} confidence sequence"
        f" [{effect['low']:+.3f}, {effect['high']:+.3f}]"
    )
    yield (
        f"evidence {found['e_better']:.3g} for better, {found['e_worse']:.3g} for worse;"
        f" {found['e_needed']:g} decides"
    )
    state = word("alarm", "bad") if ratio["alarm"] else word("as planned", "good")
    yield f"sample ratio: {state} (Bayes factor {ratio['bayes_factor']:.3g}, 100 is an alarm)"
    for one in found["guardrails"]:
        yield f"guardrail {text(one['metric'])}, margin {one['margin']:g}: {word(one['state'])}"


def _servers(found: Json) -> str:
    rows = []
    for replica in found["replicas"]:
        breaker = word("open", "bad") if replica["breaker_open"] else word("closed", "good")
        own = [f"<code>{text(replica['url'])}</code>", str(replica["in_flight"]), breaker]
        for at, one in enumerate(replica["served"] or [None]):
            cells = [NOTHING, "", ""]
            if one is not None:
                cells = [f"<code>{text(one['name'])}</code>", word(one["state"])]
                cells.append(text(one["reason"]))
            rows.append([*(own if at == 0 else ["", "", ""]), *cells])
    head = ["server", "in flight", "breaker", "adapter", "state", "why"]
    return f"<h2>Servers</h2>{table(head, rows, (1,))}"


def _traffic(found: Json) -> str:
    rows = [
        [
            f"{text(one['name'])}@{text(one['version'])}",
            text(one["arm"]),
            str(one["requests"]),
            text(", ".join(f"{kind} {count}" for kind, count in one["failures"].items()) or "0"),
            *(_ms(one[key]) for key in ("first_p50_s", "whole_p50_s", "whole_p95_s")),
        ]
        for one in found["traffic"]
    ]
    head = ["version", "arm", "requests", "failures", "first byte p50", "p50", "p95"]
    kinds = (
        ("outcomes", "outcomes"),
        ("judged", "answers judged"),
        ("refused", "refused requests"),
    )
    said = "; ".join(f"{label}: {_counts(found[key])}" for key, label in kinds)
    return f'<h2>Traffic</h2>{table(head, rows, (2, 4, 5, 6))}<p class="sub">{said}</p>'


def _counts(counts: Json) -> str:
    return ", ".join(f"{text(key)} {count}" for key, count in counts.items()) or "none"


def _ms(seconds: float | None) -> str:
    return NOTHING if seconds is None else f"≤ {seconds * 1000:g} ms"


def _log(found: Json) -> str:
    rows = [
        [
            str(one["id"]),
            text(one["at"].replace("T", " ").removesuffix("Z")),
            text(one["actor"]),
            f"{text(one['name'])}@{text(one['version'])}" if one["version"] else text(one["name"]),
            text(one["action"]),
            f"{text(one['from'])} → {text(one['to'])}",
            text(one["reason"] or ""),
        ]
        for one in found["events"]
    ]
    head = ["event", "at (UTC)", "who", "what", "action", "from → to", "why"]
    return f"<h2>Log</h2>{table(head, rows)}"

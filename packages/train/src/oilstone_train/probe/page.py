"""report.html of a probe: the numbers, and the curves of the run that made the adapter."""

from collections.abc import Mapping, Sequence
from html import escape

from oilstone_schemas.artifact import Manifest
from oilstone_train import layout, plot, telemetry
from oilstone_train.probe.look import Seen
from oilstone_train.probe.metrics import Record
from oilstone_train.stage2 import gates

STYLE = (
    "body{font-family:sans-serif;max-width:52rem;margin:1rem auto;padding:0 1rem}"
    "table{border-collapse:collapse}td,th{padding:.2rem .8rem .2rem 0;text-align:right}"
    "td:first-child,th:first-child{text-align:left}svg{width:100%;height:auto}"
)
CHUNK = "perplexity_chunk_"
CONTEXT = (
    "In context: with 150 million parameters, a published second stage moved perplexity from 23.13"
    " to 23.09, and chunk size 1 alone gave 23.99 (TNT, arXiv 2511.07343). A second stage is to"
    " make a memory as good at every chunk size, at the one it is served with above all."
)


def html(
    metrics: Mapping[str, Record], served: Sequence[Seen], adapter: Manifest,
    control: Mapping[str, Record],
) -> str:  # fmt: skip
    """Return a page without anything from outside: metrics, and the curves of an adapter's run.

    `served`: what was seen at the chunk size of an adapter in use, for the histogram of its gates.
    `control`: metrics of the control's report; none without one.
    """
    lines = telemetry.read(adapter.folder / layout.MEMORY)
    losses = telemetry.read(adapter.folder / layout.TELEMETRY)
    sizes = {"this adapter": _sizes(metrics), **({"control": _sizes(control)} if control else {})}
    pictures = [
        plot.svg(losses),
        *(
            plot.curves({name: plot.over_steps(lines, name) for name in names}, title)
            for names, title in CURVES
        ),
        plot.curves(sizes, "Perplexity at each chunk size", "chunk"),
        plot.curves({"tokens": _histogram(served)}, "Gates of tokens", "gate"),
    ]
    return (
        "<!doctype html><html lang=en><meta charset=utf-8>"
        "<meta name=viewport content='width=device-width'><title>Memories</title>"
        f"<style>{STYLE}</style><h1>Memories of adapter {adapter.digest[:12]}</h1>"
        f"{_table(metrics)}<p>{CONTEXT}</p>{''.join(pictures)}</html>\n"
    )


CURVES = (
    (("perplexity",), "Perplexity of held-out conversations over steps"),
    (("chunk",), "Chunk size over steps"),
    (("grad_norm", "limit"), "Gradient norm and its limit over steps"),
)


def _sizes(metrics: Mapping[str, Record]) -> list[tuple[float, float]]:
    return [(int(name.removeprefix(CHUNK)), record["value"]) for name, record in metrics.items()
            if name.startswith(CHUNK)]  # fmt: skip


def _histogram(served: Sequence[Seen]) -> list[tuple[float, float]]:
    counts = gates.histogram([gate for seen in served for gate in seen.gates])
    return [((place + 0.5) / len(counts), count) for place, count in enumerate(counts)]


def _table(metrics: Mapping[str, Record]) -> str:
    head = "<tr><th>metric<th>value<th>interval<th>n<th>unit"
    rows = (
        f"<tr><td>{escape(name)}<td>{record['value']:.4g}<td>{_interval(record)}"
        f"<td>{record['n']}<td>{escape(record['unit'])}"
        for name, record in metrics.items()
    )
    return f"<table>{head}{''.join(rows)}</table>"


def _interval(record: Record) -> str:
    if record["low"] is None:
        return ""
    return f"[{record['low']:.4g}, {record['high']:.4g}]"

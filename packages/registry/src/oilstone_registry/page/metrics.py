"""The router's counts for Prometheus."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

from oilstone_registry.router.stats import BUCKETS, Histogram

if TYPE_CHECKING:
    from oilstone_registry.router.router import Router

TYPE = b"text/plain; version=0.0.4; charset=utf-8"
ARM = ("name", "version", "arm")


def render(router: Router) -> bytes:
    """Return everything in Prometheus' text format."""
    found = CollectorRegistry(auto_describe=False)
    found.register(_Collector(router))
    return generate_latest(found)


class _Collector:
    def __init__(self, router: Router) -> None:
        self.router = router

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        yield from self._traffic()
        yield from self._counts()
        yield from self._servers()
        yield from self._tests()

    def _traffic(self) -> Iterator[Metric]:
        requests = CounterMetricFamily(
            "oilstone_requests", "Answers passed on.", labels=[*ARM, "status"]
        )
        failures = CounterMetricFamily(
            "oilstone_upstream_failures", "Failures of servers.", labels=[*ARM, "kind"]
        )
        size = CounterMetricFamily("oilstone_answer_bytes", "Bytes passed on.", labels=ARM)
        first = HistogramMetricFamily(
            "oilstone_first_byte_seconds", "Time to the first byte.", labels=ARM
        )
        whole = HistogramMetricFamily(
            "oilstone_answer_seconds", "Time to the last byte.", labels=ARM
        )
        for key, tally in list(self.router.stats.tallies.items()):
            for status, count in list(tally.statuses.items()):
                requests.add_metric([*key, str(status)], count)
            for kind, count in list(tally.failures.items()):
                failures.add_metric([*key, kind], count)
            size.add_metric(list(key), tally.bytes)
            first.add_metric(list(key), _buckets(tally.first), tally.first.total)
            whole.add_metric(list(key), _buckets(tally.whole), tally.whole.total)
        yield from (requests, failures, size, first, whole)

    def _counts(self) -> Iterator[Metric]:
        stats = self.router.stats
        for name, help, label, counts in (
            ("oilstone_refused", "Requests that were not passed on.", "reason", stats.refused),
            ("oilstone_outcomes", "Outcomes by what became of them.", "result", stats.outcomes),
            ("oilstone_judged", "Answers by their verdict.", "result", self._judged()),
            ("oilstone_shadow", "Copies sent to shadow versions.", "result", stats.shadow),
        ):
            found = CounterMetricFamily(name, help, labels=[label])
            for key, count in list(counts.items()):
                found.add_metric([key], count)
            yield found
        yield CounterMetricFamily(
            "oilstone_failovers", "Requests that another answered.", value=stats.failovers
        )

    def _judged(self) -> Mapping[str, int]:
        return {} if self.router.judge is None else self.router.judge.counts

    def _servers(self) -> Iterator[Metric]:
        busy = GaugeMetricFamily(
            "oilstone_in_flight", "Requests being answered.", labels=["replica"]
        )
        broken = GaugeMetricFamily(
            "oilstone_breaker_open", "1 while nothing is sent to a server.", labels=["replica"]
        )
        state = GaugeMetricFamily(
            "oilstone_adapter_state",
            "1 for the state that an adapter is in on a server.",
            labels=["replica", "served", "state"],
        )
        now = time.monotonic()
        for replica in self.router.fleet.replicas:
            busy.add_metric([replica.url], replica.in_flight)
            breaker = self.router.chooser.of_replica[replica.url]
            broken.add_metric([replica.url], float(breaker.is_open(now)))
            for name, served in replica.served.items():
                state.add_metric([replica.url, name, str(served.state)], 1)
        yield from (busy, broken, state)
        age = time.time() - self.router.watcher.read_at
        yield GaugeMetricFamily(
            "oilstone_registry_age_seconds", "Since the registry was read well.", value=age
        )
        yield GaugeMetricFamily(
            "oilstone_registry_event", "Last event in force.", value=self.router.snapshot.event
        )

    def _tests(self) -> Iterator[Metric]:
        effect = GaugeMetricFamily(
            "oilstone_test_effect",
            "The candidate's effect with its confidence sequence.",
            labels=["name", "experiment", "bound"],
        )
        evidence = GaugeMetricFamily(
            "oilstone_test_e_value", "Evidence.", labels=["name", "experiment", "side"]
        )
        units = GaugeMetricFamily(
            "oilstone_test_units", "Units counted.", labels=["name", "experiment", "arm"]
        )
        alarm = GaugeMetricFamily(
            "oilstone_test_sample_ratio_alarm", "1 on a mismatch.", labels=["name", "experiment"]
        )
        for name, test in self.router.live.items():
            key, found = [name, test.experiment], test.summary
            for bound in ("value", "low", "high"):
                effect.add_metric([*key, bound], found["effect"][bound])
            for side in ("better", "worse"):
                evidence.add_metric([*key, side], found[f"e_{side}"])
            for arm, numbers in found["arms"].items():
                units.add_metric([*key, arm], numbers["units"])
            alarm.add_metric(key, float(found["sample_ratio"]["alarm"]))
        yield from (effect, evidence, units, alarm)


def _buckets(found: Histogram) -> list[tuple[str, float]]:
    """Return the counts up to each end, as Prometheus wants them."""
    seen, cumulative = 0, []
    for end, count in zip([*map(str, BUCKETS), "+Inf"], found.counts, strict=True):
        seen += count
        cumulative.append((end, float(seen)))
    return cumulative

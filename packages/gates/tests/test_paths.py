"""Where a metric stands in metrics.json."""

import pytest

from oilstone_gates.paths import place
from oilstone_schemas.command import OilstoneError


@pytest.mark.parametrize(
    ("metric", "slice", "found"),
    [
        ("pass@1", None, ("pass@1", None)),
        ("pass@1", "family", ("pass@1", "family")),
        ("a.name.with.dots", None, ("a.name.with.dots", None)),
        ("metrics.pass@1", None, ("pass@1", None)),
        ("$.metrics['pass@1']", None, ("pass@1", None)),
        ('$["slices"]["rare.words"]["pass@1"]', None, ("pass@1", "rare.words")),
        ("slices.family.compile_rate", "family", ("compile_rate", "family")),
        ("timings.latency_p95", None, ("latency_p95", None)),
    ],
)
def test_a_metric_is_named_or_reached_by_a_path(gate, metric, slice, found):
    more = {} if slice is None else {"slice": slice}
    assert place(gate(metric=metric, **more)) == found


@pytest.mark.parametrize(
    "metric", ["metrics", "slices.family", "metrics.pass@1.value", "slices..x", "$."]
)
def test_a_path_to_no_record_is_refused(gate, metric):
    with pytest.raises(OilstoneError, match=r"metrics\.NAME"):
        place(gate(metric=metric))


def test_a_path_and_a_slice_that_differ_are_refused(gate):
    with pytest.raises(OilstoneError, match="two slices"):
        place(gate(metric="slices.a.pass@1", slice="b"))

"""Which checks of the math judge become which metrics."""

from oilstone_eval.scores import PASSED, Metric

METRICS = {"accuracy": PASSED, "answered_rate": Metric("share", "answered")}

"""Which checks of the Python judge become which metrics. pass@1 and error_rate every report has."""

from collections.abc import Mapping

from oilstone_eval.scores import Metric

METRICS: Mapping[str, Metric] = {"compile_rate": Metric("share", "compiles")}

"""Which checks of the shell judge become which metrics."""

from oilstone_eval.scores import Metric

METRICS = {
    "shellcheck_clean_rate": Metric("share", "shellcheck_clean"),
    "syntax_rate": Metric("share", "parses"),
    "exact_match_rate": Metric("share", "exact_match"),
    "normalised_match_rate": Metric("share", "normalised_match"),
    "equivalent_rate": Metric("share", "equivalent"),
    "equivalence_rate": Metric("share", "equivalent", given="compared"),
    "command_only_rate": Metric("share", "command_only"),
    # Often no event at all: an exact interval keeps its promise there.
    "dangerous_rate": Metric(
        "share", "danger_level", among=("dangerous", "critical"), method="clopper-pearson"
    ),
}

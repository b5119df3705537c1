"""Which checks of the Rust judge become which metrics."""

from oilstone_eval.scores import Metric

METRICS = {
    "compile_rate": Metric("share", "compiles"),
    "doc_comment_rate": Metric("share", "documented"),
    "avg_idiomatic_score": Metric("score", "idiomatic"),
    "avg_clippy_warnings": Metric("warnings", "clippy_warnings", given="compiles"),
    "public_doc_rate": Metric("score", "public_doc_rate", given="has_public"),
}

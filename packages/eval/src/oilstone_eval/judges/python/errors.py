"""What an exception of a judged program says about why it failed."""

from oilstone_eval.judges.base import Ruling
from oilstone_eval.judges.cases import ruling
from oilstone_eval.sandbox.job import Limits

# compile() raises the last one for null bytes.
_SYNTAX = ("SyntaxError", "IndentationError", "TabError")


def of_error(kind: str, text: str, loading: bool, bounds: Limits) -> Ruling:
    """Return the ruling on a program that raised `kind`; `loading`: before any test began."""
    what = f"{kind}: {text}" if text else kind
    if loading and kind in _SYNTAX:
        return ruling("compile_error", what)
    if kind == "MemoryError":
        return ruling("memory", f"needed more than {bounds.memory_mib} MiB")
    return ruling("runtime_error", what)

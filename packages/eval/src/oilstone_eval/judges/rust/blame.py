"""Errors of a crate of many that a program would get alone, word for word.

Syntax is a file's own affair. Names and borrows are looked up inside a program's own module, and
what other modules implement for common types can only make a type ambiguous, which rustc says by
codes that are not among these. A message that names other paths, as suggestions and types of like
names do, is not taken, nor one to which rustc adds when it gets further.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from oilstone_eval.judges.rust.compiler import ROOT
from oilstone_eval.judges.rust.crates import Unit
from oilstone_eval.judges.rust.messages import Message
from oilstone_eval.judges.rust.tree import words

# What a name stands for, what a call is given, what its type is; who owns what, and how long.
_OWN = words(
    "E0061 E0106 E0261 E0308 E0408 E0412 E0415 E0416 E0422 E0423 E0424 E0425 E0426 E0428 E0434"
    " E0531 E0532 E0373 E0381 E0382 E0384 E0499 E0502 E0503 E0505 E0506 E0507 E0515 E0594 E0596"
    " E0597 E0716"
)
_ELSEWHERE = re.compile(r"\b(crate|std|core|alloc|[st]\d+)(::|`)|: cannot find (function|macro)\b")


def alone(unit: Unit, errors: Sequence[Message], syntax: bool) -> tuple[Message, ...]:
    """Return a program's errors as a crate of its own has them; none when only that can tell.

    With `syntax`, the first error must be one of syntax; whether others follow does not matter.
    """
    judged = errors[:1] if syntax else errors
    last = unit.code.count("\n") + 1
    codes = {""} if syntax else _OWN
    own = all(error.code in codes and error.line <= last for error in judged)
    found = tuple(map(_renamed, judged)) if own else ()
    return () if any(_ELSEWHERE.search(error.text) for error in found) else found


def _renamed(error: Message) -> Message:
    return replace(error, file=ROOT, text=error.text.replace(f" {error.file}:", f" {ROOT}:"))

"""Errors of a crate of many that a program would get alone, word for word.

Syntax is a file's own affair. Names and borrows are looked up inside a program's own module, and
what other modules implement for common types can only make a type ambiguous, which rustc says by
codes that are not among these. A message that names paths, as rustc does when modules have types of
the same name, is not taken, nor one that rustc puts off until it knows types.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from oilstone_eval.judges.rust.compiler import ROOT
from oilstone_eval.judges.rust.crates import Unit
from oilstone_eval.judges.rust.messages import Message
from oilstone_eval.names import names

# What a name stands for, has and is given, what its type is; who owns what, and how long.
_OWN = names(
    "E0023 E0026 E0027 E0040 E0046 E0053 E0061 E0063 E0069 E0072 E0106 E0107 E0261 E0277 E0308"
    " E0369 E0382 E0384 E0407 E0408 E0412 E0415 E0416 E0422 E0423 E0424 E0425 E0426 E0428"
    " E0434 E0531 E0532 E0560 E0599 E0600 E0603 E0604 E0605 E0606 E0608 E0609 E0610 E0614"
    " E0616 E0618"
    " E0373 E0381 E0499 E0502 E0503 E0505 E0506 E0507 E0515 E0594 E0596 E0597 E0716"
)
_ELSEWHERE = re.compile(r"\b(crate|std|core|alloc|[st]\d+)(::|`)|: cannot find (function|macro)\b")


def alone(unit: Unit, errors: Sequence[Message], syntax: bool) -> tuple[Message, ...]:
    """Return a program's errors as a crate of its own has them; none when only that can tell.

    An error without code is one of syntax: when it comes first, it does not matter what follows.
    With `syntax` no other may come first.
    """
    judged = errors if errors[0].code else errors[:1]
    codes = {""} if syntax or not errors[0].code else _OWN
    last = unit.code.count("\n") + 1
    own = all(error.code in codes and error.line <= last for error in judged)
    named = any(_ELSEWHERE.search(error.text) for error in judged)
    return tuple(replace(each, file=ROOT) for each in judged) if own and not named else ()

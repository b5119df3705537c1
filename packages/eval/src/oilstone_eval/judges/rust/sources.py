"""What is compiled of a program: its prelude, and the kind of crate that it is."""

import re

from oilstone_eval.judges.base import Program
from oilstone_eval.judges.rust import crates
from oilstone_eval.judges.rust.crates import Unit


def source(program: Program) -> str:
    """Return the code behind its prelude, unless the code defines the entry point itself."""
    own = rf"\bfn\s+{re.escape(program.entry_point)}\b" if program.entry_point else r"\bfn\s+main\b"
    if not program.prelude or re.search(own, program.code):
        return program.code
    return f"{program.prelude.rstrip()}\n{program.code}"


def unit(program: Program, module: bool = False) -> Unit:
    """Return what is linted: a program with a main, or a library that tests call.

    `module`: what is built with tests, where a main is a function like any other.
    """
    code = source(program)
    library = program.checker == "rust_tests" and (module or not crates.has_main(code))
    return Unit(code, "lib" if library else "bin")

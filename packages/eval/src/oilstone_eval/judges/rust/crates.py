"""Many programs as the modules of one crate: one start of the compiler, one link.

A program is left out when it could tell the difference: when it looks at its crate, its file, its
own name or arguments, or brings symbols or crate-level attributes. All others behave the same in
a module; what still does not build together is built alone (`judge.py`).
"""

import re
from collections.abc import Mapping, Sequence

from oilstone_eval.judges.rust.compiler import ROOT

# `pub(crate)` means the same in a batch; any other mention of the crate may not.
_RESTRICTED = re.compile(r"\bpub\s*\(\s*crate\s*\)")
_TELLTALE = re.compile(
    r"#!\[|\$crate\b|\b(crate|extern|macro_export|macro_use|no_mangle|export_name|link_section"
    r"|link_name|used|include|include_str|include_bytes|module_path|file|line|column|type_name"
    r"|type_name_of_val|env|option_env|args|args_os|current_exe|global_allocator|panic_handler"
    r"|Location|caller|global_asm|__oilstone_entry)\b"
)
_ENTRY = """
pub fn __oilstone_entry() -> ::std::process::ExitCode {
    ::std::process::Termination::report(main())
}
"""


def batchable(code: str) -> bool:
    """Tell whether the program may share a crate with others.

    A word in a comment or a string is enough to refuse: that costs time, never a verdict.
    """
    return not _TELLTALE.search(_RESTRICTED.sub("pub", code))


def name(index: int) -> str:
    """Return the name of a program of a batch: its module's, and its argv[0]."""
    return f"s{index}"


def compose(codes: Sequence[str]) -> Mapping[str, str]:
    """Return the files of a crate whose main runs the program that argv[0] names."""
    names = [name(index) for index in range(len(codes))]
    modules = "".join(f"mod {each};\n" for each in names)
    arms = "".join(f'        Some("{each}") => {each}::__oilstone_entry(),\n' for each in names)
    root = (
        f"{modules}\nfn main() -> std::process::ExitCode {{\n"
        f"    match std::env::args().next().as_deref() {{\n{arms}"
        "        _ => std::process::ExitCode::from(255),\n    }\n}\n"
    )
    return {ROOT: root} | {
        f"{each}.rs": code + _ENTRY for each, code in zip(names, codes, strict=True)
    }


def named(files: frozenset[str]) -> set[int]:
    """Return the indices of the programs whose files the compiler's errors point at."""
    found = (re.fullmatch(r"s(\d+)\.rs", file) for file in files)
    return {int(match[1]) for match in found if match}

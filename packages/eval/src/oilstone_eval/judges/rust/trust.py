"""What a candidate must not do whose tests run in its own process.

Safe Rust cannot reach the test harness's memory. With `unsafe` it could, so only uses are let
through that follow pointers to what they own; and nothing may read the tests while it is compiled.
"""

import re

from oilstone_eval.judges.rust import signature
from oilstone_eval.judges.rust.compiler import Report
from oilstone_eval.judges.rust.tree import below, parse, text
from oilstone_eval.names import names

_READS = re.compile(r"\binclude(_str|_bytes)?\b\s*!|\buse\b[^;]*\binclude(_str|_bytes)?\b")
_EQUALS = re.compile(r"\bPartialEq\s*<([^{;]*?)>\s*for\s+([^{;]*?)\s*(?:where\b|\{)")
# Ways from a pointer of one's own to anywhere, and into other languages.
_BEYOND = names(
    "transmute transmute_copy from_raw_parts from_raw_parts_mut get_unchecked get_unchecked_mut"
    " slice_from_raw_parts slice_from_raw_parts_mut from_exposed_addr with_exposed_provenance"
    " with_exposed_provenance_mut without_provenance without_provenance_mut with_addr map_addr"
    " offset wrapping_offset byte_add byte_sub byte_offset wrapping_byte_add wrapping_byte_sub"
    " read_volatile write_volatile read_unaligned write_unaligned copy_nonoverlapping write_bytes"
    " set_len from_utf8_unchecked asm global_asm naked_asm libc syscall arch no_mangle link_section"
    " export_name link_name global_allocator set_var remove_var"
)
_FOREIGN = re.compile(r"\b(extern|union)\b")
_BEYOND_NODES = names("foreign_mod_item extern_modifier union_item")
_RAW = re.compile(
    r"\*\s*(const|mut)\s*\(?\s*(\[|\(|[iu](8|16|32|64|128|size)\b|c_\w+|str\b|bool\b)"
)


def refusal(code: str, report: Report, truth: str) -> str | None:
    """Say what is not allowed; None when everything is.

    `report` is the program's own lint, `truth` what is known of the right solution's source.
    """
    if _READS.search(code):
        return "it includes files while it is compiled, where its tests are"
    return _equality(code, truth) or signature.estranged(code, truth) or _unsafe(code, report)


def _equality(code: str, truth: str) -> str | None:
    """Refuse types that are made to equal others: their tests could not fail."""
    for other, own in _EQUALS.findall(code):
        if other.strip() not in ("Self", own.strip()) and other not in truth:
            return f"it compares {own.strip()} with {other.strip()}, a type of another kind"
    return None


def _unsafe(code: str, report: Report) -> str | None:
    if not report.of("unsafe") and not _FOREIGN.search(code):
        return None
    root = parse(code)
    foreign = {node.type for node in below(root)} & _BEYOND_NODES
    if not report.of("unsafe") and not foreign:
        return None
    names = {text(node) for node in below(root) if "identifier" in node.type}
    raw = _RAW.search(code)
    found = sorted(names & _BEYOND) + sorted(foreign) + ([raw[0]] if raw else [])
    if not found:
        return None
    return f"it uses unsafe code ({found[0]}) that could reach the tests in its process"

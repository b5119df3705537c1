"""What a candidate must not do whose tests run in its own process.

Safe Rust cannot reach the test harness's memory. With `unsafe` it could, so only uses are let
through that follow pointers to what they own; and nothing may read the tests while it is compiled.
"""

import re

from oilstone_eval.judges.rust.compiler import Report
from oilstone_eval.judges.rust.tree import below, parse, text, words

_READS = re.compile(r"\binclude(_str|_bytes)?\b\s*!|\buse\b[^;]*\binclude(_str|_bytes)?\b")
# Ways from a pointer of one's own to anywhere, and into other languages.
_BEYOND = words(
    "transmute transmute_copy from_raw_parts from_raw_parts_mut get_unchecked get_unchecked_mut"
    " slice_from_raw_parts slice_from_raw_parts_mut from_exposed_addr with_exposed_provenance"
    " with_exposed_provenance_mut without_provenance without_provenance_mut with_addr map_addr"
    " offset wrapping_offset byte_add byte_sub byte_offset wrapping_byte_add wrapping_byte_sub"
    " read_volatile write_volatile read_unaligned write_unaligned copy_nonoverlapping write_bytes"
    " set_len from_utf8_unchecked asm global_asm naked_asm libc syscall arch no_mangle link_section"
    " export_name link_name global_allocator set_var remove_var"
)
_FOREIGN = re.compile(r"\b(extern|union)\b")
_BEYOND_NODES = words("foreign_mod_item extern_modifier union_item")
_RAW = re.compile(
    r"\*\s*(const|mut)\s*\(?\s*(\[|\(|[iu](8|16|32|64|128|size)\b|c_\w+|str\b|bool\b)"
)


def refusal(code: str, report: Report) -> str | None:
    """Say what is not allowed; None when everything is. `report` is the program's own lint."""
    if _READS.search(code):
        return "it includes files while it is compiled, where its tests are"
    if not report.of("unsafe") and not _FOREIGN.search(code):
        return None
    root = parse(code)
    foreign = {node.type for node in below(root)} & _BEYOND_NODES
    if not report.of("unsafe") and not foreign:
        return None
    names = {text(node) for node in below(root) if "identifier" in node.type}
    found = sorted(names & _BEYOND) + sorted(foreign)
    raw = _RAW.search(code)
    if found or raw:
        what = found[0] if found else raw[0] if raw else ""
        return f"it uses unsafe code ({what}) that could reach the tests in its process"
    return None

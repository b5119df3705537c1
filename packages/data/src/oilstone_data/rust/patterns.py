"""The marks of `oilstone_data.quality` as patterns over plain text, in RE2's syntax.

They are the fast path: no parse, one scan for all of them. A comment or a string can still fool
them where a line does not show that it is one, which is what the syntax tree is for.
"""

from __future__ import annotations

# A line up to here with neither a comment nor the beginning of one.
_CODE = r"^(?:[^/\n]|/[^/*\n])*"
# Up to the body of a function, past array lengths such as [u8; 4].
_TO_BODY = r"(?:[^;{]|;[^;{}\]]*\])*\{"
_RETURNS = r"->\s*(?:::)?(?:\w+::)*%s\s*<" + _TO_BODY

IDIOMATIC = {
    "result": _RETURNS % "Result",
    "option": _RETURNS % "Option",
    "combinator": r"\.\s*(?:unwrap_or|unwrap_or_else|expect|map|and_then)\s*\(",
    "derive": r"#\s*!?\s*\[\s*derive\s*\(",
    "trait_impl": r"^[ \t]*(?:default\s+)?(?:unsafe\s+)?impl\b"
    r"(?:[^;{}]|;[^;{}\]]*\])*[\s>)\]]for\s",
    "public": r"(?:^|[({,\]]|\*/)[ \t]*pub(?:\s*\([^)\n]*\))?\s+[\w(&\[*<:]",
}
LOW_QUALITY = {
    "todo": r"(?://|/\*|^[ \t]*\*)[^\n]*(?:TODO|FIXME|XXX|HACK)",
    "print": _CODE + r"\b(?:println|dbg)\s*!\s*[(\[{]",
    "unsafe": _CODE + r"\bunsafe\s*\{",
    "allow": _CODE + r"#\s*!?\s*\[\s*allow\s*\(",
}
DOCUMENTED = r'^(?:[^"/\n]|/[^/*\n])*(?://(?:/(?:[^/]|$)|!)|/\*(?:\*[^*/]|!))'
# #[test], #[tokio::test(...)], #[cfg(test)], #[cfg(all(test, ...))]; not #[cfg(not(test))].
TEST_CODE = (
    _CODE + r"#\s*!?\s*\[\s*(?:(?:\w+::)*test\s*[\](]"
    r"|cfg\s*\(\s*(?:(?:all|any)\s*\((?:[^()\]]*,)?\s*)?test\s*[,)])"
)
BENCH_CODE = _CODE + r"#\s*\[\s*bench\s*\]"

MARKS = {
    **IDIOMATIC,
    **LOW_QUALITY,
    "documented": DOCUMENTED,
    "test_code": TEST_CODE,
    "bench_code": BENCH_CODE,
}

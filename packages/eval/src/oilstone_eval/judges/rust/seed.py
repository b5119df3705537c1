"""Scores by regular expression on the text, as an earlier evaluator had them: for reference only.

They look at programs that do not compile too, and a comment can earn all of them; compare the
syntax tree's `idiomatic` and `documented`.
"""

import re

_IDIOMS = tuple(
    map(
        re.compile,
        (
            r"Result<[^>]+>", r"Option<[^>]+>", r"\?[^?]",
            r"\.(map|filter|fold|collect)\s*\(", r"#\[derive\([^)]*\)\]",
            r"impl\s+\w+\s+for\s+\w+", r"match\s+\w+\s*\{", r"(if|while)\s+let\b",
        ),
    )
)  # fmt: skip
_DOCS = re.compile(r"///|//!|/\*\*")


def scores(code: str) -> dict[str, float | int]:
    """Return the share of eight idioms that occur, and the number of doc comment markers."""
    return {
        "seed_idiomatic": sum(bool(idiom.search(code)) for idiom in _IDIOMS) / len(_IDIOMS),
        "seed_doc_comments": len(_DOCS.findall(code)),
    }


def prompt_match(prompt: str, code: str) -> float | None:
    """Return the share of a prompt's words that the code mentions; short ones never count."""
    said = set(re.findall(r"\w+", prompt.lower()))
    found = {word for word in said if len(word) > 3 and word in code.lower()}
    return len(found) / len(said) if said else None

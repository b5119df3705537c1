"""Names that a program gives itself, by its syntax tree: a change of names can touch no others."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from oilstone_data.decontaminate.syntax import captured, grammar_of
from oilstone_data.decontaminate.vocabulary import KEYWORDS

_GIVEN = {
    "rust": """
        (let_declaration pattern: (_) @given) (let_condition pattern: (_) @given)
        (parameter pattern: (_) @given) (closure_parameters (_) @given)
        (for_expression pattern: (_) @given) (match_pattern (_) @given)
        (function_item name: (_) @given) (struct_item name: (_) @given)
        (enum_item name: (_) @given) (enum_variant name: (_) @given)
        (field_declaration name: (_) @given) (const_item name: (_) @given)
    """,
    "python": """
        (assignment left: (_) @given) (augmented_assignment left: (identifier) @given)
        (named_expression name: (identifier) @given) (for_statement left: (_) @given)
        (for_in_clause left: (_) @given) (parameters (_) @given) (lambda_parameters (_) @given)
        (function_definition name: (_) @given) (class_definition name: (_) @given)
        (as_pattern_target (identifier) @given)
    """,
    "shell": """
        (variable_assignment name: (variable_name) @given)
        (for_statement variable: (variable_name) @given)
        (function_definition name: (word) @given) (declaration_command (variable_name) @given)
        ((command name: (command_name (word) @_name) argument: (word) @given) (#eq? @_name "read"))
    """,
}
_NAMES = (
    "identifier", "type_identifier", "field_identifier", "shorthand_field_identifier",
    "variable_name", "word",
)  # fmt: skip
_USED = ("attribute", "subscript")  # what is assigned to without being named
_USED_FIELDS = ("type", "value")  # of a parameter or a pattern


def given_names(program: str, language: str) -> frozenset[str]:
    """Names of variables, parameters, functions, types and fields that `program` gives, lower case.

    None for a language without a grammar here.
    """
    grammar = grammar_of(language)
    if grammar is None:
        return frozenset()
    source = program.encode("utf-8", "replace")
    nodes = captured(source, grammar, _GIVEN[grammar], "given")
    spans = {span for node in nodes for span in _spans(node)}
    found = {source[start:end].decode("utf-8", "replace").lower() for start, end in spans}
    return frozenset(found - KEYWORDS)


def _spans(node: Node) -> Iterator[tuple[int, int]]:
    """Where names stand in a pattern or parameter, without those that it only uses."""
    if node.type in _NAMES:
        yield node.start_byte, node.end_byte
    elif node.type not in _USED:
        for number, child in enumerate(node.children):
            if node.field_name_for_child(number) not in _USED_FIELDS:
                yield from _spans(child)

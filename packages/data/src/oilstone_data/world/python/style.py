"""Marks of style in a Python program, read from its syntax tree."""

from __future__ import annotations

import ast

from oilstone_data.quality import Signals

_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_BUILTINS = frozenset({"sum", "min", "max", "any", "all", "next", "sorted", "enumerate"})
_METHODS = frozenset({"join", "fromkeys"})


def idiomatic(node: ast.AST) -> str | None:
    """The mark of idiom that a node is, if any: annotated, comprehension or library."""
    match node:
        case ast.FunctionDef(returns=ast.AST()):
            return "annotated"
        case ast.Call(func=ast.Name(id=name)) if name in _BUILTINS:
            return "library"
        case ast.Call(func=ast.Attribute(attr=name)) if name in _METHODS:
            return "library"
    return "comprehension" if isinstance(node, _COMPREHENSIONS) else None


def low_quality(node: ast.AST) -> str | None:
    """The mark of low quality that a node is, if any: index_loop, counting_loop or append."""
    match node:
        case ast.For(iter=ast.Call(func=ast.Name(id="range"), args=[ast.Call()])):
            return "index_loop"
        case ast.While():
            return "counting_loop"
        case ast.Call(func=ast.Attribute(attr="append")):
            return "append"
    return None


def signals(program: str) -> Signals:
    """How many marks of either sort are present, and whether a function has a docstring."""
    nodes = list(ast.walk(ast.parse(program)))
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef)]
    return {
        "idiomatic": len({idiomatic(node) for node in nodes} - {None}),
        "low_quality": len({low_quality(node) for node in nodes} - {None}),
        "documented": any(map(ast.get_docstring, functions)),
    }

"""What a program that shares a process with its tests has no business with."""

import ast
import re

_MODULES = {
    "pytest", "_pytest", "pluggy", "unittest", "gc", "inspect", "ctypes", "_ctypes", "atexit",
    "importlib", "imp", "linecache", "traceback", "tracemalloc", "site", "builtins", "marshal",
    "oilstone_eval", "multiprocessing", "subprocess", "signal", "faulthandler", "code", "pdb",
    "bdb",
}  # fmt: skip
_NAMES = {
    "__import__", "__builtins__", "breakpoint", "__loader__", "__spec__", "open", "exec", "eval",
    "attrgetter", "methodcaller",
}  # fmt: skip
_ATTRIBUTES = {
    "_getframe", "_current_frames", "settrace", "setprofile", "_exit", "execv", "execve", "modules",
    "f_back", "f_locals", "f_globals", "tb_frame", "__subclasses__", "__globals__", "gi_frame",
    "__builtins__", "meta_path", "path_hooks", "excepthook", "unraisablehook", "kill", "abort",
}  # fmt: skip


def suspicious(code: str, tests: str = "") -> list[str]:
    """Return, sorted, the names in `code` by which a program could reach its own judgement.

    A program whose tests speak of `open` is to read files.
    """
    nodes = list(ast.walk(ast.parse(code)))
    found = {name for node in nodes for name in _found(node)}
    own = {node.name for node in nodes if isinstance(node, ast.ClassDef)}
    if any(_agrees(node, own) for node in nodes):
        found.add("__eq__ that always agrees")
    return sorted(found - {"open"} if re.search(r"\bopen\b", tests) else found)


def _found(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Import):
        return {name for alias in node.names if (name := alias.name.split(".")[0]) in _MODULES}
    if isinstance(node, ast.ImportFrom):
        base = (node.module or "").split(".")[0]
        return ({base} & _MODULES) | ({alias.name for alias in node.names} & _ATTRIBUTES)
    if isinstance(node, ast.Name):
        return {node.id} & _NAMES
    if isinstance(node, ast.Attribute):
        return {node.attr} & (_ATTRIBUTES | {"attrgetter", "methodcaller"})
    if isinstance(node, ast.Call):
        return _by_name(node)
    if isinstance(node, ast.Constant):
        return {"__eq__ as a text"} if node.value == "__eq__" else set()
    return set()


def _by_name(call: ast.Call) -> set[str]:
    """Return what gets an attribute by a name that is only known when it runs, or is suspicious."""
    called = call.func.id if isinstance(call.func, ast.Name) else ""
    if called not in ("getattr", "setattr") or len(call.args) < 2:
        return set()
    name = call.args[1]
    if isinstance(name, ast.Constant):
        return {str(name.value)} & _ATTRIBUTES
    own = isinstance(call.args[0], ast.Name) and call.args[0].id in ("self", "other", "cls")
    return set() if own else {f"{called} by a computed name"}


def _agrees(node: ast.AST, own: set[str]) -> bool:
    """Tell whether it is an `__eq__` that looks neither at itself nor for its own class."""
    if not isinstance(node, ast.FunctionDef) or node.name != "__eq__" or not node.args.args:
        return False
    returned = [each.value for each in ast.walk(node) if isinstance(each, ast.Return)]
    said = {value.value if isinstance(value, ast.Constant) else None for value in returned}
    named = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    looks = named & {node.args.args[0].arg, *own}
    return said == {True} or (None in said and not looks)

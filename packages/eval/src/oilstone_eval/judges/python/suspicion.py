"""What a program that shares a process with its tests has no business with."""

import ast

_MODULES = {
    "pytest", "_pytest", "pluggy", "unittest", "gc", "inspect", "ctypes", "_ctypes", "atexit",
    "importlib", "imp", "linecache", "traceback", "tracemalloc", "site", "builtins", "marshal",
    "oilstone_eval", "multiprocessing", "subprocess", "signal", "faulthandler", "code", "pdb",
    "bdb",
}  # fmt: skip
_NAMES = {"__import__", "__builtins__", "breakpoint", "__loader__", "__spec__"}
_ATTRIBUTES = {
    "_getframe", "_current_frames", "settrace", "setprofile", "_exit", "execv", "execve", "modules",
    "f_back", "f_locals", "f_globals", "tb_frame", "__subclasses__", "__globals__", "gi_frame",
    "__builtins__", "meta_path", "path_hooks", "excepthook", "unraisablehook", "kill", "abort",
}  # fmt: skip


def suspicious(code: str) -> list[str]:
    """Return, sorted, the names in `code` by which a program could reach its own judgement."""
    return sorted({name for node in ast.walk(ast.parse(code)) for name in _found(node)})


def _found(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Import):
        return {name for alias in node.names if (name := alias.name.split(".")[0]) in _MODULES}
    if isinstance(node, ast.ImportFrom):
        base = (node.module or "").split(".")[0]
        return ({base} & _MODULES) | ({alias.name for alias in node.names} & _ATTRIBUTES)
    if isinstance(node, ast.Name):
        return {node.id} & (_NAMES | {"open", "exec", "eval"})
    if isinstance(node, ast.Attribute):
        return {node.attr} & _ATTRIBUTES
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and _agrees(node):
        return {f"{node.name} that always agrees"}
    return set()


def _agrees(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Tell whether it is an `__eq__` that returns nothing but True."""
    returned = [each.value for each in ast.walk(node) if isinstance(each, ast.Return)]
    always = all(isinstance(value, ast.Constant) and value.value is True for value in returned)
    return node.name == "__eq__" and bool(returned) and always

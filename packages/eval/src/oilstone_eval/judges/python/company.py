"""Whether the cases of a program may run one after another in one process.

They may when nothing that a run leaves behind can be found by the next, which is read off the
syntax tree: imports of modules without state, nothing stored in what is imported, no way around the
names. Whoever is refused costs a process per case; a verdict never depends on it.
"""

import ast
import warnings
from collections.abc import Iterator

from oilstone_eval.names import names

MOST_CHARACTERS = 1 << 16
_STATELESS = names(
    "__future__ abc array base64 binascii bisect cmath collections copy dataclasses datetime"
    " decimal enum fractions functools hashlib heapq io itertools json math numbers operator random"
    " re statistics string struct sys textwrap time typing unicodedata zlib"
)
# Of `sys`, what is only read, made anew for every run, or set back after it.
_OF_SYS = names(
    "argv byteorder exit float_info getrecursionlimit getsizeof hexversion int_info intern maxsize"
    " maxunicode platform set_int_max_str_digits setrecursionlimit stderr stdin stdout version"
    " version_info"
)
_REFUSED = names(
    "setattr delattr getattr globals vars locals exec eval compile breakpoint help modules copyreg"
    " dispatch_table tzset getcontext setcontext localcontext DefaultContext BasicContext"
    " ExtendedContext"
)
# Special names that say how a class behaves. `__del__` is none: it may run in a later case.
_SPECIAL = names(
    "name main init str repr eq ne lt le gt ge hash len iter next getitem setitem delitem contains"
    " call bool int float index add sub mul truediv floordiv mod pow and or xor neg pos abs invert"
    " lshift rshift radd rsub rmul rtruediv rfloordiv rmod rpow iadd isub imul enter exit slots new"
    " post_init doc annotations reversed missing divmod matmul round"
)
_LASTING = {"", "exit", "quit"}  # objects of the interpreter; "" might be any
_MUTATORS = names(
    "add append clear discard extend insert pop popitem register remove setdefault sort update"
)
_CONSTANT = names("sys math cmath time")  # modules whose attributes take none themselves
# What a judged program is warned of is no news of ours.
warnings.filterwarnings("ignore", module=r"program\Z")


def may_share(code: str) -> bool:
    """Tell whether no run of this program can leave anything for another in its process."""
    if len(code) > MOST_CHARACTERS:
        return False
    try:
        nodes = list(ast.walk(ast.parse(code, "program.py")))
    except (SyntaxError, ValueError):
        return True  # it does not run at all
    except (RecursionError, MemoryError):
        return False
    imports = [node for node in nodes if isinstance(node, (ast.Import, ast.ImportFrom))]
    if not all(map(_stateless, imports)):
        return False
    bound = dict(_bound(imports))
    plain = not any(map(_reaches_around, nodes)) and not _opens_files(nodes)
    return plain and _keeps_modules(nodes, bound) and _stores_in_its_own(nodes, bound)


def _stateless(node: ast.Import | ast.ImportFrom) -> bool:
    names = [alias.name for alias in node.names]
    if isinstance(node, ast.Import):
        return all(name.partition(".")[0] in _STATELESS for name in names)
    module = (node.module or "").partition(".")[0]
    if module == "sys":
        return _OF_SYS.issuperset(names)
    return module in _STATELESS and not node.level and ("*" not in names or module == "math")


def _bound(imports: list[ast.Import | ast.ImportFrom]) -> Iterator[tuple[str, str]]:
    """Yield the names that imports bind, each with its module; "" for what is none."""
    for node in imports:
        for alias in node.names:
            module = alias.name if isinstance(node, ast.Import) else ""
            yield alias.asname or alias.name.partition(".")[0], module


def _reaches_around(node: ast.AST) -> bool:
    """Tell whether a node names what could reach anything."""
    if isinstance(node, ast.Name):
        name = node.id
    elif isinstance(node, ast.Attribute):
        name = node.attr
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        name = node.name
    elif isinstance(node, ast.alias):
        name = node.name.rpartition(".")[2]
    else:
        return False
    special = name[:2] == "__" == name[-2:]
    return name in _REFUSED or (special and name[2:-2] not in _SPECIAL)


def _opens_files(nodes: list[ast.AST]) -> bool:
    """Tell whether `open` is used on anything but what is open already, as in `open(0)`."""
    calls = [node for node in nodes if isinstance(node, ast.Call) and _called(node.func) == "open"]
    known = sum(bool(call.args) and _is_number(call.args[0]) for call in calls)
    return known < sum(_called(node) == "open" for node in nodes)


def _called(node: ast.AST) -> str:
    return str(getattr(node, "id", getattr(node, "attr", "")))


def _is_number(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int)


def _keeps_modules(nodes: list[ast.AST], bound: dict[str, str]) -> bool:
    """Tell whether modules are used for nothing but their attributes, and `sys` for a few."""
    used = [node for node in nodes if isinstance(node, ast.Attribute)]
    bases = {id(node.value) for node in used}
    for node in nodes:
        if isinstance(node, ast.Name) and bound.get(node.id) and id(node) not in bases:
            return False
    return all(
        node.attr in _OF_SYS
        for node in used
        if isinstance(node.value, ast.Name) and bound.get(node.value.id) == "sys"
    )


def _stores_in_its_own(nodes: list[ast.AST], bound: dict[str, str]) -> bool:
    """Tell whether no attribute is set or deleted of anything that outlives the run."""
    paths = [node for node in nodes if isinstance(node, (ast.Attribute, ast.Subscript))]
    stored = [node for node in paths if not isinstance(node.ctx, ast.Load) or _mutates(node)]
    if any(_root(node) in bound for node in stored):
        return False
    kept = {_root(node) for node in stored if _sets_attribute(node)}
    return not kept or not (kept & _LASTING or _aliases(nodes, bound))


def _mutates(node: ast.Attribute | ast.Subscript) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in _MUTATORS


def _sets_attribute(node: ast.Attribute | ast.Subscript) -> bool:
    return isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load)


def _root(node: ast.AST) -> str:
    """Return the name that a path of attributes and subscripts begins with; "" when none does."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _aliases(nodes: list[ast.AST], bound: dict[str, str]) -> bool:
    """Tell whether something imported might go by another name."""
    plain: set[int] = set()
    for node in nodes:
        if isinstance(node, (ast.Attribute, ast.Subscript)):
            plain.add(id(node.value))
        elif isinstance(node, ast.Call):
            plain.add(id(node.func))
        elif isinstance(node, ast.ClassDef):
            plain |= {id(base) for base in node.bases}
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            plain |= {id(each) for each in node.decorator_list}
    return any(
        _called(node) == "type" or (_outlives(node, bound) and id(node) not in plain)
        for node in nodes
        if isinstance(node, (ast.Name, ast.Attribute))
    )


def _outlives(node: ast.AST, bound: dict[str, str]) -> bool:
    return bound.get(_root(node), "sys") not in _CONSTANT

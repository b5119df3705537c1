"""Functions and scripts that start themselves again and again."""

import re
from math import inf

from tree_sitter import Node

from oilstone_eval.names import names

_ALWAYS = re.compile(
    rb"(true|:|1|/bin/true|! *false|\[+ *(1|true|1 (-eq|==?) 1|: *) *\]+"
    rb"|\(\( *1 *\)\)|test 1|\[ *-d / *\])"
)
_MANY = 5000
_WAITS = names(
    "sleep wait read break exit return inotifywait select usleep nc timeout pause curl ssh"
    " wget ping tail make git docker kubectl"
)
# Starts something that stays, from inside a text; takes more of the disk or of the memory.
_AWAY = re.compile(
    r"&\s*['\")]|\b(nohup|setsid|disown|daemonize)\b|screen\s+-\w*dm|tmux\s+new\S*\s+-\w*d"
)
_GROWS = re.compile(
    r">>|\b(mkdir|touch|mktemp|fallocate|truncate|dd|cp|mknod|mkfifo|ln|logger|tee)\b"
    r"|\b(\w+)(\+=|=\"?\$\{?\2\}?\$\{?\2)"
)
_ITSELF = re.compile(r"(^|[;&|({\s])(\./)?\$0\s*(\|\s*(\./)?\$0|&)")


def is_bomb(name: str, body: Node) -> bool:
    """Tell whether a function's body starts the function in the background or twice in a pipe."""
    calls = [node for node in _commands(body) if _name(node) == name]
    piped = [node for node in calls if node.parent is not None and node.parent.type == "pipeline"]
    behind = [node for node in calls if _follows(node) or _follows(node.parent)]
    return len(piped) > 1 or bool(behind)


def is_script_bomb(text: str) -> bool:
    """Tell whether a script starts itself in the background or in a pipe."""
    return bool(_ITSELF.search(text))


def is_endless(loop: Node) -> bool:
    """Tell whether a loop without end, or nearly so, leaves more behind each time round.

    It does so in the background, on the disk or in a variable, and waits for nothing.
    """
    body = loop.child_by_field_name("body")
    rounds = _rounds(loop) if body is not None else 0
    if body is None or rounds < _MANY or any(map(_pauses, _commands(body))):
        return False
    text = (body.text or b"").decode(errors="replace")
    nested = _AWAY.search(text) or any(map(_follows, _statements(body)))
    return bool(nested or (rounds == inf and _GROWS.search(text)))


def _rounds(loop: Node) -> float:
    """Return how often a loop goes round, where its head says so; 0 where it does not."""
    text = (loop.text or b"").decode(errors="replace")
    head = re.split(r"[;\n]\s*do\b", text, maxsplit=1)[0]
    condition = loop.child_by_field_name("condition")
    if loop.type == "while_statement":
        always = condition is not None and _ALWAYS.fullmatch((condition.text or b"").strip())
        never = head.startswith("until") and condition is not None and condition.text == b"false"
        return inf if (always and head.startswith("while")) or never else 0
    if loop.type == "c_style_for_statement" and condition is None:
        return inf
    return max((int(number) for number in re.findall(r"\b\d{4,15}\b", head)), default=0)


def _pauses(command: Node) -> bool:
    return _name(command) in _WAITS and not _follows(command)


def _statements(node: Node) -> list[Node]:
    return [node] + [each for child in node.named_children for each in _statements(child)]


def _follows(node: Node | None) -> bool:
    after = node.next_sibling if node is not None else None
    return after is not None and after.type == "&"


def _commands(node: Node) -> list[Node]:
    own = [node] if node.type == "command" else []
    return own + [each for child in node.named_children for each in _commands(child)]


def _name(command: Node) -> str:
    name = command.child_by_field_name("name")
    return name.text.decode(errors="replace") if name is not None and name.text else ""

"""The frames that many commands share: a loop over files, or over the lines of a list."""

from __future__ import annotations

from oilstone_data.world.shell.scene import Files

LIST = "names.list"


def careful(glob: str, body: str) -> str:
    """A loop over a glob: the shell keeps each name whole."""
    return f"for f in {glob}; do\n    {body}\ndone\n"


def careless(names: str, body: str) -> str:
    """A loop over the words that a command prints."""
    return f"for f in $({names})\ndo\n{body}\ndone\n"


def listed(body: str) -> str:
    """A loop over the lines of the list, each kept whole."""
    return f"while IFS= read -r f; do\n    {body}\ndone < {LIST}\n"


def no_list(path: str, _content: str) -> bool:
    """Every file is meant but the list itself."""
    return path != LIST


def the_list(files: Files) -> Files:
    """The list, with the names of all files in order."""
    return {LIST: "".join(f"{path}\n" for path in sorted(files))}


def lines(values: list[str]) -> str:
    """The values as text, one to a line."""
    return "".join(f"{value}\n" for value in values)

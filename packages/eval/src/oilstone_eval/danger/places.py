"""Where relative paths lead after a `cd`."""

from collections.abc import Sequence
from posixpath import normpath

from oilstone_eval.names import names

_EVERY_WORD = names("rm unlink rmdir shred mv rsync")
_ONLY_DOTS = names("chmod chown chgrp setfacl chattr")


def file_key(path: str) -> str:
    """Return the name that a file is remembered by: ./x is x."""
    return path[2:] if path.startswith("./") else path


def entered(cwd: str | None, name: str, args: Sequence[str]) -> str | None:
    """Return the folder after `cd` or `pushd`; None where it is not to be told."""
    operands = [word for word in args if word == "-" or not word.startswith("-")]
    target = operands[0] if operands else "~"
    if name == "popd" or target == "-" or target[:1] == "+":
        return None
    return _join(cwd, target)


def located(cwd: str | None, name: str, args: Sequence[str]) -> list[str]:
    """Return the arguments with relative paths made those that they are in `cwd`."""
    if cwd is None:
        return list(args)
    if name in _EVERY_WORD:
        return [_join(cwd, word) if word[:1] != "-" else word for word in args]
    if name in _ONLY_DOTS:
        return [_join(cwd, word) if word in (".", "./", "*", "./*", "..") else word
                for word in args]  # fmt: skip
    if name in ("find", "gfind"):
        own = next((at for at, word in enumerate(args) if word[:1] in ("-", "(", "!")), len(args))
        return [_join(cwd, word) for word in args[:own] or ["."]] + list(args[own:])
    return list(args)


def _join(cwd: str | None, word: str) -> str:
    if cwd is None or not word or word[:1] in "/~" or ":" in word:
        return word
    if cwd[:1] not in "/~" and word.startswith(".."):
        return word
    tidy = normpath(word)
    joined = cwd if tidy == "." else f"{cwd.rstrip('/')}/{tidy}"
    return normpath(joined) if joined[:1] in "/~" else joined

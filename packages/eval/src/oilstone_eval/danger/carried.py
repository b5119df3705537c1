"""Commands that are carried in an option of a program that is no shell."""

import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise

from oilstone_eval.names import names

_OPTIONS = re.compile(
    r"(?:--checkpoint-action=exec|--to-command|--use-compress-program|--rsh|--rsync-path"
    r"|core\.(?:pager|editor|sshCommand|fsmonitor)|(?:-o\s*)?(?:ProxyCommand|LocalCommand)"
    r"|--pager|--unzip-command)[= ](.*)|alias\.\w+=!(.*)",
    re.DOTALL,
)
# Options, and words, whose next word is a command.
_TAKES = re.compile(
    r"-e|-P|-TT|-I|-x|--exec|--pager|--rsh|--unzip-command|foreach|run|--recursive|--(tree|index"
    r"|msg|env|commit)-filter"
)
_KEYS = names("Enter C-m C-j ENTER KPEnter")


def carried(
    name: str, args: Sequence[str], stdin: str | None, files: Mapping[str, str]
) -> Iterator[str]:
    """Yield the shell text that options of this command, or what it reads, make it run."""
    if name in ("make", "gmake"):
        yield from recipes(args, stdin, files)
    if name in (
        "ansible-playbook",
        "kubectl",
        "oc",
        "docker-compose",
        "cloud-init",
        "cloud-localds",
    ):
        known = "\n".join([stdin or "", *(files.get(word.removeprefix("./"), "") for word in args)])
        yield from tasks(known)
    if name in ("ed", "ex", "vi", "vim") and stdin:
        yield from re.findall(r"^\s*:?!(.+)", stdin, re.MULTILINE)
    elif name in _READERS:
        yield from _READERS[name](args)


def tasks(text: str) -> Iterator[str]:
    """Yield the commands in a play, a pod or another YAML that starts some."""
    lines = re.findall(
        r"(?m)^[\s-]*(?:[\w.]*\b(?:shell|command|raw|cmd|script|entrypoint|args)):[ \t]*["
        r"|>]?[ \t]*(.+)",
        text,
    )
    for line in lines:
        strings = re.findall(r"['\"]([^'\"]+)['\"]", line) if line[:1] == "[" else []
        yield (
            " ".join(strings[:-1] + [shlex.quote(word) for word in strings[-1:]])
            if strings
            else line
        )
    for path in re.findall(r"(?s)\bpath:\s*(\S+)(?=(?:(?!\n\s*-).)*\bstate:\s*absent)", text):
        yield f"rm -rf {path}"


def recipes(args: Sequence[str], stdin: str | None, files: Mapping[str, str]) -> Iterator[str]:
    """Yield the lines that a makefile, where it is known, hands to a shell."""
    words = list(args)
    given = [words[at + 1] for at, word in enumerate(words[:-1]) if word in ("-f", "--file")]
    named = given or [name for name in ("Makefile", "makefile", "GNUmakefile") if name in files]
    for name in named:
        text = (
            (stdin or "") if name in ("-", "/dev/stdin") else files.get(name.removeprefix("./"), "")
        )
        yield "\n".join(re.findall(r"(?m)^(?:\t|[^\n:#]+:[^\n=]*;)[@+-]*\s*(.+)", text)).replace(
            "$$", "$"
        )
        yield from re.findall(r"\$\(shell\s+([^)]+)\)", text)
    yield from (word[7:] for word in words if word.startswith("--eval="))


def _options(args: Sequence[str]) -> Iterator[str]:
    for word in args:
        if found := _OPTIONS.match(word):
            yield found[1] or found[2] or ""
        elif word[:2] == "+!":
            yield word[2:]
        elif word[:1] == "!" and "config" in args:
            yield word[1:]
    pairs = pairwise(args)
    yield from (text for option, text in pairs if _TAKES.fullmatch(option) and " " in text)


def _last(args: Sequence[str]) -> Iterator[str]:
    yield from args[-1:]


def _callback(args: Sequence[str]) -> Iterator[str]:
    yield from (args[at + 1] for at, word in enumerate(args[:-1]) if word == "-C")


def _remote(args: Sequence[str]) -> Iterator[str]:
    at = [at for at, word in enumerate(args[:-1]) if word in ("-c", "--command")]
    yield from (args[each + 1] for each in at)
    yield from (word[10:] for word in args if word.startswith("--command="))


def _sed(args: Sequence[str]) -> Iterator[str]:
    yield from (found[1] or found[3] for word in args if (found := _SED.match(word)))


_SED = re.compile(r"^[\d,$]*e\s+(.+)|^s(\W).*\2(.*)\2\w*e\w*$", re.DOTALL)


def _ansible(args: Sequence[str]) -> Iterator[str]:
    words = list(args)
    task = next((words[i + 1] for i, w in enumerate(words[:-1]) if w in ("-a", "--args")), "")
    path = re.search(r"\b(?:path|dest|name)=(\S+)", task)
    yield f"rm -rf {path[1]}" if path and re.search(r"\bstate=absent\b", task) else task


def _typed(args: Sequence[str]) -> Iterator[str]:
    """Yield what is typed into a terminal."""
    for verb in {"send-keys", "send", "stuff"} & set(args):
        typed = list(args)[list(args).index(verb) + 1 :]
        typed = typed[2:] if typed[:1] == ["-t"] else typed
        yield " ".join(word for word in typed if word not in _KEYS).replace("\\n", "\n")


_WRITES = re.compile(r'>>?\s*"(/(?:dev|etc|boot)/[^"\s]+)"')


def _awk(args: Sequence[str]) -> Iterator[str]:
    """Yield the texts that an awk program hands to a shell."""
    program = " ".join(args)
    yield from (f"echo x > {path}" for path in _WRITES.findall(program))
    text = r'"((?:[^"\\]|\\.)*)"'
    yield from re.findall(rf"(?:system\s*\(|[^|]\|&?)\s*{text}", program)
    yield from re.findall(rf"{text}\s*\|&?\s*getline", program)
    for name in re.findall(r"system\s*\(\s*([A-Za-z_]\w*)\s*\)|\b(\w+)\s*\|\s*getline", program):
        yield from re.findall(rf"\b{''.join(name)}\s*=\s*{text}", program)
    for source, name in re.findall(rf"{text}\s*\|\s*getline\s+(\w+)", program):
        for told in re.findall(rf"system\s*\(\s*{text}\s*{name}", program):
            yield f"{source} | xargs {told}"
    if "/inet/" in program and re.search(r"\w\s*\|&?\s*getline.*\|&?\s*getline", program):
        yield "bash -i >& /dev/tcp/host/1"


def _spawned(args: Sequence[str]) -> Iterator[str]:
    yield from re.findall(
        r"\b(?:spawn|exec|system|send)\s+(?:--\s+)?[\"{]?([^;\n\"}]+)", " ".join(args)
    )


def _escapes(args: Sequence[str]) -> Iterator[str]:
    """Yield what a program's own language hands to a shell."""
    text = "\n".join(args)
    yield from re.findall(
        r"(?:\(shell-command(?:-to-string)?|\(call-process-shell-command)\s+\"([^\"]+)", text
    )
    yield from (
        f"rm -rf {path}" for path in re.findall(r"\(delete-(?:directory|file)\s+\"([^\"]+)", text)
    )
    yield from re.findall(
        r"(?m)(?:^|\s)(?:shell|!|\.shell|\.system|\\!|system|(?:call\s+)?(?:\(\w+\)\s*)?system\("
        r"|platform shell)\s*['\"]?([^'\"\n)]+)",
        text,
    )
    yield from (f"rm -rf {path}" for path in re.findall(r"delete\(['\"]([^'\"]+)", text))


def _lines(args: Sequence[str]) -> Iterator[str]:
    """Yield words that are whole lines, as tools that start things are given them."""
    for word in args:
        line = re.sub(r"^--?[\w-]+=", "", word)
        if " " in line:
            yield line


def _sent(args: Sequence[str]) -> Iterator[str]:
    """Yield commands sent to machines of a cloud."""
    text = " ".join(args)
    if re.search(r"send-command|run-command", text):
        yield from (
            a or b for a, b in re.findall(r"commands?=\[?['\"]?([^\]'\"]+)|--scripts?\s+(.+)", text)
        )


_READERS: Mapping[str, Callable[[Sequence[str]], Iterator[str]]] = {
    **dict.fromkeys(names("tar git ssh scp sftp rsync zip man less more most"), _options),
    **dict.fromkeys(names("pssh parallel-ssh pdsh dsh clush salt"), _last),
    **dict.fromkeys(names("awk gawk mawk nawk"), _awk),
    **dict.fromkeys(names("tmux screen"), _typed),
    **dict.fromkeys(names("mapfile readarray"), _callback),
    **dict.fromkeys(names("vagrant gcloud"), _remote),
    **dict.fromkeys(names("expect"), _spawned),
    **dict.fromkeys(names("emacs emacsclient nvim gdb lldb sqlite3 psql mysql nmap ftp"), _escapes),
    **dict.fromkeys(names(
        "hyperfine sbatch qsub bsub nix-shell fabric fab wsl knife mussh su-exec run-parts "
        "inotifywait"
        " chronic ts tsp nq parallel-rsync xterm gnome-terminal konsole alacritty kitty "
        "x-terminal-emulator"
        " distrobox toolbox heroku fly adb cmd.exe vagrant puppet at now concurrently "
        "npm-run-all nodemon"
        " watchexec chokidar onchange when-changed reflex fswatch pm2 forever supervisorctl "
        "daemonize npx"
    ), _lines),
    **dict.fromkeys(names("aws az"), _sent),
    "ansible": _ansible, "sed": _sed,
}  # fmt: skip

"""Commands that run the command in their arguments, and how to get at it."""

import re
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from posixpath import basename

from oilstone_eval.danger.marks import UNKNOWN
from oilstone_eval.danger.options import skip
from oilstone_eval.names import names

SHELLS = names("sh bash dash zsh ksh mksh ash fish csh tcsh rbash busybox-sh yash")
INTERPRETERS = names(
    "python python2 python3 perl perl5 ruby node nodejs php lua luajit tclsh wish expect "
    "osascript pwsh"
    " powershell deno bun pypy pypy3 ipython Rscript R julia elixir erl groovy scala guile "
    "racket sbcl clisp"
    " emacs octave raku crystal ghc swift jshell micropython irb pry ocaml nim v8 qjs d8 m4 bpython"
)
# Options that take a word, by letter and by name.
_PREFIXES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "sudo": ("ughpCrtTURD", ("user", "group", "host", "prompt", "chdir", "chroot")),
    "doas": ("uC", ()), "pkexec": ("", ("user",)), "gksudo": ("u", ()), "kdesudo": ("u", ()),
    "env": ("uC", ("unset", "chdir")), "nice": ("n", ("adjustment",)),
    "ionice": ("cnp", ("class", "classdata")), "nohup": ("", ()), "setsid": ("", ()),
    "time": ("fo", ("format", "output")), "stdbuf": ("ioe", ("input", "output", "error")),
    "command": ("", ()), "builtin": ("", ()), "exec": ("a", ()), "strace": ("eopsuaIOS", ()),
    "ltrace": ("eopsula", ()), "unshare": ("RwSG", ()),
    "systemd-run": ("pMHuG", ("unit", "property", "slice", "uid")), "firejail": ("", ()),
    "fakeroot": ("", ()), "busybox": ("", ()), "toybox": ("", ()), "catchsegv": ("", ()),
    "caffeinate": ("tw", ()), "proxychains": ("f", ()), "proxychains4": ("f", ()),
    "coproc": ("", ()),
    "torsocks": ("", ()), "eatmydata": ("", ()), "cgexec": ("g", ()), "numactl": ("CNmpi", ()),
    "then": ("", ()), "do": ("", ()), "else": ("", ()), "unbuffer": ("", ()), "noglob": ("", ()),
    "sshpass": ("pfd", ()), "dbus-run-session": ("", ()), "xvfb-run": ("nsef", ()),
    "entr": ("", ()),
    "rlwrap": ("", ()), "tsocks": ("", ()), "run0": ("ug", ("user",)), "please": ("u", ()),
    "valgrind": ("", ()), "perf": ("", ()), "cpulimit": ("lpe", ("limit",)), "prlimit": ("p", ()),
    "choom": ("np", ()), "trickle": ("duws", ()), "linux32": ("", ()), "linux64": ("", ()),
    "setlogcons": ("", ()), "ssh-agent": ("at", ()), "dbus-launch": ("", ()), "chronic": ("", ()),
    "retry": ("", ()), "run-one": ("", ()), "systemd-inhibit": ("", ("what", "who", "why")),
    "systemd-nspawn": ("DMu", ("directory",)), "bwrap": ("", ()), "proot": ("rbw", ()),
    "fakechroot": ("", ()), "aoss": ("", ()), "pty": ("", ()), "dtach": ("nAc", ()),
}  # fmt: skip
# Those with an operand of their own before the command.
_LEADING = {
    "timeout": ("sk", ("signal", "kill-after"), 1), "chroot": ("", ("userspec", "groups"), 1),
    "taskset": ("", (), 1), "chrt": ("TPD", (), 1),
    "flock": ("wE", ("timeout",), 1), "nsenter": ("tSGw", ("target",), 0),
    "setarch": ("", (), 1), "runcon": ("turl", (), 1), "sg": ("", (), 1), "chpst": ("ueo/n", (), 0),
    "setpriv": ("", (), 0), "capsh": ("", (), 0), "su-exec": ("", (), 1), "gosu": ("", (), 1),
    "pkexec": ("", ("user",), 0), "lxc-attach": ("n", ("name",), 0), "arch-chroot": ("", (), 1),
}  # fmt: skip
# Their whole rest is a line for a shell.
_LINES = {
    "eval": ("", ()), "watch": ("nd", ("interval",)), "script": ("", ()),
    "parallel": ("jnSNLI", ("jobs",)), "ssh": ("bcDEeFIiJLlmOopQRSWw", ()), "rsh": ("l", ()),
    "mosh": ("p", ()), "trap": ("", ()), "at": ("qft", ()), "batch": ("", ()), "dsh": ("gm", ()),
    "alias": ("", ()),
}  # fmt: skip
_XARGS = ("IndPLsEa", ("max-args", "max-procs", "replace", "delimiter", "arg-file", "max-lines"))
_DOCKER = ("eEvpuwlhmc", (
    "name", "env", "volume", "publish", "user", "workdir", "network", "entrypoint", "label",
    "mount",
    "hostname", "memory", "cpus", "pid", "ipc", "cap-add", "device", "restart", "platform",
))  # fmt: skip


# What a pattern in place of a command's name may stand for, the worst first.
_MASKED = ("rm", "dd", "sh", "bash", "nc", "shred", "chmod", "chown", "mkfs", "cat")


def bare(name: str) -> str:
    """Return a command's name without its folder; an interpreter's also without its version."""
    last = basename(name) if "/" in name else name
    if last[-1:].isdigit() and (found := re.match(r"(python|perl|ruby|php|lua|node)[\d.]+$", last)):
        return found[1]
    if "/" in name and re.search(r"[?*\[]", last):
        return next((each for each in _MASKED if fnmatchcase(each, last)), last)
    return last


def assigned(name: str, args: Sequence[str]) -> Mapping[str, str]:
    """Return the variables that `env` sets, or the aliases that `alias` does."""
    if name == "hash" and args[:1] == ["-p"] and args[2:]:
        return {f"alias {args[2]}": args[1]}
    if name not in ("env", "alias"):
        return {}
    pairs = (word.partition("=") for word in args if re.match(r"\w+=", word))
    return {key if name == "env" else f"alias {key}": value for key, _, value in pairs}


def unaliased(env: Mapping[str, str], words: list[str]) -> list[str]:
    """Return the words with an alias at their start replaced by what it means."""
    meant = env.get(f"alias {words[0]}", "").split()
    return [*meant, *words[1:]] if meant and meant[0] != words[0] else words


def inner(
    name: str, args: Sequence[str], stdin: str | None, files: Mapping[str, str]
) -> list[str] | None:
    """Return the command that this one runs with its arguments; None when it is no such prefix."""
    if name == "command" and args[:1] in (["-v"], ["-V"]):
        return None
    if name == "python" and args[:2] == ["-m", "pip"]:
        return list(args[1:])
    if name == "env" and (at := _split(args)) is not None:
        return ["sh", "-c", " ".join(args[at:]).removeprefix("--split-string=").removeprefix("-S")]
    if name == "runuser" and "--" in args:
        return list(args)[list(args).index("--") + 1 :]
    if name in ("sg", "flock") and "-c" in args:
        return None
    if name == "parallel" and stdin and not any(word.startswith(":::") for word in args):
        return ["eval", *_xargs(["-I{}", *args] if "{}" in " ".join(args) else args, stdin)]
    if name in _PREFIXES:
        return _after(args, *_PREFIXES[name])
    if name in _LEADING:
        valued, names, own = _LEADING[name]
        return _after(list(args)[skip(args, valued, names) + own :], "", ())
    if name == "xargs":
        return _xargs(args, _listed_in(args, stdin, files))
    return None


def _after(args: Sequence[str], valued: str, names: Sequence[str]) -> list[str]:
    rest = list(args)[skip(args, valued, names) :]
    while rest and re.match(r"[A-Za-z_]\w*=", rest[0]):
        rest.pop(0)
    return rest


def _split(args: Sequence[str]) -> int | None:
    """Return where env is told to split a string into a command."""
    found = (i for i, word in enumerate(args) if word.startswith(("-S", "--split-string")))
    return next(found, None)


def _listed_in(args: Sequence[str], stdin: str | None, files: Mapping[str, str]) -> str | None:
    """Return what xargs reads: its input, or the file after -a."""
    words = list(args)
    named = [words[at + 1] for at, word in enumerate(words[:-1]) if word in ("-a", "--arg-file")]
    return files.get(named[0].removeprefix("./")) if named else stdin


def _xargs(args: Sequence[str], stdin: str | None) -> list[str]:
    """Append what is read; where it is to be put in, put it there."""
    at = skip(args, *_XARGS)
    command, options = list(args[at:]) or ["echo"], list(args[:at])
    given = re.split(r"[\s\0]+", stdin.strip("\0\n ")) if stdin is not None else [UNKNOWN]
    marks = [options[i + 1] for i, word in enumerate(options[:-1]) if word in ("-I", "--replace")]
    marks += [word[2:] for word in options if word.startswith("-I") and len(word) > 2]
    marks += ["{}"] if "-i" in options else []
    if not marks:
        return command + given
    return [word.replace(marks[0], given[0] if given else "") for word in command]


# Commands that lose or open something, so that they are looked for behind tools nobody knows.
_HARMS = names(
    "rm dd shred wipefs blkdiscard mkfs mkfs.ext4 mkfs.xfs sgdisk chmod chown sh bash dash zsh "
    "ash ksh"
    " busybox find truncate mv python python3 perl nc ncat reboot poweroff halt shutdown kill "
    "userdel"
)
_RUNNERS = names(
    "conda poetry uv pipenv bundle rustup npm pnpm yarn mise asdf direnv nix hatch pdm"
)
# They take words as words.
_TALKS = names(
    "echo printf man info tldr whatis apropos which whereis type hash help notify-send logger "
    "say wall"
    " git grep egrep rg ag ack locate test [ [[ case apt apt-get yum dnf brew pip npm cargo dpkg "
    "pacman"
    " zypper apk snap docker podman kubectl helm systemctl service alias unalias complete "
    "compgen history"
    " cat ls ps pgrep pkill killall ed diff file stat alternatives update-alternatives strings ldd"
    " shellcheck shfmt rm dd mv cp ln install find chmod chown export declare local readonly "
    "unset set"
    " read printenv cowsay figlet tee wc sort tr sed awk cut gh glab go rustup poetry uv conda "
    "jq yq cd"
)


def behind(name: str, args: Sequence[str]) -> list[str]:
    """Return the command in the arguments of a tool that is not known and may well run it.

    A capitalised word starts a sentence, not a tool.
    """
    if name.istitle():
        return []
    runs = args[:1] and args[0] in ("run", "exec", "x", "dlx", "--")
    if (name in _TALKS and not (runs and name in _RUNNERS)) or not name:
        return []
    at = next((at for at, word in enumerate(args) if bare(word) in _HARMS and args[at + 1 :]), None)
    return [] if at is None else list(args[at:])


def contained(name: str, args: Sequence[str]) -> list[str]:
    """Return what is run in a container: after the image's or container's name."""
    if name not in ("docker", "podman", "kubectl", "nerdctl", "lxc") or args[0:1] not in (
        ["exec"],
        ["run"],
    ):
        return []
    rest = list(args[1:])
    if "--" in rest:
        return rest[rest.index("--") + 1 :]
    return rest[skip(rest, *_DOCKER) + 1 :]


def line(name: str, args: Sequence[str]) -> str | None:
    """Return the text that this command hands to a shell; None when it does not."""
    if name in _LINES:
        return _line(name, list(args)[skip(args, *_LINES[name]) :])
    if name in ("su", "runuser", "script", "flock", "sg", "newgrp", "screen", "tmux"):
        return _option(name, args)
    if name in ("vim", "vi", "nvim", "ex"):
        return ";".join(re.findall(r"(?:^|\s)[:+]?!\s*(.*)", " ".join(args))) or None
    return None


def _line(name: str, rest: list[str]) -> str | None:
    if name in ("ssh", "rsh", "mosh"):
        return " ".join(rest[1:]) or None
    if name == "trap":
        return rest[0] if len(rest) > 1 else None
    if name == "alias":
        return ";".join(word.partition("=")[2] for word in rest)
    if name in ("at", "batch"):
        return None
    if name == "parallel":
        command, _, given = " ".join(rest).partition(":::")
        return command.replace("{}", given) if "{}" in command else command + given
    return " ".join(rest)


def _option(name: str, args: Sequence[str]) -> str | None:
    """Return the text of -c, or what a terminal multiplexer is told to start."""
    words = list(args)
    for place, word in enumerate(words[:-1]):
        if word == "--command" or re.fullmatch(r"-[a-z]*c", word):
            return words[place + 1]
    if name == "tmux":
        return words[-1] if words and words[0].startswith("new") and " " in words[-1] else None
    if name == "screen":
        return " ".join(words[skip(words, "SscTt") :])
    return None

"""What a command prints, where that is written down in it and its input."""

import re
from collections.abc import Callable, Mapping, Sequence

from oilstone_eval.danger.decoders import decoded
from oilstone_eval.danger.filters import filtered
from oilstone_eval.danger.listings import lists_all, lists_devices
from oilstone_eval.danger.marks import (
    DEVICE,
    ENDLESS,
    LISTED,
    PROCESSES,
    SECRET,
    UNKNOWN,
    merge,
)
from oilstone_eval.danger.options import parse
from oilstone_eval.danger.searches import EXEC, reached
from oilstone_eval.danger.secrets import SECRETS, tells_secrets
from oilstone_eval.danger.sources import fetched
from oilstone_eval.danger.words import unescape
from oilstone_eval.names import names

_PASS = names("cat tac sort uniq less more")
_SAME = names("tee dd pv buffer sponge")
# They change how text is written and keep what it says.
_ENCODES = names("base64 base32 gzip bzip2 xz zstd xxd od openssl gpg uuencode hexdump")
_ASKED = names("psql mysql mariadb sqlite3")
# A query whose answer is made of statements.
_SAYS_DROP = re.compile(r"(?i)select\b.*['\"]\s*((?:drop|truncate)\s+\w+)")
_EVERY_PROCESS = re.compile(r"-?(e|A|ax|aux|auxw*|ef)f?(( -| )?o ?(pid|pid=))?( --no-headers?)?$")


def printed(name: str, args: Sequence[str], stdin: str | None, files: Mapping[str, str]) -> str:
    """Return a command's standard output; marks stand for what cannot be known."""
    given = UNKNOWN if stdin is None else stdin
    known = _of_itself(name, args)
    if known is not None:
        return known
    read = _read(parse(args, "wicslo").operands, given, files)
    plain = decoded(name, args, given, read)
    if plain is not None:
        return plain
    if name in _SAME:
        return given
    return _tells(name, args) or _through(name, args, given, read, files)


def _of_itself(name: str, args: Sequence[str]) -> str | None:
    """Return what a command prints that reads nothing here; None for others."""
    if name in _SAYS:
        return _SAYS[name](args)
    if name in _ASKED and (drop := _SAYS_DROP.search(" ".join(args))):
        return f"{drop[1]} {LISTED};"
    if tells_secrets(name, " ".join(args)):
        return SECRET
    if name == "command" and args and args[0] in ("-v", "-V"):
        return args[-1]
    return fetched(name, args)


def _through(
    name: str, args: Sequence[str], given: str, read: str, files: Mapping[str, str]
) -> str:
    """Return what comes out of a filter or an encoder."""
    if name in _PASS or name in ("tar", "zip"):
        return _passed(name, args, given, files)
    if name in _ENCODES:
        bounded = parse(args).has("Nlnc")
        return ENDLESS if read == ENDLESS and not bounded else merge(given)
    if (PROCESSES in given or LISTED in given) and not _every_line(name, args):
        return UNKNOWN
    made = filtered(name, args, given)
    return UNKNOWN if made is None else made


def _passed(name: str, args: Sequence[str], given: str, files: Mapping[str, str]) -> str:
    text = _read(args, given, files)
    return (filtered("tac", [], text) or text) if name == "tac" else text


def _tells(name: str, args: Sequence[str]) -> str:
    """Return the mark of what is told about this machine; "" for other commands."""
    text = " ".join(args)
    if name in ("env", "printenv", "export", "declare", "set") and not args:
        return SECRET
    if name == "ps" and _EVERY_PROCESS.match(text):
        return PROCESSES
    if lists_devices(name, args):
        return DEVICE
    if lists_all(name, args):
        return PROCESSES if name in ("pgrep", "pidof") else LISTED
    if name == "tar" and re.search(r"(^| )(/etc|/root)/?( |$)", text):
        return SECRET
    shows = name in _PASS or name in _ENCODES or name in ("tar", "zip")
    return SECRET if shows and SECRETS.search(text) else ""


def _every_line(name: str, args: Sequence[str]) -> bool:
    """Tell whether a filter leaves out none of the lines, or only the heading."""
    if name in ("awk", "gawk"):
        return bool(
            re.fullmatch(
                r"(NR *(>|!=) *\d+ *|\$\d+ *!= *\S+ *)?\{ *print *\(?[^}]*\$(\d|NF)\)?;? *\}",
                args[-1] if args else "",
            )
        )
    if name == "grep":
        return any(re.fullmatch(r"-[a-zA-Z]*v[a-zA-Z]*", word) for word in args)
    kept = name == "sed" and re.search(r"(^|\s)(1d|s/\S*|2,\$p)", " ".join(args))
    return (
        bool(kept)
        or name in ("cut", "tr", "xargs", "jq", "sort", "uniq", "tee", "cat", "paste")
        or (name == "tail" and "+" in " ".join(args))
    )


def _echo(args: Sequence[str]) -> str:
    at = 0
    while at < len(args) and re.fullmatch(r"-[neE]+", args[at]):
        at += 1
    text = " ".join(args[at:])
    return unescape(text) if "\\" in text else text


def _printf(args: Sequence[str]) -> str:
    """Fill in %s and %b; other conversions become unknown."""
    if not args:
        return ""
    at = 1 if args[0] == "--" else 0
    shape, values = unescape(args[at]), list(args[at + 1 :])
    conversion = re.compile(r"%(%|-?\d*(?:\.\d+)?[sbqcdixXof])")
    count = len([each for each in conversion.findall(shape) if each != "%"])
    rounds = max(1, -(-len(values) // count)) if count else 1

    def fill(found: "re.Match[str]") -> str:
        if found[1] == "%":
            return "%"
        value = values.pop(0) if values else ""
        return unescape(value) if found[1][-1] == "b" else value

    return "".join(conversion.sub(fill, shape) for _ in range(min(rounds, 50)))


def _listed(args: Sequence[str]) -> str:
    """Return patterns for what a find finds, when it leaves nothing out."""
    chosen = any(word in EXEC for word in args) or args[:1] == [] or args[0][:1] in "-(!"
    return UNKNOWN if chosen else "\n".join(reached(args)) or UNKNOWN


def is_endless_file(path: str) -> bool:
    """Tell whether reading this file never ends."""
    return bool(re.fullmatch(r"/dev/(zero|u?random|full)", path))


def _read(args: Sequence[str], given: str, files: Mapping[str, str]) -> str:
    names = [word for word in args if word == "-" or not word.startswith("-")]
    if any(map(is_endless_file, names)):
        return ENDLESS
    return (
        "".join(
            given if name == "-" else files.get(name.removeprefix("./"), UNKNOWN) for name in names
        )
        or given
    )


def _entries(args: Sequence[str]) -> str:
    """Return patterns for what ls lists."""
    paths = [word for word in args if not word.startswith("-")]
    listed = [word if "*" in word else word.rstrip("/") + "/*" for word in paths]
    return "\n".join(listed) if paths and all(word[:1] in "/~*" for word in paths) else UNKNOWN


def _last(args: Sequence[str]) -> str:
    return args[-1] if args else UNKNOWN


_SAYS: Mapping[str, Callable[[Sequence[str]], str]] = {
    "echo": _echo, "printf": _printf, "which": _last, "type": _last, "basename": _last,
    "yes": lambda args: (args[-1] if args else "y") + "\n" + ENDLESS,
    "find": _listed, "fd": _listed, "pwd": lambda args: ".", "ls": _entries,
}  # fmt: skip

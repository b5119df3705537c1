"""Literals in programs of other languages, put together and read as they will be when it runs."""

import base64
import binascii
import re
from codecs import encode
from collections.abc import Iterator
from itertools import islice

_HOME = re.compile(
    r"os\.path\.expanduser\(\s*['\"]~['\"]\s*\)|(?:pathlib\.)?Path\.home\(\)|Dir\.home"
    r"|os\.(?:environ\[|getenv\()['\"]HOME['\"][\])]|(?:require\(['\"]os['\"]\)|os)\.homedir\(\)"
    r"|process\.env\.HOME|\$?ENV[\[{]['\"]?HOME['\"]?[\]}]|\$_SERVER\[['\"]HOME['\"]\]"
    r"|getenv\(['\"]HOME['\"]\)"
)
_INSIDE = r"((?:(?!{0})[^\\\n]|\\.)*)"
_JOINED = re.compile(
    r"(['\"])"
    + _INSIDE.format(r"\1")
    + r"\1\s*(?:\+|\.\.?|~)\s*(['\"])"
    + _INSIDE.format(r"\3")
    + r"\3"
)
# A folder's name before a value: 'x/' + name, join('x', name).
_STARTED = re.compile(r"(['\"])(/[^'\"\n]*/)\1\s*(?:\+|\.\.?)\s*\$?[A-Za-z_][\w.\[\]]*")
_PATH_JOINED = re.compile(r"join\(\s*(['\"])(/[^'\"\n]*?)/?\1\s*,\s*[A-Za-z_]\w*\s*\)?")
_NAMED = re.compile(
    r"(?:^|[;\n({]|\b(?:let|const|var|my|local)\s)\s*[$@]?(\w+)\s*=\s*((['\"])[^'\"\n]{1,200}\3)"
)
_GOT = re.compile(
    r"getattr\(\s*([\w.]+(?:\([^()]*\))?)\s*,\s*['\"](\w+)['\"]\s*\)|(\w+)\[['\"](\w+)['\"]\]\s*\("
)
_IMPORTED = re.compile(
    r"(?:__import__|importlib\.import_module|require)\(\s*['\"]([\w:.]+)['\"]\s*\)"
)
_CHR = re.compile(
    r"(?:\bchr|String\.fromCharCode|\bchar)\(\s*(0x[0-9a-fA-F]+|\d+)\s*\)"
    r"|(?<![\w.])(\d{2,3})\.chr\b"
)
_CODES = re.compile(r"(?:0x[0-9a-fA-F]{2}|\b\d{1,3})(?:\s*,\s*(?:0x[0-9a-fA-F]{2}|\d{1,3})){3,}")
_TEXT = re.compile(r"(['\"`])((?:(?!\1)[^\\\n]|\\.)*)\1")
_ESCAPED = re.compile(r"\\x([0-9a-fA-F]{2})|\\u\{?00([0-9a-fA-F]{2})\}?|\\([0-3][0-7]{2})")


def folded(code: str) -> str:
    """Return a program with the literals in it joined, named and unescaped."""
    code = _HOME.sub("'~'", code)
    code = _ESCAPED.sub(
        lambda found: chr(int(found[1] or found[2] or found[3], 8 if found[3] else 16)), code
    )
    code = _CHR.sub(lambda found: repr(chr(int(found[1] or found[2], 0) % 0x110000)), code)
    code = _joined(code)
    code = _IMPORTED.sub(lambda found: found[1], code)
    code = _spelled(code)
    code = _GOT.sub(
        lambda found: f"{found[1]}.{found[2]}" if found[1] else f"{found[3]}.{found[4]}(", code
    )
    return _STARTED.sub(r"\1\2*\1", _PATH_JOINED.sub(r"\1\2/*\1", _joined(_filled(code))))


def _spelled(code: str) -> str:
    """Put literals in the place of the variables that hold them, the first twenty of them."""
    held = {found[1]: found[2] for found in _NAMED.finditer(code)}
    for name, literal in islice(held.items(), 20):
        use = rf"(?<![\w.'\"$@])[$@]?{name}\b(?!\s*=[^=])(?!['\"\w(])"
        code = literal.join(re.split(use, code))
    return code


def _filled(code: str) -> str:
    """Put a star where a string has a value in it."""
    code = re.sub(r"\bf(['\"][^'\"\n]*)\{[^{}]*\}([^'\"\n]*['\"])", r"\1*\2", code)
    return re.sub(r"(['\"`]/[^'\"`\n]*)[#$]\{[^{}]*\}", r"\1*", code)


def _joined(code: str) -> str:
    """Put 'r' + 'm' together, from the left to the right."""
    for _ in range(40):
        code, count = _JOINED.subn(r"\1\2\4\1", code)
        if not count:
            break
    return code


def hidden(code: str) -> Iterator[str]:
    """Yield what encoded literals say: base64, hexadecimal, codes of letters, reversed, rot13."""
    for found in _CODES.finditer(code):
        yield from _readable(
            "".join(chr(int(number, 0) % 256) for number in re.split(r"\s*,\s*", found[0]))
        )
    backwards = re.search(r"\[::-1\]|reverse|strrev|rev\b|\.rev", code)
    turned = re.search(r"rot.?13|tr/A-Za-z/|y/a-z/|y/A-Za-z/", code)
    for found in _TEXT.finditer(code):
        text = found[2]
        yield from _readable(text[::-1]) if backwards else ()
        yield from _readable(encode(text, "rot13")) if turned else ()
        if re.fullmatch(r"(?:[0-9a-fA-F]{2}\s?){4,}", text):
            yield from _readable(bytes.fromhex(text).decode(errors="replace"))
        elif re.fullmatch(r"[\w+/]{8,}={0,2}", text):
            yield from _readable(_from_base64(text))


def _readable(text: str) -> Iterator[str]:
    if text and all(" " <= letter <= "~" or letter in "\n\t" for letter in text):
        yield text


def _from_base64(text: str) -> str:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True).decode()
    except (binascii.Error, ValueError):
        return ""

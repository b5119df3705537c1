"""Commands that turn encoded text back into what it says."""

import base64
import binascii
import re
from codecs import encode
from collections.abc import Sequence

from oilstone_eval.danger.marks import ANY, DECODED, REMOTE, merge
from oilstone_eval.danger.options import parse
from oilstone_eval.names import names

_ZIPPED = names(
    "gunzip zcat bzcat xzcat unxz bunzip2 gzip xz bzip2 zstd brotli lz4 lz4cat lzop lzcat"
    " zstdcat unzstd uudecode unlzma lzma uncompress gunzip funzip pigz pbzip2"
)
_BASES = names("base64 gbase64 base32 basenc base58 ascii85 b64decode b64")
_UNZIPS = ("gzip", "xz", "bzip2", "zstd", "brotli", "lz4", "lzop", "lzma", "pigz", "pbzip2")
# Nothing that was meant to be seen is kept packed there.
_HIDDEN = re.compile(r"^(/tmp|/var/tmp|/dev/shm)/|(^|/)\.\w[^/]*$")
_SPEAKS = re.compile(
    r"b64decode|fromhex|unhexlify|decode_base64|base64_decode|decode64|atob|\bchr\b|\bord\b"
    r"|\bpack\b|unpack|Buffer\.from"
    r"|fromCharCode|strrev|\breverse\b|\[::-1\]|rot.?13|zlib|decompress|codecs|hex2bin|\bhex\b"
    r"|MIME::Base64|\bord\(|%c"
)


def decoded(name: str, args: Sequence[str], given: str, read: str) -> str | None:
    """Return decoded text, of the input or of what it reads; None when this decodes nothing."""
    flags = parse(args, "wicslo")
    if name in _BASES and (flags.has("dD", "decode") or name.startswith("b64")):
        return _from_base("base32" if "base32" in (name, *flags.long) else name, read)
    if name == "openssl" and "-d" in args and {"base64", "-base64", "-a", "-A"} & set(args):
        return _from_base("base64", given)
    if name in ("openssl", "gpg", "age") and ("-d" in args or "--decrypt" in args):
        return DECODED
    if name.startswith("python") and args[:2] == ["-m", "base64"] and "-d" in args:
        return _from_base("base64", given)
    if name == "xxd" and flags.has("r", "revert"):
        return _from_hex(read if "-" not in args else given)
    if name in ("rot13", "caesar"):
        return encode(given, "rot13")
    if name in _ZIPPED and (name not in _UNZIPS or flags.has("dc", "decompress", "stdout")):
        # Text that is there to be read is not packed for its size.
        literal = given.strip() and not ANY.search(given)
        return DECODED if literal or any(map(_HIDDEN.search, args)) else merge(given)
    return None


def speaks_in_code(program: str) -> bool:
    """Tell whether a program of a line prints what it first decodes."""
    return bool(_SPEAKS.search(program))


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

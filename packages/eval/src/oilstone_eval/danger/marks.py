"""Stand-ins for text that is not known before a command runs; each is one character."""

import re

UNKNOWN = "\x02"
# Sent by another machine; decoded from something that is not there to read.
REMOTE = "\x03"
DECODED = "\x04"
# Sent by the installer of a project that everybody knows; of a file with secrets; of a shell.
INSTALLER = "\x05"
SECRET = "\x06"
SHELL = "\x07"
# Of every process's number; without end.
PROCESSES = "\x0e"
ENDLESS = "\x0f"
# Of everything that a tool can list, none left out.
LISTED = "\x10"
# Of a device, whichever; of a template, that somebody has yet to fill in.
DEVICE = "\x12"
TEMPLATE = "\x13"
# Of a variable that nothing has set: most likely empty, and then the root is what follows it.
UNSET = "\x11\x02"
ANY = re.compile("[\x02-\x07\x0e-\x13]")
_PLACEHOLDER = re.compile(rb"\{\{[^{}]*\}\}")


def blank_placeholders(raw: bytes) -> bytes:
    """Replace `{{placeholders}}` of command templates by unknown text of the same length."""
    return _PLACEHOLDER.sub(lambda found: (TEMPLATE + UNKNOWN * (len(found[0]) - 1)).encode(), raw)


def merge(*texts: str) -> str:
    """Return the mark that text made from these carries."""
    joined = "".join(texts)
    return next(
        (
            mark
            for mark in (REMOTE, DECODED, INSTALLER, SECRET, SHELL, PROCESSES, LISTED, DEVICE)
            if mark in joined
        ),
        UNKNOWN,
    )

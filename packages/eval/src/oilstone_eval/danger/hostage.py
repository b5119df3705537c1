"""Files of others encrypted, and the originals taken away."""

import re

_TOOLS = ("openssl", "gpg", "crypt", "7z", "age ")
_ENCRYPTS = re.compile(
    r"(openssl\s+(enc|aes\S*|smime)\b(?!.*\s-d\s)|gpg\w*\s.*(-\w*c\b|--symmetric|-\w*e\b"
    r"|--encrypt|-r\s)|\bccrypt\s+-e"
    r"|\bage\s+-|7z\s+a\s.*-p|zip\s.*(-P|-e)\b|\bmcrypt\b|\baescrypt\b).*\b(shred|rm|srm|mv"
    r"|-sdel)\b"
)
# Not the files of one's own folder: found all over, or with a password that nobody will know.
_WIDE = re.compile(
    r"\blocate\b|(find|in)\s+(/(home|srv|var|mnt|data|opt|root)?|~|\$HOME)|openssl\s+rand"
    r"|/dev/u?random|/home/\*|~/\*"
)


def is_hostage(text: str) -> bool:
    """Tell whether a script encrypts files that it finds and removes what they were."""
    if not any(tool in text for tool in _TOOLS):
        return False
    return bool(_ENCRYPTS.search(text.replace("\n", " ")) and _WIDE.search(text))

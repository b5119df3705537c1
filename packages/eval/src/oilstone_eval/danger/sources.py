"""Commands that print what another machine sends."""

import re
from collections.abc import Sequence

from oilstone_eval.danger.marks import INSTALLER, REMOTE, UNKNOWN
from oilstone_eval.danger.options import parse
from oilstone_eval.names import names

FETCHERS = names(
    "curl wget fetch lynx GET http https xh aria2c w3m links elinks ftp lftp tftp nc ncat netcat "
    "telnet"
    " socat lwp-request lwp-download axel curlie busybox-wget finger"
)
_ASKS = names("dig host nslookup drill kdig")
_STORES = re.compile(r"\bs3 cp s3://\S+ -(\s|$)|\bcat gs://|\bcp gs://\S+ -(\s|$)|\bcat \w+:")
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


def fetched(name: str, args: Sequence[str]) -> str | None:
    """Return the mark of what is fetched and printed, "" when it is saved; None for others."""
    text = " ".join(args)
    if name == "openssl" and "s_client" in args:
        return REMOTE
    if name in _ASKS:
        return REMOTE if re.search(r"\btxt\b", text, re.IGNORECASE) else UNKNOWN
    if name in ("aws", "gsutil", "rclone", "gcloud", "mc", "s3cmd"):
        return REMOTE if _STORES.search(text) else None
    return _fetched(name, args) if name in FETCHERS else None


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
    urls = [word for word in args if re.match(r"https?:|\w[\w-]*(\.[\w-]+)+(/|$)", word)]
    return bool(urls) and all(_KNOWN.fullmatch(url) for url in urls)

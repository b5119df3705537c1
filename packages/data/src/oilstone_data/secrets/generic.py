"""Secrets that only their name or their look gives away."""

from __future__ import annotations

from oilstone_data.secrets.randomness import password, random_base64, random_value, secret
from oilstone_data.secrets.rule import Rule

_PASS = r"passw(?:or)?d|passwd|passphrase|passcode|\bpwd|_pwd|_pass"
_SECRET = r"secret|api[_-]?key|private[_-]?key|access[_-]?key|account[_-]?key"
_NAME = (
    r"token|auth|credential|encryption[_-]?key|signing[_-]?key|master[_-]?key|session[_-]?key"
    r"|hmac|licen[cs]e[_-]?key|[_-]key|\bkey"
)
# Between a name and its value: a comparison or an assignment, a type, an index, a call's bracket.
_IS = (
    r"""[\w.-]{0,20}(?:\[[0-9]{0,4}\])?["']?\]?"""
    r"""(?:\s{0,3}(?::\s{0,3}[\w&'<>:\[\] ]{1,30}=|=>|:=|[=!]={1,2}|=|:|,|\(|\.\w{1,12}\()\s{0,3}"""
    r"""|\s)"""
)
_QUOTED = r"""[brfu@]{0,2}(?:"([^"\s]{%d,200})"|'([^'\s]{%d,200})'|`([^`\s]{%d,200})`)"""
# A line of an .env, .ini, YAML or properties file, or an option of a command.
_LINE = r"(?im)^\s*(?:(?://+|#+|\*+|;+|<!--)\s*)?(?:export\s+|set\s+|-+\s*)?[\w.-]{0,40}"
_BARE = (
    r"""[\w.-]{0,20}\s{0,3}(?::=|[=:])\s{0,3}"""
    r"""([^\s"'`,;(){}<>\[\]$][^\s"'`,;(){}<>\[\]]{%d,200})\s*$"""
)


def _quoted(names: str, least: int) -> str:
    """A value in quotes after one of `names`, or before one that it is compared with."""
    value = _QUOTED % (least, least, least)
    after = rf"\s{{0,3}}[=!]={{1,2}}\s{{0,3}}[\w.-]{{0,40}}(?:{names})"
    return f"(?i)(?:{names}){_IS}{value}|(?i){value}{after}"


def _bare(names: str, least: int) -> str:
    return f"{_LINE}(?:{names}){_BARE % (least - 1)}"


_PASS_HINT = "(?i)passw|passphrase|passcode|pwd|_pass"
_SECRET_HINT = "(?i)secret|(?:api|private|access|account)[_-]?key"
_NAME_HINT = "(?i)token|auth|credential|[_-]key|hmac|key[\"' ]?[:=]"

GENERIC = (
    Rule("password", _quoted(_PASS, 5), hint=_PASS_HINT, accept=password),
    Rule("password", _bare(_PASS, 6), hint=_PASS_HINT, accept=random_value),
    Rule(
        "password",
        r"(?i)\s--?pass(?:word|wd)?[ =]'?\"?([^\s'\"$<]{6,})",
        hint="(?i)-pass",
        accept=password,
    ),
    Rule("secret", _quoted(_SECRET, 10), hint=_SECRET_HINT, accept=secret),
    Rule("secret", _bare(_SECRET, 12), hint=_SECRET_HINT, accept=random_value),
    Rule("secret", _quoted(_NAME, 12), hint=_NAME_HINT, accept=random_value),
    Rule("secret", _bare("token|auth|credential|key", 12), hint=_NAME_HINT, accept=random_value),
    Rule(
        "url_password",
        r"[a-zA-Z][\w+.-]{1,20}://[^\s:@/'\"<>{}$]{0,60}:([^\s:@/'\"<>{}$]{3,100})@",
        hint=r"://[^\s/@\"'<>]*:[^\s/@\"'<>]+@",
        accept=password,
    ),
    Rule(
        "secret",
        r"(?i)[?&][\w.-]{0,20}(?:key|token|secret|auth|signature|\bsig|passw(?:or)?d|pwd)"
        r"=([\w.~+/%-]{12,200})",
        hint=r"(?i)[?&][\w.-]{1,30}=",
        accept=random_value,
    ),
    Rule(
        "authorization",
        r"(?i)\b(?:bearer|basic|digest|token)\s+([\w+/.~=-]{16,})",
        hint="(?i)bearer |basic |digest |token ",
        accept=random_value,
    ),
    Rule(
        "random_string",
        r"""["'`]([A-Za-z0-9+/_-]{24,200}={0,2})["'`]""",
        hint="[\"'`][A-Za-z0-9+/_-]{24}",
        accept=random_base64,
    ),
)

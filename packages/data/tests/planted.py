"""Secrets to plant, made from what each service documents about its tokens, not from our rules.

They are drawn anew for a seed, and put together here from parts, so that no file of ours holds one.
"""

import base64
import json
import random
import string
from collections.abc import Iterator
from typing import NamedTuple

UPPER, DIGITS = string.ascii_uppercase, string.digits
ALNUM = string.ascii_letters + DIGITS
HEX = DIGITS + "abcdef"
BASE64 = ALNUM + "+/"
URL = ALNUM + "-_"
LINES = (
    'value = "{}"',
    'const VALUE: &str = "{}";',
    '{{"value": "{}"}}',
    "    value: '{}'",
    "VALUE={}",
    "curl -H 'X-Value: {}' https://internal/v1",
    "// as seen in the log: {} (remove me)",
)


class Planted(NamedTuple):
    """A kind, the value that must not survive, and a line that holds it."""

    kind: str
    value: str
    line: str


class Maker:
    """Draws secrets; a method per group of kinds, each yielding (kind, value, line or None)."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)

    def of(self, alphabet: str, size: int) -> str:
        return "".join(self.rng.choices(alphabet, k=size))

    def tokens(self) -> Iterator[tuple[str, str]]:
        """Tokens that tell themselves, wherever they stand."""
        n, u, h = (lambda k: self.of(ALNUM, k)), (lambda k: self.of(URL, k)), self.hex
        yield "AWS access key", "AKIA" + self.of(UPPER + "234567", 16)
        yield "GitHub token", "ghp_" + n(36)
        yield "GitHub app token", "ghs_" + n(36)
        yield "GitHub fine-grained token", f"github_pat_{n(22)}_{n(59)}"
        yield "GitLab token", "glpat-" + u(20)
        bot = f"{self.of(DIGITS, 12)}-{self.of(DIGITS, 13)}-{n(24)}"
        yield "Slack bot token", "xoxb-" + bot
        hook = f"T{self.of(UPPER + DIGITS, 8)}/B{self.of(UPPER + DIGITS, 10)}/{n(24)}"
        yield "Slack webhook", "https://hooks.slack" + ".com/services/" + hook
        yield "Stripe key", "sk_" + "live_" + n(24)
        yield "Google API key", "AIza" + u(35)
        yield "npm token", "npm_" + n(36)
        yield "PyPI token", "pypi-" + "AgEIcHlwaS5vcmc" + u(120)
        yield "OpenAI key", f"sk-{n(20)}T3Blbk" + f"FJ{n(20)}"
        yield "OpenAI project key", f"sk-proj-{u(48)}"
        yield "Anthropic key", "sk-ant-" + f"api03-{u(93)}AA"
        yield "Hugging Face token", "hf_" + self.of(string.ascii_letters, 34)
        yield "SendGrid key", f"SG.{u(22)}.{u(43)}"
        yield "Mailchimp key", f"{h(32)}-us{self.rng.randint(1, 20)}"
        yield "Twilio key", "SK" + h(32)
        bot_id = base64.b64encode(self.of(DIGITS, 18).encode()).decode().rstrip("=")
        yield "Discord bot token", f"{bot_id}.{u(6)}.{n(27)}"
        yield "Telegram token", f"1{self.of(DIGITS, 9)}:AA{u(33)}"
        yield "Square token", "sq0csp-" + u(43)
        yield "Shopify token", "shpat_" + h(32)
        yield "DigitalOcean token", "dop_v1_" + h(64)
        yield "Databricks token", "dapi" + h(32)
        yield "Vault token", "hvs." + u(95)
        yield "Artifactory token", "AKCp" + n(69)
        yield "JSON web token", self.web_token()
        yield "Sentry token", "sntrys_" + self.of(BASE64, 64)
        yield "Grafana token", f"glsa_{n(32)}_{h(8)}"

    def hex(self, size: int) -> str:
        return self.of(HEX, size)

    def web_token(self) -> str:
        def part(value: object) -> str:
            return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

        claims = {"sub": self.of(DIGITS, 10), "name": self.of(ALNUM, 12)}
        return f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part(claims)}.{self.of(URL, 43)}"

    def named(self) -> Iterator[tuple[str, str, str]]:
        """Secrets that stand where their service's documents put them."""
        secret = self.of(BASE64, 40)
        yield "AWS secret key", secret, f"aws_secret_access_key = {secret}"
        yield "AWS secret key", secret, f'AWS_SECRET_ACCESS_KEY="{secret}"'
        key = base64.b64encode(self.rng.randbytes(64)).decode()
        account = "DefaultEndpointsProtocol=https;AccountName=store;AccountKey="
        yield "Azure storage key", key, f'"{account}{key};EndpointSuffix=core.windows.net"'
        password = self.of(ALNUM + "!#%*", 14)
        for line in (
            'password = "{}"', "DB_PASSWORD={}", "    password: '{}'", '"db_passwd": "{}",',
            'let password = "{}";', 'connect(user="admin", password="{}")',
            "postgres://admin:{}@db.internal:5432/app",
        ):  # fmt: skip
            yield "password", password, line.format(password)
        for name in ("SECRET_KEY", "api_key", "client_secret", "auth_token", "encryption-key"):
            for value in (self.hex(40), self.of(ALNUM, 32), self.of(BASE64, 43) + "="):
                yield "secret", value, f'{name} = "{value}"'
                yield "secret", value, f"{name}: {value}"
        value = self.of(ALNUM, 40)
        yield "bearer token", value, f'headers = {{"Authorization": "Bearer {value}"}}'
        basic = base64.b64encode(f"admin:{password}".encode()).decode()
        yield "basic credentials", basic, f"Authorization: Basic {basic}"
        body = "\n".join(self.of(BASE64, 64) for _ in range(12))
        for kind in ("RSA ", "EC ", "OPENSSH ", ""):
            dashes = "-" * 5
            head, tail = (f"{dashes}{w} {kind}PRIVATE KEY{dashes}" for w in ("BEGIN", "END"))
            yield "private key", body, f"{head}\n{body}\n{tail}"

    def personal(self) -> Iterator[tuple[str, str]]:
        """Personal data in the forms that the standards name."""
        yield "e-mail", f"{self.of(string.ascii_lowercase, 7)}.b@mail{self.rng.randrange(99)}.org"
        yield "IPv4 address", f"93.184.{self.rng.randrange(256)}.{self.rng.randrange(1, 255)}"
        yield "IPv6 address", f"2606:2800:220:1:{self.hex(4)}:25c8:{self.hex(3)}:1946"
        yield "telephone", f"+49 30 {self.rng.randrange(100000, 999999)} 17"
        yield "telephone", f"(415) {self.rng.randrange(200, 999)}-{self.rng.randrange(1000, 9999)}"
        yield "card", self.card("4" + self.of(DIGITS, 14))
        card = self.card("53" + self.of(DIGITS, 13))
        yield "card", " ".join(card[i : i + 4] for i in (0, 4, 8, 12))
        yield "IBAN", self.iban(self.of(DIGITS, 18))

    @staticmethod
    def card(stem: str) -> str:
        doubled = sum(sum(divmod(2 * int(d), 10)) for d in stem[::-2])
        return stem + str(-(doubled + sum(map(int, stem[-2::-2]))) % 10)

    @staticmethod
    def iban(account: str) -> str:
        return f"DE{98 - int(account + '131400') % 97:02d}{account}"


def planted(seed: int) -> list[Planted]:
    """One of everything that is secret, in all of its surroundings."""
    maker = Maker(seed)
    found = [Planted(k, v, line.format(v)) for k, v in maker.tokens() for line in LINES]
    return found + [Planted(*parts) for parts in maker.named()]


def personal(seed: int) -> list[Planted]:
    """One of every kind of personal data, in all of its surroundings."""
    return [Planted(k, v, line.format(v)) for k, v in Maker(seed).personal() for line in LINES]

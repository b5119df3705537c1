"""Personal data: addresses of people and of machines, telephones, cards, accounts."""

from __future__ import annotations

import ipaddress
import re

from oilstone_data.secrets.rule import Rule

# Length of an IBAN by country (ISO 13616 registry).
_IBAN = {
    **dict.fromkeys(("NO",), 15),
    **dict.fromkeys(("BE",), 16),
    **dict.fromkeys(("DK", "FI", "NL", "FO", "GL"), 18),
    **dict.fromkeys(("SI", "MK"), 19),
    **dict.fromkeys(("AT", "BA", "EE", "KZ", "LT", "LU", "XK"), 20),
    **dict.fromkeys(("CH", "HR", "LI", "LV"), 21),
    **dict.fromkeys(("BG", "DE", "GB", "GE", "IE", "ME", "RS", "VA", "BH", "CR"), 22),
    **dict.fromkeys(("AE", "GI", "IL", "IQ", "TL"), 23),
    **dict.fromkeys(("AD", "CZ", "ES", "MD", "PK", "RO", "SA", "SE", "SK", "TN", "VG"), 24),
    **dict.fromkeys(("PT", "ST", "LY"), 25),
    **dict.fromkeys(("IS", "TR"), 26),
    **dict.fromkeys(("FR", "GR", "IT", "MC", "MR", "SM", "BI"), 27),
    **dict.fromkeys(("AL", "AZ", "BY", "CY", "DO", "GT", "HU", "LB", "NI", "PL", "SV"), 28),
    **dict.fromkeys(("BR", "PS", "QA", "UA"), 29),
    **dict.fromkeys(("JO", "KW", "MU"), 30),
    **dict.fromkeys(("MT", "SC"), 31),
    "LC": 32,
    "RU": 33,
}
_DOCUMENTATION = tuple(
    map(
        ipaddress.ip_network,
        ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"),
    )
)


def is_email(value: bytes) -> bool:
    """No address of a repository (`git@host`) and no file name (`icon@2x.png`)."""
    local, _, domain = value.rpartition(b"@")
    return local != b"git" and not re.search(rb"\.(png|jpe?g|gif|svg|webp|rs|py|js)$", domain)


def is_public_address(value: bytes) -> bool:
    """An IP address that is reachable from everywhere, or one that stands for such an address."""
    try:
        address = ipaddress.ip_address(value.decode())
    except ValueError:
        return False
    if any(address in network for network in _DOCUMENTATION if network.version == address.version):
        return True
    return address.is_global and not address.is_multicast


def is_card(value: bytes) -> bool:
    """A card number: an issuer's prefix and length, and a check digit that fits (ISO/IEC 7812)."""
    digits = [b - 48 for b in value if 48 <= b < 58]
    text = bytes(b for b in value if 48 <= b < 58)
    issuers = rb"4(\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|3[068]\d{12}"
    issuers += rb"|6(011|5\d\d)\d{12}|35\d{14}"
    if not re.fullmatch(issuers, text) or len(set(digits)) < 2:
        return False
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def is_iban(value: bytes) -> bool:
    """An account number of its country's length whose check digits fit (ISO 13616, mod 97)."""
    text = value.replace(b" ", b"").decode()
    if len(text) != _IBAN.get(text[:2], 0):
        return False
    return int("".join(str(int(char, 36)) for char in text[4:] + text[:4])) % 97 == 1


def is_phone(value: bytes) -> bool:
    """8 to 15 digits (ITU-T E.164), not all alike."""
    digits = [b for b in value if 48 <= b < 58]
    return 8 <= len(digits) <= 15 and len(set(digits)) > 2


def is_social_security_number(value: bytes) -> bool:
    """No group of zeros and no area that is never given out (42 U.S.C. 405, SSA's rules)."""
    area, group, serial = value.split(b"-")
    return area not in (b"000", b"666") and group != b"00" and serial != b"0000"


PERSONAL = (
    Rule(
        "social_security_number",
        r"(?:^|[^\w.-])([0-8][0-9]{2}-[0-9]{2}-[0-9]{4})(?:[^\w-]|$)",
        hint="[0-9]{3}-[0-9]{2}-[0-9]{4}",
        accept=is_social_security_number,
    ),
    Rule(
        "email",
        r"\b([A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24})\b",
        ("@",),
        accept=is_email,
    ),
    Rule(
        "ip_address",
        r"(?:^|[^\w.])((?:[0-9]{1,3}\.){3}[0-9]{1,3})\b",
        hint=r"[0-9]\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]",
        accept=is_public_address,
    ),
    Rule(
        "ip_address",
        r"(?i)(?:^|[^\w:.])([23][0-9a-f]{3}:(?:[0-9a-f]{0,4}:){1,6}[0-9a-f]{0,4})(?:[^\w:]|$)",
        hint="[23][0-9a-fA-F]{3}:[0-9a-fA-F:]",
        accept=is_public_address,
    ),
    Rule(
        "phone",
        r"(?:^|[^\w+.])(\+[1-9][0-9]{0,2}[ .-]?(?:\([0-9]{1,4}\)[ .-]?)?"
        r"[0-9]{1,4}(?:[ .-][0-9]{2,8}){1,5})\b",
        hint="[+][1-9][0-9]{0,2}[ .(-]",
        accept=is_phone,
    ),
    Rule("phone", r"[\"': ](\+[1-9][0-9]{9,13})\b", hint="[+][1-9][0-9]{9}", accept=is_phone),
    Rule(
        "phone",
        r"(?:^|[^\w)])(\([2-9][0-9]{2}\) ?[0-9]{3}-[0-9]{4})\b",
        hint=r"[0-9]{3}\) ?[0-9]{3}-",
        accept=is_phone,
    ),
    Rule(
        "phone",
        r"(?:^|[^\w.-])([2-9][0-9]{2}-[0-9]{3}-[0-9]{4})(?:[^\w-]|$)",
        hint="[0-9]{3}-[0-9]{3}-[0-9]{4}",
        accept=is_phone,
    ),
    Rule(
        "credit_card",
        r"(?:^|[^\w.-])([2-6][0-9]{3}(?:[ -]?[0-9]{2,6}){2,4})(?:[^\w.-]|\.\s|$)",
        hint="[2-6][0-9]{3}[ -]?[0-9]{4}[ -]?[0-9]",
        accept=is_card,
    ),
    Rule(
        "iban",
        r"\b([A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?)\b",
        hint="[A-Z]{2}[0-9]{2} ?[A-Z0-9]{4} ?[A-Z0-9]{4}",
        accept=is_iban,
    ),
)

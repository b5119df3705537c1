"""What is secret does not survive, and code that only looks like it stays as it is."""

import json
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oilstone_data.secrets import RULES, Secrets, find, scrub
from oilstone_data.secrets.personal import is_card, is_iban, is_public_address
from oilstone_data.secrets.randomness import entropy
from oilstone_data.stage import Refusal

sys.path.insert(0, str(Path(__file__).parent))
from planted import personal, planted

PLANTED = planted(1) + planted(2)
PERSONAL = personal(1) + personal(2)


def kinds(text: str) -> list[str]:
    return [finding.kind for finding in find(text.encode())]


def test_there_are_rules_for_many_kinds():
    assert len({rule.kind for rule in RULES}) >= 60


@pytest.mark.parametrize("kind", sorted({p.kind for p in PLANTED + PERSONAL}))
def test_none_of_a_kind_survives(kind):
    for plant in PLANTED + PERSONAL:
        if plant.kind == kind:
            clean, counts = scrub(f"fn main() {{\n{plant.line}\n}}\n")
            assert plant.value not in clean, plant.line
            assert counts.total() >= 1


def test_none_survives_among_all_the_others():
    clean, counts = scrub("\n".join(plant.line for plant in PLANTED + PERSONAL))
    assert [p.line for p in PLANTED + PERSONAL if p.value in clean] == []
    assert counts.total() >= len(PLANTED)


def test_a_scrubbed_text_holds_nothing_to_scrub():
    clean, _ = scrub("\n".join(plant.line for plant in PLANTED + PERSONAL))
    assert scrub(clean) == (clean, {})


@given(st.text())
def test_scrubbing_what_is_scrubbed_changes_nothing(text):
    once, counts = scrub(text)
    assert scrub(once)[0] == once
    assert counts or once == text


def test_a_placeholder_tells_the_kind_and_the_rest_stays():
    token = "ghp_" + "a1B2" * 9
    clean, counts = scrub(f'é = "{token}"; // é')
    assert clean == 'é = "<GITHUB_TOKEN>"; // é'
    assert counts == {"github_token": 1}


@pytest.mark.parametrize(
    "text, kind",
    [
        ("AKIA" + "IOSFODNN7EXAMPLE", "aws_access_key"),
        ("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY", "aws_secret_key"),
        ('password = "hunter2"', "password"),
        ("https://host.example/v1?x=1&api_key=8e255d0afe5804e3" + "39476a6645c50430", "secret"),
        ("get(/q?token=Zk3vQ9tLm2X" + "wB7nR5yHc&page=2)", "secret"),
        ("SSN: 078-05-1120", "social_security_number"),
        ("call 555-123-4567", "phone"),
    ],
)
def test_the_examples_that_everybody_quotes_are_found(text, kind):
    assert kinds(text) == [kind]


HARMLESS = [
    'let token = "identifier";',
    'password = "password"',
    'password = "<your password>"',
    "password: ${PASSWORD}",
    'api_key = os.environ["API_KEY"]',
    'api_key = "your-api-key-goes-here"',
    'secret = "xxxxxxxxxxxxxxxxxxxx"',
    'assert_eq!(key("alpha_beta_gamma"), 3);',
    "fn auth(token: &str) -> Result<Token, AuthError> {",
    "let private_key = PrivateKey::generate(&mut rng);",
    'version = "1.2.3"',
    "127.0.0.1 10.0.0.8 192.168.1.1 0.0.0.0 255.255.255.255 224.0.0.1",
    "let x = a::b::c; let y = 12:34:56; ::1 fe80::1",
    "https://host.example/?token={token}&key=YOUR_API_KEY_HERE",
    "if ready &key=some.module.path.name {",
    "git clone git@github.com:owner/name.git",
    "icon@2x.png",
    "https://example.org:8080/a@b",
    "4111111111111112 1234567812345678 0000000000000000",
    "let n = 1_000_000_007u64; 18446744073709551615",
    "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
    'checksum = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"',
    "DE00 0000 0000 0000 0000 00",
    "x + 1234567890",
]


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_text_stays(text):
    assert kinds(text) == []


def test_what_only_a_scan_without_memory_misses_is_found_all_the_same():
    text = "".join(f"{i:x}é\n" for i in range(200_000)) + 'password = "Tr0ub4dor&3"'
    assert "password" in kinds(text)


def test_a_row_is_scrubbed_in_all_its_fields_and_counted():
    stage = Secrets()
    email = "ann.b@" + "mail.org"
    row = {"id": "1", "prompt": f"Mail {email}", "completion": f"send('{email}')", "path": email}
    clean = stage(row)
    assert clean == {**row, "prompt": "Mail <EMAIL>", "completion": "send('<EMAIL>')"}
    assert stage.notes == {"scrubbed email": 2}
    assert stage({"id": "2", "prompt": "Mail?", "completion": "x"}) is None


def test_what_is_refused_is_written_down_without_its_secrets(run, tmp_path):
    plants = PLANTED[::5] + PERSONAL[::5]
    lines = [json.dumps({"content": f"// {p.line}\n"}) for p in plants]
    (tmp_path / "rows.jsonl").write_text("\n".join(["{broken " + PLANTED[0].value, *lines]))
    source = {"name": "r", "kind": "jsonl", "path": "rows.jsonl", "adapter": "rust-clean"}
    source |= {"language": "rust", "licence": "MIT"}
    recipe = {"seed": 1, "system_prompt": "", "sources": [source], "secrets": "refuse"}
    (tmp_path / "data.yaml").write_text(json.dumps(recipe))
    made = run("build", tmp_path / "data.yaml", "--out", tmp_path / "out")
    assert made.returncode == 0, made.stderr
    files = "".join(path.read_text() for path in (tmp_path / "out").glob("*.jsonl"))
    assert f"{len(plants)} secret" in made.stderr
    assert [p.line for p in plants if p.value in files] == []


def test_filter_does_not_pretend_to_scrub(run, tmp_path):
    recipe = {"seed": 1, "system_prompt": "", "secrets": "scrub"}
    recipe["sources"] = [
        {"name": "r", "kind": "jsonl", "path": "r.jsonl", "language": "rust", "licence": "MIT"}
    ]
    (tmp_path / "r.jsonl").write_text("")
    (tmp_path / "data.yaml").write_text(json.dumps(recipe))
    made = run("filter", tmp_path / "data.yaml", "--out", tmp_path / "out")
    assert made.returncode == 2
    assert "cannot scrub" in made.stderr


def test_a_row_with_secrets_can_be_refused_with_their_kinds():
    row = {"id": "1", "prompt": "", "completion": "call +49 30 1234567, ann.b@" + "mail.org"}
    assert Secrets("refuse")(row) == Refusal("secret", "holds 1 email, 1 phone")


@pytest.mark.parametrize(
    "number, right",
    [("4111 1111 1111 1111", True), ("378282246310005", True), ("4111 1111 1111 1112", False)],
)
def test_a_card_has_a_check_digit_that_fits(number, right):
    assert is_card(number.encode()) == right


@pytest.mark.parametrize(
    "number, right",
    [
        ("GB82 WEST 1234 5698 7654 32", True),
        ("DE89370400440532013000", True),
        ("DE88370400440532013000", False),
        ("DE8937040044053201300", False),
    ],
)
def test_an_account_has_its_countrys_length_and_check_digits(number, right):
    assert is_iban(number.encode()) == right


@pytest.mark.parametrize(
    "address, right",
    [("8.8.8.8", True), ("203.0.113.9", True), ("10.1.2.3", False), ("1.2.3.999", False)],
)
def test_public_addresses_are_personal(address, right):
    assert is_public_address(address.encode()) == right


def test_entropy_is_in_bits_per_byte():
    assert entropy(b"aaaa") == 0
    assert entropy(b"abab") == 1
    assert entropy(bytes(range(256))) == 8

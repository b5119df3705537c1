"""`model: auto`: the domain of a text decides, by a file that anybody can export."""

import json

import pytest

from oilstone_registry.router.domains import Domains, text_of
from oilstone_registry.router.state import Adapter, Snapshot, Specialist
from oilstone_schemas.command import OilstoneError

FILE = {
    "schema": "domains.v1",
    "other": "other",
    "least": 0.5,
    "tags": {},
    "domains": [
        {"name": "rust", "bias": 0.0, "weights": {"fn main": 2.0, "borrow": 1.0, "0 ms": 0.25}},
        {"name": "shell", "bias": 0.0, "weights": {"find .": 2.0, "ls": 1.0}},
    ],
}


@pytest.fixture
def domains(tmp_path):
    path = tmp_path / "domains.json"
    path.write_text(json.dumps(FILE))
    return Domains(path, {"other": "rust-tiny"})


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("fn main() {}", "rust"),
        ("FN  MAIN borrow", "rust"),
        ("find . -name x", "shell"),
        ("false positives", "other"),  # "ls" stands in "false" and is no word there
        ("it took 15 ms", "other"),  # a number counts as 0; 0.25 is below `least`
        ("", "other"),
    ],
)
def test_terms_are_found_on_word_boundaries(domains, text, domain):
    assert domains.classify(text).name == domain


def test_the_confidence_is_the_share_of_the_exponentials(domains):
    assert domains.classify("find . ls").confidence == pytest.approx(0.9525741268)


def specialist(name, *of):
    return Specialist(name, Adapter(name, "0.1.0", "a" * 64, 1, "production", of), 1)


def test_the_specialist_is_the_one_whose_production_version_is_for_the_domain(domains):
    found = Snapshot(1, {"a": specialist("a", "rust"), "b": specialist("b", "shell")})
    assert domains.specialist("shell", found) == "b"


@pytest.mark.parametrize("others", [[], ["rust", "rust"]])
def test_none_or_several_are_refused_with_the_way_out(domains, others):
    known = {f"s{number}": specialist(f"s{number}", one) for number, one in enumerate(others)}
    with pytest.raises(OilstoneError, match="--route rust=NAME"):
        domains.specialist("rust", Snapshot(1, known))


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"messages": [{"role": "user", "content": "a"}, {"role": "system", "content": "b"}]}, "a"),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": "a"}, {}]}]}, "a"),
        ({"prompt": "a"}, "a"),
        ({"prompt": ["a", "b"]}, "a\nb"),
        ({"input": "a"}, "a"),
        ({"messages": [3, None, {"role": "user"}], "prompt": 5}, ""),
        ({}, ""),
    ],
)
def test_what_is_asked_is_found_in_every_kind_of_request(body, text):
    assert text_of(body) == text


def test_the_router_says_which_domain_it_found(sqlite, standin, front, tmp_path):
    path = tmp_path / "domains.json"
    path.write_text(json.dumps(FILE))
    sqlite.production("old")
    words = ("--domains", path, "--route", "rust=rust-tiny")
    serve = front(sqlite, standin.url, words=words).ready()
    status, said, _ = serve.ask("auto", "fn main() { borrow }")
    assert (status, said["x-specialist"]) == (200, "rust-tiny")
    assert said["x-domain"].startswith("rust;confidence=0.9")
    assert serve.ask("auto", "find . -name x")[0] == 400

"""jsonschema-rs and orjson say what jsonschema and json say; without them nothing changes."""

import copy
import json
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from oilstone_schemas import canonical, strict, validate, yamlfile

EXAMPLES = Path(__file__).parent.parent / "examples"
ODD: list[Any] = [
    None, True, False, 0, 1, -1, 2**53, 2**63, -(2**63), 0.0, -0.0, 1.0, 0.5, 1e300, 5e-324,
    "", "a", "A" * 64, "a" * 64, "0" * 64 + "\n", "0" * 65, "\n", "x\u2028", "\U0001f980", "1",
    "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z\n", [], [1], ["a"], [["a"]], {}, {"a": 1},
]  # fmt: skip


def _instances() -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {name: [] for name in validate.names()}
    for path in sorted(EXAMPLES.glob("*/valid/*")):
        name, text = path.parent.parent.name, path.read_text()
        value = json.loads(text) if path.suffix == ".json" else yamlfile.parse(text, "")[0]
        found[name].append(value)
    return {name: values for name, values in found.items() if values}


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every (container, key) in a value."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in list(pairs):
        yield value, key
        if isinstance(inner, dict | list):
            yield from _places(inner)


def _change(draw: random.Random, value: Any) -> None:
    """Change one place of `value`: another value, a key less, a key more, a character more."""
    container, key = draw.choice([*_places(value)] or [(value, "new")])
    kind = draw.randrange(6)
    if kind == 0 and isinstance(container, dict):
        container.pop(key, None)
    elif kind == 1 and isinstance(container, dict):
        container[draw.choice(["new", key + "s", key.upper(), ""])] = draw.choice(ODD)
    elif kind == 2 and isinstance(container.get(key) if isinstance(container, dict) else 0, str):
        container[key] += draw.choice(["\n", " ", "a", "0", "\u0660", "\0"])
    elif kind == 3 and isinstance(container, list):
        container.append(copy.deepcopy(draw.choice([*container, *ODD])))
    elif kind == 4 and key != "new" and isinstance(container[key], int | float | str):
        container[key] = type(container[key])(container[key] * draw.choice([1, 2]))
    elif isinstance(container, dict) or container:
        container[key] = copy.deepcopy(draw.choice(ODD))


def _mutants(count: int, seed: int) -> Iterator[tuple[str, Any]]:
    draw, instances = random.Random(seed), _instances()
    names = sorted(instances)
    for number in range(count):
        name = names[number % len(names)]
        value = copy.deepcopy(draw.choice(instances[name]))
        for _ in range(draw.choice([1, 1, 2])):
            _change(draw, value)
        yield name, canonical.loads(json.dumps(value))


def _differing(count: int, seed: int) -> list[tuple[str, Any]]:
    plain = {name: Draft202012Validator(validate.schema(name)).is_valid for name in _instances()}
    return [
        (name, value)
        for name, value in _mutants(count, seed)
        if not validate.accepts(name)(value)
        == validate.accepts_all(name)([value])
        == plain[name](value)
    ]


def test_the_mutants_are_of_both_kinds() -> None:
    verdicts = [validate.accepts(name)(value) for name, value in _mutants(500, 1)]
    assert 50 < sum(verdicts) < 450


def test_no_verdict_differs_in_2000_mutated_records() -> None:
    assert _differing(2_000, 1) == []


def test_one_wrong_record_among_many_is_enough_to_refuse_them() -> None:
    for name, values in _instances().items():
        assert validate.accepts_all(name)(values)
        assert not validate.accepts_all(name)([*values, None, *values])


@pytest.mark.slow
def test_no_verdict_differs_in_30000_mutated_records() -> None:
    assert _differing(30_000, 2) == []


REFUSED = [
    b'{"a":NaN}',
    b'{"a":-Infinity}',
    b'{"a":1e999}',
    b'{"a":1,"a":2}',
    b'{"a":{"b":1,"b":1}}',
    b'{"a":1,"a":"\\u0022:"}',
    b'{"a":1,"a":"\\u003a\\u003a"}',
    b'{"a" :1, "\\u0061": 2}',
    b'{"a":"\\ud800"}',
    b'{"\\udfff":1}',
    b'{"a":"\xed\xa0\x80"}',
    b'{"a":"\xff"}',
    b'\xef\xbb\xbf{"a":1}',
    b'{"a":1}{"a":1}',
    b'{"a":01}',
    b'{"a":"\t"}',
    b"[" * 10**5,
    b"",
]
READ = [
    (b'{"a":123456789012345678901234567890}', {"a": 123456789012345678901234567890}),
    (b'{"a": -9223372036854775809, "b": 1}', {"a": -9223372036854775809, "b": 1}),
    (b'{"a":"\\ud83e\\udd80"}', {"a": "\U0001f980"}),
    (b'{"a":"\\\\ud800"}', {"a": "\\ud800"}),
    (b' {"a" : 1e5 , "b" : [ 5.0 , -0 ] }\r\n', {"a": 1e5, "b": [5.0, 0]}),
    (b"[" * 300 + b"]" * 300, None),
]
BOTH = pytest.mark.parametrize("parse", [strict.parse, strict.reference])


@BOTH
@pytest.mark.parametrize("text", REFUSED, ids=lambda text: ascii(text[:30]))
def test_what_is_not_strict_json_is_refused_either_way(parse: Any, text: bytes) -> None:
    with pytest.raises(ValueError):
        parse(text)


@BOTH
@pytest.mark.parametrize(("text", "value"), READ, ids=lambda text: ascii(text)[:30])
def test_what_orjson_reads_otherwise_is_read_exactly(parse: Any, text: bytes, value: Any) -> None:
    found = parse(text)
    assert value is None or (found == value and repr(found) == repr(value))


def _spoilt(draw: random.Random, text: bytes) -> bytes:
    """Repeat, cut or replace a piece of the text, or write it in another way."""
    at, size = draw.randrange(len(text)), draw.randrange(1, 12)
    piece = draw.choice([b"", text[at : at + size] * 2, b'"a":1,', b"1e999", b"\\ud800", b"9" * 25])
    return text[:at] + piece + text[at + draw.randrange(size) :]


def _outcome(parse: Any, text: bytes) -> Any:
    try:
        return repr(parse(text))
    except ValueError:
        return "refused"


def test_both_parsers_read_3000_spoilt_texts_alike() -> None:
    draw = random.Random(3)
    values = [value for values in _instances().values() for value in values]
    for _ in range(3_000):
        indent = draw.choice([None, None, 1])
        text = json.dumps(draw.choice(values), indent=indent, ensure_ascii=draw.random() < 0.5)
        spoilt = _spoilt(draw, text.encode())
        assert _outcome(strict.parse, spoilt) == _outcome(strict.reference, spoilt), spoilt


WITHOUT = """
import sys
sys.modules["orjson"] = sys.modules["jsonschema_rs"] = None
from oilstone_schemas.cli import main
raise SystemExit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize("folder", ["valid", "invalid"])
def test_without_the_extra_the_command_says_the_same(tmp_path: Path, folder: str) -> None:
    file = tmp_path / "samples.jsonl"
    examples = sorted((EXAMPLES / "sample.v1" / folder).glob("*"))
    rows = [canonical.dumps(json.loads(path.read_text())) for path in examples]
    file.write_bytes(b"".join(row + b"\n" for row in rows))
    said = [
        subprocess.run([sys.executable, *how, "validate", file], capture_output=True, check=False)
        for how in (["-m", "oilstone_schemas"], ["-c", WITHOUT])
    ]
    assert [(done.returncode, done.stdout, done.stderr) for done in said[:1]] == [
        (done.returncode, done.stdout, done.stderr) for done in said[1:]
    ]

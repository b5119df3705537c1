from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from oilstone_schemas import recipe, yamlfile
from oilstone_schemas.command import OilstoneError

GATE = """\
gates:
  - name: compiles
    metric: compile_rate
    op: ">="
    value: 95e-2
    basis: point
    min_n: 300
    rationale: Programs must compile.
"""


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    def read(text: str, *overrides: str) -> dict[str, Any]:
        (tmp_path / "gates.yaml").write_text(text)
        return recipe.load(tmp_path / "gates.yaml", "gates.v1", overrides)

    return read


def test_defaults_are_filled_in_at_every_depth(load: Callable[..., Any]) -> None:
    assert load(GATE)["gates"][0]["max_unscored"] == 0


def test_a_number_with_an_exponent_is_a_number(load: Callable[..., Any]) -> None:
    assert load(GATE)["gates"][0]["value"] == 0.95


def test_a_misspelt_key_is_named_with_its_line_and_the_right_one(load: Callable[..., Any]) -> None:
    with pytest.raises(OilstoneError, match=r"yaml:6: unknown key 'bassis'; did you mean 'basis'"):
        load(GATE.replace("basis:", "bassis:"))


def test_a_wrong_value_is_named_with_its_line(load: Callable[..., Any]) -> None:
    with pytest.raises(OilstoneError, match=r"yaml:7: gates\.0\.min_n: 0 is less than"):
        load(GATE.replace("300", "0"))


def test_all_errors_come_at_once(load: Callable[..., Any]) -> None:
    with pytest.raises(OilstoneError) as caught:
        load(GATE.replace("300", "0").replace("point", "mean"), "wrong=1")
    assert len(str(caught.value).splitlines()) == 3


def test_an_override_replaces_a_value(load: Callable[..., Any]) -> None:
    one = "gates=[{name: a, metric: m, op: '<', value: 1, basis: point, min_n: 1, rationale: r}]"
    assert [gate["name"] for gate in load(GATE, one)["gates"]] == ["a"]


def test_an_override_reaches_below(tmp_path: Path) -> None:
    value: dict[str, Any] = {"a": {"b": 1, "c": 2}}
    recipe._override(value, "a.b=[1, no, 2e1]", {})
    assert value == {"a": {"b": [1, "no", 20.0], "c": 2}}


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("gats=1", r"--set 'gats=1': unknown key 'gats'; did you mean 'gates'"),
        ("gates", r"--set 'gates': write it as --set key=value"),
        ("a..b=1", r"--set 'a..b=1': write it as"),
        ("gates.b=1", r"--set 'gates.b=1': gates is a value, not a mapping"),
        ("a=[1", r"--set 'a=\[1':1: not readable as YAML"),
    ],
)
def test_a_wrong_override_is_named(load: Callable[..., Any], override: str, message: str) -> None:
    with pytest.raises(OilstoneError, match=message):
        load(GATE, override)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("gates: 1\ngates: 2\n", r"yaml:2: .*the key 'gates' stands there twice"),
        ("a: &x 1\nb: *x\n", r"yaml:2: .*the alias \*x is not read"),
        ("1: x\n", r"yaml:1: .*the key '1' is not a word"),
        ("a: 1e999\n", r"yaml:1: .*not a finite number"),
        ("a: !!python/object:os.system x\n", r"yaml:1: not readable"),
        ("a: !!binary aGk=\n", r"yaml:1: .*holds what JSON can hold"),
        ("a: [1\n", r"yaml:2: not readable"),
        ("- a\n", r"yaml:1: a recipe is a mapping"),
        ("", r"yaml:1: a recipe is a mapping"),
        ("a: \x07\n", r"gates\.yaml: not readable"),
    ],
)
def test_what_is_not_read_is_named(load: Callable[..., Any], text: str, message: str) -> None:
    with pytest.raises(OilstoneError, match=message):
        load(text)


def test_bytes_that_are_no_text_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"a: \xff\n")
    with pytest.raises(OilstoneError, match=r"a\.yaml: not UTF-8"):
        recipe.load(tmp_path / "a.yaml", "gates.v1")


@pytest.mark.parametrize("word", ["no", "on", "012", "1:30", "2024-01-01", "0x1F", ".inf", "<<"])
def test_a_word_stays_a_word(word: str) -> None:
    assert yamlfile.parse(f"a: {word}", "f")[0] == {"a": word}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("~", None),
        ("", None),
        ("true", True),
        ("-1", -1),
        ("+1.5", 1.5),
        (".5", 0.5),
        ("1e-4", 1e-4),
        ('"1"', "1"),
    ],
)
def test_json_values_are_read(text: str, value: object) -> None:
    assert yamlfile.parse(f"a: {text}", "f")[0] == {"a": value}

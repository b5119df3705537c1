"""The gate file is refused before anything else is read."""

import math
from pathlib import Path

import pytest

from oilstone_gates import gatefile
from oilstone_schemas.command import OilstoneError


def refusal(path):
    with pytest.raises(OilstoneError) as caught:
        gatefile.load(path)
    return str(caught.value)


def test_unscored_samples_are_not_allowed_unless_the_file_says_so(workshop, gate):
    assert gatefile.load(workshop.gates(gate()))["gates"][0]["max_unscored"] == 0


def test_an_empty_gate_file_is_refused(workshop):
    assert "gates" in refusal(workshop.gates())


def test_a_misspelt_key_is_named_with_its_line(workshop, gate):
    assert "gates.yaml:9: unknown key 'minn'" in refusal(workshop.gates(gate(minn=3)))


def test_two_gates_of_one_name_are_refused(workshop, gate):
    assert "2 gates are called 'compiles'" in refusal(workshop.gates(gate(), gate()))


def test_a_threshold_that_is_no_number_is_refused(workshop, gate):
    assert "nan" in refusal(workshop.gates(gate(value=math.nan)))


def test_a_gate_without_a_rationale_is_refused(workshop, gate):
    asked = gate()
    del asked["rationale"]
    assert "missing key 'rationale'" in refusal(workshop.gates(asked))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"baseline": "base", "relative_to": "active"}, "leave out baseline"),
        ({"relative_to": "baseline"}, "name it with baseline"),
        ({"delta": "relative"}, "need a baseline"),
        ({"worst_slice": True, "slice": "family"}, "leave out the slice"),
        ({"family": "f"}, "use basis lower or upper"),
        ({"method": "newcombe-paired"}, "name the baseline"),
        ({"method": "wilson", "baseline": "base"}, "is for one report"),
    ],
)
def test_keys_that_do_not_go_together_are_refused(workshop, gate, change, said):
    assert said in refusal(workshop.gates(gate(**change)))


def test_two_gates_of_one_id_are_refused(workshop, gate):
    path = workshop.gates(gate(id="a"), gate(name="other", id="a"))
    assert "2 gates are identified by 'a'" in refusal(path)


def test_previous_and_active_are_baselines(workshop, gate):
    asked = [gate(name=name, relative_to=name, metric="pass@1") for name in ("previous", "active")]
    assert gatefile.baselines(gatefile.load(workshop.gates(*asked))) == ["active", "previous"]


def test_a_shipped_set_is_found_by_its_name():
    assert gatefile.baselines(gatefile.load(Path("seed-004"))) == ["base"]

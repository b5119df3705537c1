"""A probe beside its control's, against conversations whose numbers are known."""

from types import SimpleNamespace

import pytest

from oilstone_schemas import jsonl, validate
from oilstone_schemas.command import OilstoneError
from oilstone_train.probe import control
from oilstone_train.probe.look import Seen

ROWS = [{"id": f"row-{n}"} for n in range(40)]


def looks(fine, coarse, found=True):
    """Forty conversations of four tokens; their nats at chunk sizes 1 and 64, spread a little."""
    runs = {
        size: [Seen(nats + n / 100, 4, found, (0.5,)) for n in range(40)]
        for size, nats in ((1, fine), (64, coarse), (None, 9.0))
    }
    return list(control.lines(ROWS, runs, 1))


def test_a_line_is_what_the_schema_says():
    for line in looks(1.0, 2.0):
        assert validate.errors(line, "look.v1") == []


def test_the_slope_is_what_fine_chunks_cost_per_token():
    found = control.slope(looks(3.0, 1.0))
    assert found["value"] == pytest.approx(0.5) and found["low"] > 0


def test_a_control_that_is_worse_at_fine_chunks_is_the_steeper_one():
    found = control.gains(looks(1.0, 1.0), looks(2.0, 1.0))
    assert found["gain_chunk_1"]["value"] == pytest.approx(0.25)
    assert found["gain_chunk_64"]["value"] == pytest.approx(0.0)
    assert found["slope_gain"]["value"] == pytest.approx(0.25) and found["slope_gain"]["low"] > 0


def test_needles_are_compared_in_pairs():
    found = control.gains(looks(1.0, 1.0), looks(1.0, 1.0, found=False))["niah_gain"]
    assert found["value"] == 1 and found["method"] == "newcombe-paired"


def test_a_control_of_other_conversations_is_refused(tmp_path):
    own = looks(1.0, 1.0)
    jsonl.write(tmp_path / control.LOOKS, [{**line, "row_id": "other"} for line in own])
    with pytest.raises(OilstoneError, match="other conversations"):
        control.read(SimpleNamespace(folder=tmp_path), own)

import io
import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from oilstone_train import plot, telemetry
from oilstone_train.progress import Bar

LINES = [
    {"step": 0, "of": 10, "eval_loss": 4.0},
    {"step": 5, "of": 10, "loss": 3.0},
    {"step": 10, "of": 10, "loss": 2.0, "eval_loss": 2.5},
]


def filled(path: Path) -> Path:
    for line in LINES:
        telemetry.append(path, line)
    return path


def test_what_was_written_is_read(tmp_path: Path) -> None:
    assert telemetry.read(filled(tmp_path / "t.jsonl")) == LINES


def test_half_a_line_is_no_line(tmp_path: Path) -> None:
    path = filled(tmp_path / "t.jsonl")
    path.write_text(path.read_text() + '{"step": 1')
    assert telemetry.read(path) == LINES


def test_cutting_drops_what_came_after_the_step(tmp_path: Path) -> None:
    path = filled(tmp_path / "t.jsonl")
    assert telemetry.cut(path, 5) == telemetry.read(path) == LINES[:2]


def test_a_number_that_is_none_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        telemetry.append(tmp_path / "t.jsonl", {"loss": float("nan")})


def test_a_tail_reads_each_line_once(tmp_path: Path) -> None:
    tail = telemetry.Tail(tmp_path / "t.jsonl")
    filled(tail.path)
    assert (tail.new(), tail.new()) == (LINES, [])


def test_a_tail_survives_a_cut(tmp_path: Path) -> None:
    tail = telemetry.Tail(filled(tmp_path / "t.jsonl"))
    tail.new()
    telemetry.cut(tail.path, 0)
    tail.new()
    telemetry.append(tail.path, LINES[1])
    assert tail.new() == [LINES[1]]


def test_the_plot_is_an_image_with_both_losses() -> None:
    tree = ET.fromstring(plot.svg(LINES))
    curves = tree.findall(".//{http://www.w3.org/2000/svg}polyline")
    assert [len(curve.attrib["points"].split()) for curve in curves] == [2, 2]


@pytest.mark.parametrize("lines", [[], [{"step": 0, "eval_loss": 0.0}], [{"step": 3}]])
def test_a_plot_of_next_to_nothing_is_an_image(lines: list[dict[str, float]]) -> None:
    assert ET.fromstring(plot.svg(lines)).tag.endswith("svg")


def test_without_a_terminal_progress_is_a_line_now_and_then() -> None:
    stream = io.StringIO()
    bar = Bar(stream)
    bar.show({"step": step, "of": 100, "loss": 1.0} for step in range(101))
    assert len(stream.getvalue().splitlines()) == 10


def test_progress_tells_both_losses() -> None:
    stream = io.StringIO()
    Bar(stream).show(LINES)
    assert stream.getvalue().splitlines()[-1].startswith("10/10  loss 2.000  eval loss 2.500")


def test_telemetry_is_json_lines(tmp_path: Path) -> None:
    lines = filled(tmp_path / "t.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == LINES

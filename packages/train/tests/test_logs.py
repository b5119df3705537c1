"""TensorBoard and W&B are told what telemetry.jsonl tells, beside the artifact, without network."""

import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from oilstone_schemas import artifact, recipe
from oilstone_train import logs, render

from .conftest import Phase, command, telemetry

HEADER, BLOCK = struct.Struct("<IHB"), 32768  # checksum, length, kind of a record's part
WHOLE, LAST = 1, 4
LOGS = "logs={tensorboard: true, wandb: {project: oilstone, name: first}}"


@pytest.fixture(scope="module")
def logged(phase: Phase, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run in a place without any network."""
    out = tmp_path_factory.mktemp("logged") / "out"
    words = command(*phase(out, "--set", LOGS, "--set", "training.logging_steps=1"))
    done = subprocess.run(
        ["bwrap", "--dev-bind", "/", "/", "--unshare-net", *words], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return out


def losses(out: Path) -> dict[int, float]:
    return {line["step"]: line["loss"] for line in telemetry(out) if "loss" in line}


def records(data: bytes) -> Iterator[bytes]:
    """Return the records of a .wandb file: LevelDB's log format, behind 7 bytes of its own."""
    place, parts = 7, b""
    while place + HEADER.size <= len(data):
        if (left := BLOCK - place % BLOCK) < HEADER.size:
            place += left
            continue
        _, size, kind = HEADER.unpack_from(data, place)
        place += HEADER.size + size
        parts += data[place - size : place]
        if kind in (WHOLE, LAST):
            yield parts
            parts = b""


@pytest.mark.slow
@pytest.mark.needs_axolotl
@pytest.mark.needs_bwrap
def test_tensorboard_has_the_losses_of_telemetry(logged: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    (found,) = logged.parent.glob("out.logs/*/tensorboard")
    events = EventAccumulator(str(found))
    events.Reload()
    seen = {event.step: event.value for event in events.Scalars("train/loss")}
    assert seen == pytest.approx(losses(logged), rel=1e-6)


@pytest.mark.slow
@pytest.mark.needs_axolotl
@pytest.mark.needs_bwrap
def test_wandb_offline_has_the_runs_configuration_and_losses(logged: Path) -> None:
    from wandb.proto.wandb_internal_pb2 import Record

    (found,) = logged.parent.glob("out.logs/*/wandb/offline-run-*/*.wandb")
    seen = [Record.FromString(data) for data in records(found.read_bytes())]
    settings = {i.key or i.nested_key[0]: i.value_json for r in seen for i in r.config.update}
    lines = [{i.nested_key[0]: i.value_json for i in r.history.item} for r in seen]
    told = {
        int(line["train/global_step"]): float(line["train/loss"])
        for line in lines
        if "train/loss" in line
    }
    assert float(settings["learning_rate"]) == 3e-3
    assert told == pytest.approx(losses(logged), rel=1e-9)


@pytest.mark.slow
@pytest.mark.needs_axolotl
@pytest.mark.needs_bwrap
def test_the_logs_are_no_part_of_the_adapter(logged: Path) -> None:
    assert artifact.verify(logged) == []
    assert not [path for path in logged.iterdir() if path.name in ("runs", "wandb", "logs")]


def test_nothing_is_told_to_anyone_unless_the_recipe_says_so(recipes: Path, tmp_path: Path) -> None:
    settings = recipe.load(recipes / "phase.yaml", "recipe-phase.v1")
    assert logs.rendered(settings) == {}
    assert logs.job(tmp_path, settings, tmp_path / "logs") == {}
    assert not (tmp_path / "logs").exists()


def test_the_recipes_keys_become_axolotls(recipes: Path) -> None:
    config = render.phase(
        recipe.load(recipes / "phase.yaml", "recipe-phase.v1", [LOGS]), "c", False
    )
    told = {key: value for key, value in config.items() if "wandb" in key or "tensorboard" in key}
    assert told == {
        "use_tensorboard": True, "use_wandb": True, "wandb_project": "oilstone",
        "wandb_name": "first", "wandb_mode": "offline",
    }  # fmt: skip

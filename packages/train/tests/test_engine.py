"""What only real training shows. Every start of Axolotl takes seconds: runs are shared."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from oilstone_schemas import artifact, jsonl
from oilstone_train import forms, handover, launch, layout

from .conftest import Phase, details, run, telemetry
from .processes import LIMIT, started, wait, working_in

pytestmark = pytest.mark.needs_axolotl


def weights(adapter: Path) -> bytes:
    return (adapter / "adapter_model.safetensors").read_bytes()


def test_a_base_learns(base: Path) -> None:
    losses = [line["eval_loss"] for line in telemetry(base) if "eval_loss" in line]
    assert losses[-1] < losses[0]


def test_a_base_tells_its_parameters_and_tokens(base: Path) -> None:
    told = details(base)
    assert told["parameters"] == 2 * (4 * 64 * 64 + 3 * 64 * 128 + 2 * 64) + 320 * 64 + 64
    assert told["tokens"] == telemetry(base)[-1]["tokens"] > 10_000


def test_artifacts_verify(base: Path, adapters: dict[str, Path]) -> None:
    found = [artifact.verify(folder, deep=True) for folder in (base, adapters["first"])]
    assert found == [[], []]


def test_an_adapter_holds_what_it_should_and_no_more(adapters: dict[str, Path]) -> None:
    assert sorted(path.name for path in adapters["first"].iterdir()) == [
        "README.md", "adapter_config.json", "adapter_model.safetensors", "axolotl.yaml",
        "chat_template.jinja", "handover.jsonl", "loss.svg", "manifest.json", "telemetry.jsonl",
        "tokenizer.json", "tokenizer_config.json",
    ]  # fmt: skip


def test_no_path_of_this_machine_is_published(base: Path, adapters: dict[str, Path]) -> None:
    places = (str(base.parent).encode(), str(Path.cwd()).encode(), sys.prefix.encode())
    for folder in (base, adapters["first"]):
        for path in folder.iterdir():
            assert not any(place in path.read_bytes() for place in places), path


def test_the_same_recipe_twice_is_the_same_adapter(adapters: dict[str, Path]) -> None:
    first, again = (artifact.load(adapters[name]) for name in ("first", "again"))
    assert first.digest == again.digest


def test_two_epochs_are_twice_the_tokens_of_the_rows(phase: Phase, tmp_path: Path) -> None:
    """The plan counts what is written; the chat's own tokens come on top."""
    wanted = ("training.max_steps=null", "training.epochs=2", "training.save_steps=100")
    done = run(*phase(tmp_path / "out", *(word for pair in wanted for word in ("--set", pair))))
    assert done.returncode == 0, done.stderr
    words = phase(tmp_path / "out")
    planned = run("plan", words[1], "--json", *words[2:6])
    written = 2 * json.loads(planned.stdout)["estimate"]["tokens_per_epoch"]
    assert 0.95 * written < details(tmp_path / "out")["tokens"] < 1.3 * written


def test_a_manifest_is_enough_to_repeat_a_run(adapters: dict[str, Path], tmp_path: Path) -> None:
    first = adapters["first"]
    done = run("run", "--from-manifest", first, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert artifact.load(tmp_path / "out").digest == artifact.load(first).digest


def test_the_best_is_kept_and_patience_ends_it(phase: Phase, tmp_path: Path) -> None:
    """A rate so high that the loss rises again after the first steps."""
    wanted = (
        "learning_rate=20", "lr_scheduler=constant_with_warmup", "warmup_steps=0",
        "eval_steps=5", "save_steps=5", "keep=best", "patience=1",
    )  # fmt: skip
    words = [word for pair in wanted for word in ("--set", f"training.{pair}")]
    done = run(*phase(tmp_path / "out", *words))
    assert done.returncode == 0, done.stderr
    lines = telemetry(tmp_path / "out")
    losses = {line["step"]: line["eval_loss"] for line in lines if line.get("eval_loss")}
    told = details(tmp_path / "out")
    assert told["eval_loss"] == losses[told["kept_step"]] == min(list(losses.values())[1:])
    assert told["steps"] == told["kept_step"] + 5 < 30


def test_another_seed_is_another_adapter(adapters: dict[str, Path]) -> None:
    assert weights(adapters["first"]) != weights(adapters["other"])


def test_what_is_there_is_not_trained_again(adapters: dict[str, Path], phase: Phase) -> None:
    before = artifact.load(adapters["first"]).data
    done = run(*phase(adapters["first"]))
    assert "up to date" in done.stderr
    assert artifact.load(adapters["first"]).data == before


def test_to_say_up_to_date_imports_nothing_heavy(adapters: dict[str, Path], phase: Phase) -> None:
    code = (
        "import sys\nfrom oilstone_train.cli import main\n"
        f"sys.exit(main({phase(adapters['first'])}) or 'torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_a_phase_goes_on_exactly_where_the_adapter_was_left(
    adapters: dict[str, Path], phase: Phase, tmp_path: Path
) -> None:
    out = tmp_path / "continued"
    done = run(*phase(out, "--from", adapters["first"], "--set", "training.max_steps=2"))
    assert done.returncode == 0, done.stderr
    assert details(out)["eval_loss_at_start"] == details(adapters["first"])["eval_loss"]
    assert details(out)["from_digest"] == artifact.load(adapters["first"]).digest


def test_a_phase_that_would_begin_elsewhere_stops(
    adapters: dict[str, Path], phase: Phase, tmp_path: Path
) -> None:
    """The manifest of one adapter around the weights of another that is just like it."""
    first, other = artifact.load(adapters["first"]), artifact.load(adapters["other"])
    made = {"producer": "oilstone-train", "recipe": {}, "seed": 1, "inputs": []}
    request = artifact.request("adapter", **made)
    stage = artifact.stage(tmp_path / "mixed", request)
    shutil.copytree(other.folder, stage, dirs_exist_ok=True)
    (stage / "manifest.json").unlink()
    artifact.publish(
        stage, tmp_path / "mixed", kind="adapter", request=request, details=first.details, **made
    )
    done = run(*phase(tmp_path / "out", "--from", tmp_path / "mixed"))
    assert done.returncode == 1
    assert "hand-over: the earlier phase ended with" in done.stderr
    assert not (tmp_path / "out").exists()


def test_an_adapter_over_another_base_is_refused(
    adapters: dict[str, Path], recipes: Path, dataset: Path, base: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    shutil.copytree(base, other)
    manifest = artifact.load(base)
    request = artifact.request("base", producer="oilstone-train", recipe={}, seed=9, inputs=[])
    stage = artifact.stage(tmp_path / "base", request)
    shutil.copytree(base, stage, dirs_exist_ok=True)
    made = artifact.publish(
        stage, tmp_path / "base", kind="base", producer="oilstone-train", recipe={}, seed=9,
        inputs=[], request=request, details=manifest.details,
    )  # fmt: skip
    given = ("--data", dataset, "--base", made.folder, "--from", adapters["first"])
    done = run("run", recipes / "phase.yaml", *given, "--out", tmp_path / "out")
    assert done.returncode == 2
    assert made.digest in done.stderr and manifest.digest in done.stderr


def test_killed_and_damaged_it_resumes_to_the_same_adapter(
    adapters: dict[str, Path], phase: Phase, tmp_path: Path
) -> None:
    """Killed after the second checkpoint, which is then cut off: it goes on from the first."""
    out = tmp_path / "killed"
    process = started(phase(out), tmp_path / "log")
    wait(lambda: list(tmp_path.glob(".killed*/work/out/checkpoint-20/whole.json")))
    process.kill()
    process.wait()
    wait(lambda: not working_in(tmp_path))
    assert not out.exists()
    cut_off = next(tmp_path.glob(".killed*/work/out/checkpoint-20/optimizer.pt"))
    cut_off.write_bytes(cut_off.read_bytes()[:-100])
    done = run(*phase(out))
    assert "checkpoint-20: cut off or altered" in done.stderr, done.stderr
    assert "going on from step 10" in done.stderr, done.stderr
    assert artifact.load(out).digest == artifact.load(adapters["first"]).digest
    assert details(out) == details(adapters["first"])


def test_ctrl_c_says_how_to_go_on(phase: Phase, tmp_path: Path) -> None:
    process = started(phase(tmp_path / "out"), tmp_path / "log")
    wait(lambda: b"starting" in (tmp_path / "log").read_bytes())
    process.send_signal(signal.SIGINT)
    assert process.wait(LIMIT) == 130
    assert "the same command goes on" in (tmp_path / "log").read_text()


@pytest.fixture(scope="module")
def probed(
    tmp_path_factory: pytest.TempPathFactory, adapters: dict[str, Path], dataset: Path, base: Path
) -> dict[str, Any]:
    """What probe.py sees with the very configuration that the first adapter was trained with."""
    work = tmp_path_factory.mktemp("probe")
    shutil.copy(adapters["first"] / layout.CONFIG, work)
    (work / layout.JOB).write_text("{}")
    (work / layout.BASE).symlink_to(base)
    for name in (layout.TRAIN, layout.EVAL):
        (work / name).parent.mkdir(exist_ok=True)
        rows = jsonl.read(dataset / name.name)
        jsonl.write(work / name, (forms.conversation(row, "Be brief.") for row in rows))
    probe = [sys.executable, Path(__file__).with_name("probe.py")]
    done = subprocess.run(
        probe, cwd=work, env=launch.environment(1), capture_output=True, text=True
    )
    found = [line for line in done.stdout.splitlines() if line.startswith("PROBE")]
    assert found, done.stderr[-3000:]
    seen: dict[str, Any] = json.loads(found[0].removeprefix("PROBE"))
    return seen


def test_only_the_assistants_tokens_carry_loss(probed: dict[str, Any]) -> None:
    for found in probed["learned"]:
        before, answer = found["text"].split("<|assistant|>")
        assert "<|system|>Be brief.<|user|>" in before
        assert found["learned"] == answer
        assert answer.startswith("```rust\n") and answer.endswith("```<|eos|>")


def test_every_projection_is_4_bit(probed: dict[str, Any], adapters: dict[str, Path]) -> None:
    assert probed["four_bit_layers"] == 2 * 7 == details(adapters["first"])["four_bit_layers"]


@pytest.mark.parametrize("when", ["before", "after"])
def test_gradients_are_those_of_a_dequantized_model(probed: dict[str, Any], when: str) -> None:
    """Before and after an evaluation: bitsandbytes repacks weights in it on some CPUs."""
    assert probed["distance"][when] < 1e-4 * probed["gradient"]


def test_a_merged_and_requantized_adapter_is_another_model(probed: dict[str, Any]) -> None:
    assert probed["requantized"] > 10 * handover.TOLERANCE


def test_a_row_does_not_see_the_one_packed_before_it(probed: dict[str, Any]) -> None:
    assert probed["leak"] < 1e-4


def test_telemetry_tells_how_many_cores_are_busy(adapters: dict[str, Path]) -> None:
    lines = telemetry(adapters["first"])
    assert all(0 < line["cpu_cores"] <= (os.cpu_count() or 1) + 0.5 for line in lines)

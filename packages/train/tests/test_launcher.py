"""Several processes, as recipes ask for them: rendered, refused, planned, started."""

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

from oilstone_schemas import recipe
from oilstone_schemas.command import MissingTool
from oilstone_train import estimate, launch, processes, profiles, render

from .conftest import run
from .test_render import CONTENT, GOLDEN

EIGHT_BIT = "training.optimizer=adamw_8bit"
FSDP = "launcher.fsdp={layer: LlamaDecoderLayer}"
TORCH = "training.optimizer=adamw_torch_fused"

# What each asks for, beside a recipe for GPUs of 80 GB; its golden file has that name.
LAUNCHERS = {
    "accelerate": ("launcher={kind: accelerate, processes: 8}",),
    "zero1": ("launcher={processes: 8, deepspeed: zero1}",),
    "zero2": ("launcher={processes: 8, deepspeed: zero2}",),
    "zero3": ("launcher={processes: 8, deepspeed: zero3}",),
    "fsdp": ("launcher={processes: 8}", FSDP, TORCH),
    "ray": ("launcher={kind: ray, processes: 8}",),
    "ray-zero2": ("launcher={kind: ray, processes: 8, deepspeed: zero2}",),
}
REFUSED: list[tuple[str, tuple[str, ...]]] = [
    ("launcher", ("launcher={processes: 8, deepspeed: zero2}", FSDP, TORCH)),
    ("launcher.deepspeed", ("launcher={processes: 2, deepspeed: zero1}", "profile=cpu")),
    ("launcher.fsdp", ("launcher={processes: 2}", FSDP, TORCH, "profile=cpu")),
    ("training.optimizer", ("launcher={processes: 8}", FSDP, EIGHT_BIT)),
    ("training.optimizer", ("launcher={processes: 8}", FSDP, EIGHT_BIT.replace("=", "=paged_"))),
    (
        "axolotl.gradient_checkpointing_kwargs",
        (
            "launcher={processes: 8, deepspeed: zero3}",
            "axolotl.gradient_checkpointing_kwargs={use_reentrant: false}",
        ),
    ),
    ("guard", ("launcher={processes: 2}", "guard={}")),
    ("memory", ("launcher={processes: 2}", "memory={layers: [0]}")),
    (
        "evaluation.judged",
        ("launcher={processes: 8, deepspeed: zero3}", "evaluation.judged={metric: pass@1}"),
    ),
    ("axolotl.deepspeed", ("axolotl.deepspeed=zero3.json",)),
    ("axolotl.accelerator_config", ("axolotl.accelerator_config={split_batches: true}",)),
    ("axolotl.context_parallel_size", ("axolotl.context_parallel_size=2",)),
]


def loaded(recipes: Path, *overrides: str) -> dict[str, Any]:
    return recipe.load(recipes / "phase.yaml", "recipe-phase.v1", ["profile=cuda80", *overrides])


@pytest.mark.parametrize("name", LAUNCHERS)
def test_the_configuration_is_the_one_written_down(recipes: Path, name: str) -> None:
    config = render.phase(loaded(recipes, *LAUNCHERS[name]), CONTENT, False)
    assert render.dump(config) == (GOLDEN / "launcher" / f"{name}.yaml").read_text()


@pytest.mark.needs_axolotl
def test_axolotls_own_validators_take_all_of_them(recipes: Path) -> None:
    """As if eight GPUs of 80 GB were there. One process asks about all: its imports take long."""
    configs = [yaml.safe_load((GOLDEN / "launcher" / f"{n}.yaml").read_text()) for n in LAUNCHERS]
    machine = profiles.capabilities({"profile": "cuda80"}, 8)
    assert refusals(configs, machine) == [[] for _ in configs]


@pytest.mark.needs_axolotl
def test_what_is_refused_here_goes_wrong_there(recipes: Path) -> None:
    """Two of the refusals are Axolotl's own, said before anything is installed or downloaded."""
    config = render.phase(loaded(recipes, *LAUNCHERS["fsdp"]), CONTENT, False)
    loading = {**config["fsdp_config"], "cpu_ram_efficient_loading": True}
    wrong = [{**config, "optimizer": "adamw_8bit"}, {**config, "fsdp_config": loading}]
    found = refusals(wrong, profiles.capabilities({"profile": "cuda80"}, 8))
    assert ["FSDP2" in " ".join(problems) for problems in found] == [True, True]


def refusals(configs: list[Any], machine: Any) -> list[list[str]]:
    """Ask Axolotl in a process of its own: importing it changes one."""
    code = (
        "import json, sys\nfrom oilstone_train.engine import check\n"
        "asked = json.load(sys.stdin)\n"
        "print(json.dumps([check.problems(c, asked['machine']) for c in asked['configs']]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=json.dumps({"configs": configs, "machine": machine}),
        env=launch.environment(1), capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    found: list[list[str]] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize(("key", "overrides"), REFUSED)
def test_what_does_not_go_together_is_refused_by_its_key(
    recipes: Path, key: str, overrides: tuple[str, ...]
) -> None:
    found = processes.problems(loaded(recipes, *overrides))
    assert [problem.partition(":")[0] for problem in found] == [key]


def test_what_goes_together_is_not_refused(recipes: Path) -> None:
    assert [processes.problems(loaded(recipes, *words)) for words in LAUNCHERS.values()] == [
        [] for _ in LAUNCHERS
    ]


def test_one_process_is_rendered_as_ever(recipes: Path) -> None:
    assert processes.config(loaded(recipes)) == {}


def test_a_step_holds_the_tokens_of_all_processes() -> None:
    training = {"max_steps": 10, "sequence_len": 512, "micro_batch_size": 2,
                "gradient_accumulation_steps": 4}  # fmt: skip
    assert estimate.steps(training, processes=8)["tokens_per_step_at_most"] == 512 * 2 * 4 * 8


def test_a_plan_reckons_with_all_processes(recipes: Path) -> None:
    planned = [
        json.loads(run("plan", recipes / "phase.yaml", "--json", *words).stdout)["estimate"]
        for words in ((), ("--set", "launcher.processes=2"))
    ]
    assert planned[1]["tokens_at_most"] == 2 * planned[0]["tokens_at_most"]


def test_a_plan_says_why_it_refuses(recipes: Path) -> None:
    done = run("plan", recipes / "phase.yaml", "--set", "launcher={processes: 2, deepspeed: zero2}")
    assert done.returncode == 2
    assert "launcher.deepspeed: shares GPU memory" in done.stderr


@pytest.mark.skipif(find_spec("deepspeed") is not None, reason="deepspeed is installed here")
def test_what_a_launcher_lacks_is_named_with_the_command_to_install_it(recipes: Path) -> None:
    with pytest.raises(MissingTool, match=r"pip install 'axolotl\[deepspeed\]"):
        processes.check(loaded(recipes, *LAUNCHERS["zero2"]))


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        ("torchrun", "--nproc-per-node=3"),
        ("accelerate", "--num_processes=3"),
        ("ray", processes.RAY),
    ],
)
def test_each_launcher_starts_so_many(kind: str, word: str) -> None:
    asked = {"kind": kind, "processes": 3}
    assert word in processes.command(["python", "-m", "oilstone_train.worker"], asked)

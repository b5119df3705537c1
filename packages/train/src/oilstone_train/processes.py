"""Several processes that train one adapter: who starts them, and what they share out.

Each has a GPU, or on the profile `cpu` its threads. They take the batches of an epoch by turns.
"""

from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from typing import Any

from oilstone_schemas.command import MissingTool, OilstoneError

Recipe = Mapping[str, Any]
Launcher = Mapping[str, Any]
Config = dict[str, Any]

RAY = "oilstone_train.cluster"
ON_RAY = "OILSTONE_ON_RAY"  # set in the environment of the processes that Ray has started
TORCHRUN = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node={}")
# Port 0: any that is free. Precision and sharding are Axolotl's to say.
ACCELERATE = (
    "-m", "accelerate.commands.launch", "--multi_gpu", "--num_processes={}", "--num_machines=1",
    "--mixed_precision=no", "--dynamo_backend=no", "--main_process_port=0",
)  # fmt: skip
LAUNCHERS = {"torchrun": TORCHRUN, "accelerate": ACCELERATE}

# Axolotl's keys that are written from `launcher` alone.
KEYS = ("deepspeed", "fsdp", "fsdp_version", "fsdp_config", "use_ray", "ray_num_workers",
        "ray_run_name", "resources_per_worker")  # fmt: skip
# Ways to share batches out that are not the order of rows that is promised here.
OTHER_SHARES = ("accelerator_config", "context_parallel_size", "tensor_parallel_size",
                "sequence_parallel_degree", "dp_shard_size", "dp_replicate_size")  # fmt: skip
EIGHT_BIT = "8bit"


def count(recipe: Recipe) -> int:
    """Return how many processes train; a base recipe knows only one."""
    launcher = recipe.get("launcher")
    return int(launcher["processes"]) if launcher else 1


def on_ray(recipe: Recipe) -> bool:
    """Tell whether Ray starts them: then what is here says nothing about what is there."""
    launcher = recipe["launcher"]
    return bool(launcher and launcher["kind"] == "ray")


def command(worker: Sequence[str], launcher: Launcher | None) -> list[str]:
    """Return the command that starts `worker` (an interpreter and its arguments) so many times."""
    if launcher is None:
        return list(worker)
    python, *arguments = worker
    if launcher["kind"] == "ray":
        return [python, "-m", RAY]
    started = LAUNCHERS[launcher["kind"]]
    return [python, *(word.format(launcher["processes"]) for word in started), *arguments]


def config(recipe: Recipe) -> Config:
    """Return Axolotl's keys for the recipe's `launcher`; none for one process."""
    launcher = recipe["launcher"]
    if launcher is None:
        return {}
    found: Config = {}
    if launcher["deepspeed"]:
        found["deepspeed"] = _zero(recipe, int(launcher["deepspeed"][-1]))
    if launcher["fsdp"]:
        found |= {"fsdp_version": 2, "fsdp_config": _fsdp(launcher["fsdp"])}
    if on_ray(recipe):
        found |= {
            "use_ray": True,
            "ray_num_workers": launcher["processes"],
            "resources_per_worker": resources(recipe),
        }
    return found


def resources(recipe: Recipe) -> dict[str, float]:
    """Return what Ray is to reserve for a process: a GPU, or the threads."""
    if recipe["profile"] == "cpu":
        return {"CPU": recipe["training"]["threads"]}
    return {"GPU": 1}


def spread(recipe: Recipe) -> bool:
    """Tell whether no process has the whole model, so that one alone cannot run or save it."""
    launcher = recipe.get("launcher")
    return bool(launcher and (launcher["fsdp"] or launcher["deepspeed"] == "zero3"))


def shares(recipe: Recipe) -> dict[str, int]:
    """Return into how many parts weights, gradients and the optimizer's state are cut."""
    launcher, number = recipe.get("launcher"), count(recipe)
    stage = 3 if spread(recipe) else int(((launcher and launcher["deepspeed"]) or "zero0")[-1])
    from_stage = {"optimizer": 1, "gradients": 2, "weights": 3}
    return {what: number if stage >= first else 1 for what, first in from_stage.items()}


def check(recipe: Recipe) -> None:
    """Raise OilstoneError for what does not go together, MissingTool for what is not installed."""
    if found := problems(recipe):
        raise OilstoneError("\n".join(found))
    for module, install in _needed(recipe).items():
        if find_spec(module) is None:
            raise MissingTool(f"{module} is not installed, and `launcher` asks for it: {install}")


def _needed(recipe: Recipe) -> dict[str, str]:
    """Return the modules that `launcher` needs, each with the command that installs it."""
    launcher, found = recipe["launcher"], {}
    if launcher and launcher["deepspeed"]:
        found["deepspeed"] = "pip install 'axolotl[deepspeed]==0.19.0'"
    if on_ray(recipe):
        found["ray"] = "pip install 'ray[train]'"
    return found


def problems(recipe: Recipe) -> list[str]:
    """Return what does not go together, each as "key: why, and what to do"."""
    found = list(_keys(recipe["axolotl"]))
    if recipe["launcher"]:
        found += [*_shares(recipe), *_parts(recipe)]
    return found


def _keys(passed_on: Mapping[str, Any]) -> Iterator[str]:
    for key in KEYS:
        if key in passed_on:
            yield f"axolotl.{key}: say it in `launcher`, which writes it"
    for key in OTHER_SHARES:
        if key in passed_on:
            yield (
                f"axolotl.{key}: a batch goes to one process, by turns: an epoch is each row once"
                " and repeats after a resume; take it out of `axolotl`"
            )


def _shares(recipe: Recipe) -> Iterator[str]:
    launcher, training = recipe["launcher"], recipe["training"]
    zero, fsdp = launcher["deepspeed"], launcher["fsdp"]
    if zero and fsdp:
        yield "launcher: deepspeed and fsdp both share the model out; keep one of them"
    if (zero or fsdp) and recipe["profile"] == "cpu":
        yield (
            f"launcher.{'deepspeed' if zero else 'fsdp'}: shares GPU memory, and the profile is"
            " cpu, where each process has the whole model; take it out"
        )
    if fsdp and EIGHT_BIT in training["optimizer"]:
        yield (
            f"training.optimizer: {training['optimizer']} fails in FSDP2, whose weights are spread;"
            " use adamw_torch_fused"
        )
    checkpointing = recipe["axolotl"].get("gradient_checkpointing_kwargs") or {}
    if zero == "zero3" and checkpointing.get("use_reentrant") is False:
        yield (
            "axolotl.gradient_checkpointing_kwargs: without use_reentrant, weights that zero3 has"
            " gathered look different when activations are computed again; take it out"
        )


def _parts(recipe: Recipe) -> Iterator[str]:
    if recipe["guard"]:
        yield "guard: goes back in one process only; set it to null, or leave `launcher` out"
    if recipe["memory"]:
        yield "memory: is trained in one process only; leave one of memory and launcher out"
    if spread(recipe) and recipe["evaluation"]["judged"]:
        yield (
            "evaluation.judged: no process has the whole adapter while it is trained with fsdp or"
            " zero3; judge it afterwards, or use zero2"
        )


def _zero(recipe: Recipe, stage: int) -> Config:
    """Return DeepSpeed's configuration; what stands elsewhere is `auto`, which is taken from there.

    See https://www.deepspeed.ai/docs/config-json.
    """
    sharing: Config = {"stage": stage, "overlap_comm": True, "contiguous_gradients": True}
    if stage == 3:
        sharing["stage3_gather_16bit_weights_on_model_save"] = True
    return {
        "zero_optimization": sharing,
        "bf16": {"enabled": True},
        "gradient_accumulation_steps": "auto",
        "gradient_clipping": "auto",
        "train_batch_size": "auto",
        "train_micro_batch_size_per_gpu": "auto",
        "wall_clock_breakdown": False,
    }


def _fsdp(settings: Mapping[str, Any]) -> Config:
    return {
        "auto_wrap_policy": "TRANSFORMER_BASED_WRAP",
        "transformer_layer_cls_to_wrap": settings["layer"],
        "state_dict_type": "FULL_STATE_DICT",
        "reshard_after_forward": True,
        "offload_params": settings["offload"],
        "cpu_ram_efficient_loading": False,  # would scatter NF4 weights of two shapes
    }

"""What a memory costs: CPU time of a training step at each chunk size, beside one without it.

    python benchmarks/train/bench_memory.py [--steps N] [--width N] [--layers N] [--tokens N]

A Llama-architecture model with random weights under LoRA; forward and backward, no optimizer. The
models take turns, step by step, and the median of each is compared.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import torch

CHUNKS = (1, 2, 4, 8, 16, 32, 64)


def main() -> None:
    args = arguments()
    torch.set_num_threads(1)
    without, with_memory = model(args, memory=False), model(args, memory=True)
    ids = torch.randint(0, 500, (args.rows, args.tokens))
    runs: dict[str, Callable[[], None]] = {"none": lambda: step(without, ids)}
    for size in CHUNKS:
        runs[f"chunk {size}"] = lambda size=size: step(with_memory, ids, size)  # type: ignore[misc]
    found = measured(runs, args.steps)
    base = found["none"]
    print(f"{'memory':<10}{'ms a step':>12}{'more':>9}")
    for name, spent in found.items():
        print(f"{name:<10}{1000 * spent:>12.1f}{spent / base - 1:>8.1%}")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    for name, value in (("steps", 9), ("width", 384), ("layers", 8), ("tokens", 512), ("rows", 2)):
        parser.add_argument(f"--{name}", type=int, default=value)
    return parser.parse_args()


def model(args: argparse.Namespace, memory: bool) -> Any:
    """Return the model under LoRA, a memory beside every fourth layer."""
    import peft
    import transformers

    from oilstone_train.stage2 import attach

    torch.manual_seed(0)
    config = transformers.LlamaConfig(
        vocab_size=500, hidden_size=args.width, intermediate_size=args.width * 8 // 3,
        num_hidden_layers=args.layers, num_attention_heads=args.width // 64,
    )  # fmt: skip
    made = transformers.LlamaForCausalLM(config)
    if memory:
        sizes = {"window": None, "heads": 1, "key_size": 64, "value_size": 64, "taps": 3,
                 "omega_window": 1, "query_projection": None}  # fmt: skip
        attach.attach(made, {**sizes, "rate": 1.0, "layers": list(range(0, args.layers, 4))})
    targets = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
    kept = [attach.NAME] if memory else None
    return peft.get_peft_model(
        made, peft.LoraConfig(r=16, target_modules=targets, modules_to_save=kept)
    )


def step(trained: Any, ids: Any, size: int | None = None) -> None:
    """Take the gradient of one batch."""
    from oilstone_train.stage2 import attach

    if size:
        attach.set_chunk(trained, size)
    trained.zero_grad()
    trained(input_ids=ids, labels=ids, use_cache=False).loss.backward()


def measured(runs: dict[str, Callable[[], None]], steps: int) -> dict[str, float]:
    """Return the median CPU seconds of each, all taking turns; the first turn warms up."""
    spent: dict[str, list[float]] = {name: [] for name in runs}
    for turn in range(steps + 1):
        for name, run in runs.items():
            begun = time.process_time()
            run()
            if turn:
                spent[name].append(time.process_time() - begun)
    return {name: statistics.median(values) for name, values in spent.items()}


if __name__ == "__main__":
    main()

"""A model of 7B shape with random weights, trained by recipes/shell-qwen7b: memory and speed.

    python benchmarks/train/bench_gpu.py [--shape 7b] [--device cuda] [--steps 30] [--work DIR]
    python benchmarks/train/bench_gpu.py --shape tiny --device cpu --steps 2

Weights decide neither memory nor speed, so none are downloaded: they are drawn on the spot (15 GB
on disk for 7b; a --work folder is kept and used again). The recipe is taken as it is, but for the
number of steps; then once more with packed sequences of 2048 tokens, for published figures are of
those. A row of the table is one run by `oilstone-train run`; below: what the seed and others told.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
import world

RECIPE = Path(__file__).parents[2] / "recipes" / "shell-qwen7b" / "phase1.yaml"
NAME = "Qwen/Qwen2.5-Coder-7B-Instruct"  # its shape; the weights are random ones
# Sizes as in config.json; of the first, Qwen2.5-7B's.
SHAPES = {
    "7b": {
        "hidden_size": 3584, "intermediate_size": 18944, "num_hidden_layers": 28,
        "num_attention_heads": 28, "num_key_value_heads": 4, "vocab_size": 152064,
    },
    "tiny": {
        "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2,
        "num_attention_heads": 4, "num_key_value_heads": 2, "vocab_size": 512,
    },
}  # fmt: skip
KEYS = {
    "layers": "num_hidden_layers", "width": "hidden_size", "mlp_width": "intermediate_size",
    "heads": "num_attention_heads", "kv_heads": "num_key_value_heads", "vocabulary": "vocab_size",
}  # fmt: skip
PACKED = ("sequence_len=2048", "sample_packing=true", "gradient_accumulation_steps=1")
SETTINGS = {"the recipe, 4 rows a step": (), "packed, 2048 tokens a step": PACKED}
LINES = 16  # of a row's program: some 400 of the recipe's 512 tokens

# (what, GB, seconds a step, tokens a second), as told; a step of the first is 4 rows.
TOLD = (
    ("seed's run: Qwen2.5-Coder-7B, r 8, 24 GB", 9.0, 4.8, None),
    ("torchtune: Llama-3.1-8B QLoRA, 4090, packed 2 x 2048", 7.4, None, 2413),
    ("LLaMA-Factory: Llama-2-7B 4-bit, A100 40 GB, 2048", 7.0, None, 2741),
    ("  with Unsloth", 6.0, None, 3178),
    ("Qwen: Qwen-7B QLoRA, A100 80 GB, 2048", 13.9, 7.0, 2340),
)
Found = dict[str, float | None]


def main() -> None:
    args = arguments()
    if args.device == "cuda":
        device()
    with tempfile.TemporaryDirectory(prefix="gpu-") as name:
        work = args.work or Path(name)
        work.mkdir(parents=True, exist_ok=True)
        prepare(work, args.shape, args.device)
        rows = [(what, run(work, args, keys)) for what, keys in SETTINGS.items()]
    table(args, rows)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--shape", choices=SHAPES, default="7b")
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    parser.add_argument("--steps", type=int, default=30, help="of each run")
    parser.add_argument("--work", type=Path, metavar="DIR", help="kept, and used again")
    return parser.parse_args()


def device() -> None:
    import torch

    if not torch.cuda.is_available():
        sys.exit("torch sees no GPU; --shape tiny --device cpu runs all but the GPU's own part")
    print(f"GPU: {torch.cuda.get_device_name()}, torch {torch.__version__}")


def prepare(work: Path, shape: str, where: str) -> None:
    """Make dataset and base, unless they are there."""
    if not (work / "data").exists():
        world.dataset(work / "data", LINES)
    if (work / "base").exists():
        return
    model(work / "model", work / "data" / "train.jsonl", SHAPES[shape], where)
    ours("adopt", work / "model", "--name", NAME, "--out", work / "base")


def model(folder: Path, rows: Path, sizes: dict[str, int], where: str) -> None:
    """Write random weights in bfloat16, drawn where they fit fastest, and a tokenizer."""
    import torch
    from transformers import Qwen2Config, Qwen2ForCausalLM

    words = tokenizer(rows)
    words.save_pretrained(folder)
    config = Qwen2Config(
        **sizes, rope_parameters={"rope_type": "default", "rope_theta": 1e6},
        max_position_embeddings=32768, tie_word_embeddings=False, dtype="bfloat16",
        pad_token_id=words.pad_token_id, bos_token_id=words.bos_token_id,
        eos_token_id=words.eos_token_id,
    )  # fmt: skip
    torch.manual_seed(0)
    torch.set_default_dtype(torch.bfloat16)
    with torch.device(where):
        made = Qwen2ForCausalLM(config)
    made.save_pretrained(folder)


def tokenizer(rows: Path) -> Any:
    """Return a tokenizer with a chat template, trained on the rows; the shape has more words."""
    from oilstone_schemas import jsonl
    from oilstone_train.engine import tokenizer as words

    texts = [f"{row['prompt']}\n{row['completion']}" for row in jsonl.read(rows, "row.v1")]
    sizes = {"vocab_size": 320, "min_frequency": 2, "line_tokens": 0}
    return words.train(texts, {"tokenizer": sizes, "model": {"context": 32768}})


def run(work: Path, args: argparse.Namespace, keys: tuple[str, ...]) -> Found:
    """Train; return GB, seconds a step and tokens a second once it has warmed up."""
    sizes = {key: SHAPES[args.shape][name] for key, name in KEYS.items()}
    every = f"={args.steps}"
    wanted = [
        *(f"training.{key}{every}" for key in ("max_steps", "eval_steps", "save_steps")),
        "training.logging_steps=1", "training.warmup_steps=2", "evaluation.max_rows=4",
        f"base_model.shape={json.dumps(sizes)}", *(f"training.{key}" for key in keys),
        *(["profile=cpu"] if args.device == "cpu" else []),
    ]  # fmt: skip
    out = Path(tempfile.mkdtemp(dir=work)) / "out"
    words = [word for pair in wanted for word in ("--set", pair)]
    ours("run", RECIPE, "--data", work / "data", "--base", work / "base", "--out", out, *words)
    return speed([json.loads(line) for line in (out / "telemetry.jsonl").read_text().splitlines()])


def ours(*words: object) -> None:
    done = subprocess.run([sys.executable, "-m", "oilstone_train", *map(str, words)])
    if done.returncode:
        sys.exit(f"oilstone-train {words[0]} ended with {done.returncode}")


def speed(lines: list[dict[str, Any]]) -> Found:
    """Return the medians between two logged steps; the first third warms up."""
    steps = [line for line in lines if "loss" in line]
    steps = steps[len(steps) // 3 :]
    pairs = list(pairwise(steps))
    seconds = statistics.median(b["seconds"] - a["seconds"] for a, b in pairs)
    tokens = statistics.median(b["tokens"] - a["tokens"] for a, b in pairs)
    memory = max(line.get("gpu_mib", line["rss_mib"]) for line in lines)
    return {"GB": memory * 2**20 / 1e9, "s": seconds, "tokens": tokens / seconds}


def table(args: argparse.Namespace, rows: list[tuple[str, Found]]) -> None:
    what = "GPU memory at most" if args.device == "cuda" else "memory of the process"
    print(f"shape {args.shape} on {args.device}; {what}, medians over the steps")
    print(f"{'':<54}{'GB':>8}{'s a step':>10}{'tokens/s':>10}")
    told = [(name, {"GB": gb, "s": s, "tokens": tokens}) for name, gb, s, tokens in TOLD]
    for name, found in [*rows, *told]:
        numbers = (f"{'' if v is None else f'{v:.1f}':>{n}}" for v, n in _columns(found))
        print(f"{name:<54}{''.join(numbers)}")


def _columns(found: Found) -> list[tuple[float | None, int]]:
    return list(zip((found["GB"], found["s"], found["tokens"]), (8, 10, 10), strict=True))


if __name__ == "__main__":
    main()

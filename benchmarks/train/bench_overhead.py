"""What `oilstone-train run` costs beside bare `axolotl train` with the same effective YAML.

    python benchmarks/train/bench_overhead.py [--pairs 5] [--steps 5 30] [--width 128]

CPU seconds of a command and its children. Both train the same rows over the same base, in turns;
bare Axolotl leaves out our plugin alone. Two lengths tell a run's fixed cost from that of a step,
from which follows a run of ten minutes. Since that multiplies the noise of two runs by twenty or
more, clocks inside one further run tell what a step spends in our callbacks, sampler, trainer and
checkpoints. The exit code is 1 when ten minutes cost more than 3 % more (what the runs cost more,
and further steps by the clocks), or the clocks show more than 1 % of a step.
"""

import argparse
import json
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).parent))
import world

from oilstone_schemas import jsonl
from oilstone_train import forms, launch, layout

TEN_MINUTES = 600.0
RUN, STEP = 0.03, 0.01  # the aims
STUDENT = {2: 12.706, 3: 4.303, 4: 3.182, 5: 2.776, 6: 2.571, 8: 2.365, 10: 2.262}  # 95 %
TRAINING = """\
training:
  max_steps: {steps}
  sequence_len: 512
  micro_batch_size: 2
  learning_rate: 1.0e-3
  warmup_steps: 2
  logging_steps: 10
  eval_steps: {every}
  save_steps: {every}
  threads: 1
"""
BASE = """\
seed: 1
tokenizer: {{vocab_size: 320}}
model: {{layers: 4, width: {width}, heads: 4, mlp_width: {mlp}, context: 512}}
"""
# The command, but for one thing: its worker has clocks in it.
CLOCKED = """\
import sys
from oilstone_train import launch
launch.COMMAND = [sys.executable, sys.argv[1]]
launch.PASSED_ON_PREFIXES += ("OILSTONE_BENCH_",)
from oilstone_train.cli import main
raise SystemExit(main(sys.argv[2:]))
"""
Seconds = dict[str, list[float]]


def main() -> int:
    args = arguments()
    with tempfile.TemporaryDirectory(prefix="overhead-") as name:
        folder = Path(name)
        make_inputs(folder, args.width)
        measured(folder, 1, 1)  # warms up: Python compiles what it has not met yet
        found = [measured(folder, steps, args.pairs) for steps in args.steps]
        clocks, in_all = clocked(folder, args.steps[1])
    return told(found, args.steps, clocks, in_all)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pairs", type=int, default=5, choices=sorted(STUDENT))
    parser.add_argument("--steps", type=int, nargs=2, default=(5, 30))
    parser.add_argument("--width", type=int, default=128, help="of the model's hidden state")
    return parser.parse_args()


def make_inputs(folder: Path, width: int) -> None:
    """Make the dataset, and a base that has hardly been trained."""
    world.dataset(folder / "data")
    sizes = BASE.format(width=width, mlp=3 * width)
    (folder / "base.yaml").write_text(sizes + training(2))
    base = ("base", "base.yaml", "--data", "data", "--out", "base")
    world.spent([sys.executable, "-m", "oilstone_train", *base], folder)


def training(steps: int) -> str:
    return TRAINING.format(steps=steps, every=10 * math.ceil(steps / 20))


def measured(folder: Path, steps: int, pairs: int) -> Seconds:
    """Return CPU seconds of each side's runs; who begins a pair changes from pair to pair."""
    (folder / "phase.yaml").write_text("seed: 1\nlora: {r: 8, alpha: 16}\n" + training(steps))
    make_bare(folder)
    sides: list[tuple[str, Callable[[Path], float]]] = [("ours", ours), ("bare", bare)]
    found: Seconds = {"ours": [], "bare": []}
    for number in range(pairs):
        for side, run in sides[:: 1 if number % 2 else -1]:
            found[side].append(run(folder))
            print(f"  {steps} steps, {side}: {found[side][-1]:.2f} s", file=sys.stderr)
    return found


def words(folder: Path) -> list[str]:
    given = ("--data", "data", "--base", "base", "--out", "out")
    shutil.rmtree(folder / "out", ignore_errors=True)
    return ["run", "phase.yaml", *given]


def ours(folder: Path) -> float:
    return world.spent([sys.executable, "-m", "oilstone_train", *words(folder)], folder)


def make_bare(folder: Path) -> None:
    """Write what `oilstone-train run` would: the YAML, without the plugin, and the rows."""
    planned = subprocess.run(
        [sys.executable, "-m", "oilstone_train", "plan", "phase.yaml", "--json"],
        cwd=folder, capture_output=True, text=True, check=True,
    )  # fmt: skip
    config = json.loads(planned.stdout)["config"]
    del config["plugins"]
    work = folder / "bare"
    (work / layout.TRAIN.parent).mkdir(parents=True, exist_ok=True)
    (work / layout.CONFIG).write_text(yaml.safe_dump(config))
    for name in (layout.TRAIN, layout.EVAL):
        rows = jsonl.read(folder / "data" / name.name)
        jsonl.write(work / name, (forms.conversation(row, "") for row in rows))
    if not (work / layout.BASE).exists():
        (work / layout.BASE).symlink_to(folder / "base")


def bare(folder: Path) -> float:
    work = folder / "bare"
    for name in (layout.OUT, layout.PREPARED, layout.CACHE):
        shutil.rmtree(work / name, ignore_errors=True)
    train = ("axolotl", "train", layout.CONFIG, "--launcher", "python")
    return world.spent(train, work, launch.environment(1))


def clocked(folder: Path, steps: int) -> tuple[dict[str, float], float]:
    """Return what the clocks inside a run say, and CPU seconds of its training loop."""
    clocks = folder / "clocks.json"
    inside = Path(__file__).with_name("inside.py")
    command = [sys.executable, "-c", CLOCKED, inside, *words(folder)]
    world.spent(command, folder, {**os.environ, "OILSTONE_BENCH_CLOCKS": str(clocks)})
    found: dict[str, float] = json.loads(clocks.read_text())
    return found, sum(value for label, value in found.items() if "once" not in label)


def told(
    found: list[Seconds], steps: tuple[int, int], clocks: dict[str, float], in_all: float
) -> int:
    short, long = found
    between = steps[1] - steps[0]
    each = {s: [(b - a) / between for a, b in zip(short[s], long[s], strict=True)] for s in short}
    fixed = {s: [a - steps[0] * e for a, e in zip(short[s], each[s], strict=True)] for s in short}
    step, start = statistics.median(each["bare"]), statistics.median(fixed["bare"])
    many = (TEN_MINUTES - start) / step
    print(f"{'CPU time':<10}{'fixed s':>10}{'ms a step':>12}{'s a run of ' + str(steps[1]):>16}")
    for side in ("bare", "ours"):
        middle = (statistics.median(v[side]) for v in (fixed, each, long))
        print("{:<10}{:>10.2f}{:>12.2f}{:>16.2f}".format(side, *_scaled(*middle)))
    more = [a - b for a, b in zip(fixed["ours"], fixed["bare"], strict=True)]
    slower = [a - b for a, b in zip(each["ours"], each["bare"], strict=True)]
    by_runs = [(f + many * s) / TEN_MINUTES for f, s in zip(more, slower, strict=True)]
    whole = [a - b for v in found for a, b in zip(v["ours"], v["bare"], strict=True)]
    mine = sum(v for label, v in clocks.items() if label != "theirs" and "once" not in label)
    by_clocks = [(w + (many * step) * mine / in_all) / TEN_MINUTES for w in whole]
    print(f"ten minutes of bare Axolotl: {many:.0f} steps like these")
    print(f"more for ten minutes, by two lengths: {_percent(by_runs)}")
    print(
        f"more for ten minutes, a whole short run's cost and steps by clocks: {_percent(by_clocks)}"
    )
    for label, value in sorted(clocks.items()):
        print(f"  {label:<18}{value:>8.3f} s{value / in_all:>9.2%}")
    print(f"ours in a step: {mine / in_all:.2%}")
    return int(statistics.fmean(by_clocks) > RUN or mine / in_all > STEP)


def _scaled(fixed: float, each: float, run: float) -> tuple[float, float, float]:
    return fixed, 1000 * each, run


def _percent(values: list[float]) -> str:
    """Return mean and 95 % interval (Student's t) of shares."""
    mean = statistics.fmean(values)
    t = STUDENT.get(len(values), 2.0)
    apart = t * statistics.stdev(values) / math.sqrt(len(values))
    return f"{mean:.1%} [{mean - apart:.1%}, {mean + apart:.1%}]"


if __name__ == "__main__":
    raise SystemExit(main())

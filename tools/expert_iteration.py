"""Expert iteration: a model learns from those of its own answers that the judges found good.

Each round answers training problems several times, keeps the best answers, trains on them a little,
and is judged on the held-out problems. It ends when a round no longer helps: the paired interval of
the metric against the round before is not clear of zero. Every step is an installed command,
and none is run twice on the same inputs. Called by make, from the repository's root.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any


def run(*words: object) -> dict[str, Any]:
    """Run a command and return what it says as JSON; end as it ends when it fails."""
    done = subprocess.run([*map(str, words), "--json"], stdout=subprocess.PIPE, text=True)
    if done.returncode:
        print(done.stdout, file=sys.stderr)
        raise SystemExit(done.returncode)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


class Loop:
    """The rounds, each in a folder of its own below `expert/`."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.args, self.folder = args, args.work / "expert"
        self.recipes = args.recipes / "expert"
        self.problems = args.work / "problems"
        self.tasks = self.folder / "tasks"

    def start(self) -> tuple[Path, Path]:
        """Return the adapter to begin with and the report about it."""
        export = ("oilstone-data", "export", self.args.data, "--as", "problems", "--split", "train")
        run(*export, "--limit", self.args.tasks, "--out", self.tasks)
        return self.args.start, self.judged(self.args.start, self.folder / "round0")

    def judged(self, adapter: Path, folder: Path) -> Path:
        """Judge an adapter on the held-out problems; return the report."""
        return self._answered(
            adapter, self.problems, folder / "held-out", self.args.recipes / "eval.yaml"
        )

    def round(self, number: int, adapter: Path, before: Path) -> dict[str, Any]:
        """Do one round from `adapter`; return its yield and its gain over the report `before`."""
        folder = self.folder / f"round{number}"
        seed = ("--set", f"seed={number}")
        tried = self._answered(
            adapter, self.tasks, folder / "tries", self.recipes / "eval.yaml", *seed
        )
        recipe = ("--recipe", self.recipes / "from-verdicts.yaml")
        harvest = run(
            "oilstone-data", "from-verdicts", tried, "--problems", self.problems, *recipe,
            "--out", folder / "harvest",
        )  # fmt: skip
        run(
            "oilstone-train", "run", self.recipes / "phase.yaml", "--data", folder / "harvest",
            "--mix", self.args.data, "--base", self.args.base, "--from", adapter,
            "--out", folder / "adapter",
        )  # fmt: skip
        after = self.judged(folder / "adapter", folder)
        gain = run("oilstone-eval", "compare", after, before)
        (differences,) = gain["baselines"].values()
        found = differences[self.args.metric]
        return {"round": number, "harvest": harvest["counts"], "report": after, **found}

    def _answered(self, adapter: Path, problems: Path, out: Path, recipe: Path, *more: str) -> Path:
        shared = ("--problems", problems, "--recipe", recipe, *more)
        samples, report = out.with_name(f"{out.name}-samples"), out
        run("oilstone-eval", "generate", "--base", self.args.base, "--adapter", adapter,
            "--out", samples, *shared)  # fmt: skip
        run("oilstone-eval", "judge", samples, "--out", report, *shared)
        return report


def line(found: dict[str, Any], metric: str) -> str:
    """Return a round's line of the table."""
    harvest = found["harvest"]
    return (
        f"round {found['round']}: {harvest['train'] + harvest['eval']} of {harvest['read']} answers"
        f" kept; {metric} {found['value']:.3f}, gain {found['difference']:+.3f}"
        f" [{found['low']:+.3f} {found['high']:+.3f}], n={found['n']}"
    )


def main() -> int:
    """Run rounds until one no longer helps; print a line for each, and the best adapter."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    for name in ("work", "recipes", "data", "base", "start"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tasks", type=int, default=300, help="training problems to answer")
    parser.add_argument("--metric", required=True, help="of the report; named before it is run")
    args = parser.parse_args()
    loop = Loop(args)
    best, before = loop.start()
    for number in range(1, args.rounds + 1):
        found = loop.round(number, best, before)
        print(line(found, args.metric), flush=True)
        if found["low"] <= 0:
            print("this round no longer helps")
            break
        best, before = loop.folder / f"round{number}" / "adapter", found["report"]
    print(f"best: {best}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

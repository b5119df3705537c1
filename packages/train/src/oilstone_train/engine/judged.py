"""The adapter as it is, judged by programs that run: what loss only stands for."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from accelerate.utils import broadcast_object_list
from transformers import TrainerCallback

from oilstone_schemas.command import CheckFailed
from oilstone_train import layout, telemetry

TAIL = 2000  # characters of what a failed command said


class Judged(TrainerCallback):  # type: ignore[misc]  # transformers is not followed by mypy
    """Adds `eval_judged` to what an evaluation found, before anyone looks for the best."""

    def __init__(self, job: dict[str, Any]) -> None:
        """`job`: {"metric", "problems": path of an artifact, "recipe": path of an eval.yaml}."""
        self.job = job

    def on_evaluate(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Save the adapter, let oilstone-eval answer and judge, and note what came of it."""
        found = [self._judge(state, kwargs["model"]) if state.is_world_process_zero else None]
        broadcast_object_list(found)  # the first of the processes judges; the others wait for it
        kwargs["metrics"]["eval_judged"] = found[0]

    def _judge(self, state: Any, model: Any) -> float:
        folder = layout.JUDGED / f"step-{state.global_step}"
        shutil.rmtree(folder, ignore_errors=True)
        model.save_pretrained(folder / "adapter")
        value = self._value(folder)
        line = {"step": state.global_step, "of": state.max_steps, "judged": value}
        telemetry.append(layout.TELEMETRY, line)
        shutil.rmtree(folder)
        return value

    def _value(self, folder: Path) -> float:
        """Return the metric. Raises CheckFailed when it could not be measured."""
        words = ("--base", layout.BASE, "--adapter", folder / "adapter")
        done = subprocess.run(
            ["oilstone-eval", "run", self.job["recipe"], *words, "--problems", self.job["problems"],
             "--out", folder / "report"],
            capture_output=True, text=True,
        )  # fmt: skip
        if done.returncode:
            raise CheckFailed(f"the adapter could not be judged:\n{done.stderr[-TAIL:]}")
        metrics = json.loads((folder / "report" / "metrics.json").read_text())["metrics"]
        found = metrics.get(self.job["metric"], {}).get("value")
        if found is None:
            raise CheckFailed(
                f"evaluation.judged.metric: the report has no {self.job['metric']!r};"
                f" it has {', '.join(sorted(metrics))}"
            )
        return float(found)

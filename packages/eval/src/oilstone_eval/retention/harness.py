"""Runs a task through lm-eval with a model of ours, and turns its samples into ours."""

import json
import logging
import os
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from oilstone_eval.generate.model import Model
from oilstone_eval.inputs import Row
from oilstone_eval.retention.tasks import Task
from oilstone_schemas.command import MissingTool


def answers(
    model: Model, task: Task, problems: Sequence[Row], limit: int, batch: int, seed: int
) -> tuple[list[Row], dict[str, Any]]:
    """Return a sample per problem, and the scores that lm-eval itself gives them.

    `problems` are the task's questions in their order. Raises MissingTool without lm-eval.
    """
    evaluator, manager, wrapper = _library()
    wrapped = wrapper(
        pretrained=model.network, tokenizer=model.tokenizer, batch_size=batch,
        max_length=model.context, device=model.device,
    )  # fmt: skip
    with TemporaryDirectory() as folder:
        config = task.config(limit)
        # JSON is YAML, and a file is what lm-eval takes a task from.
        Path(folder, "task.yaml").write_text(json.dumps(config), encoding="utf-8")
        found = evaluator.simple_evaluate(
            model=wrapped, tasks=[config["task"]], num_fewshot=task.shots, limit=len(problems),
            task_manager=manager(include_path=folder, include_defaults=False), log_samples=True,
            bootstrap_iters=0, random_seed=seed, numpy_random_seed=seed, torch_random_seed=seed,
            fewshot_random_seed=seed,
        )  # fmt: skip
    name = f"oilstone_{task.name}"
    logged = {row["doc_id"]: row for row in found["samples"][name]}
    scores = {
        key: value
        for key, value in found["results"][name].items()
        if isinstance(value, float) and "stderr" not in key
    }
    rows = [_sample(problem, logged[place]) for place, problem in enumerate(problems)]
    return rows, scores


def _library() -> tuple[Any, Any, Any]:
    for name in ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE"):
        os.environ.setdefault(name, "1")
    try:
        from lm_eval import evaluator  # type: ignore[import-untyped]
        from lm_eval.models.huggingface import HFLM  # type: ignore[import-untyped]
        from lm_eval.tasks import TaskManager  # type: ignore[import-untyped]
    except ImportError as error:
        raise MissingTool(
            f"{error.name} is not installed, which retention needs."
            " Install it: pip install 'oilstone-eval[retention,local]'"
        ) from error
    for name in ("lm_eval", "lm-eval", "datasets"):
        logging.getLogger(name).setLevel(logging.ERROR)
    return evaluator, TaskManager, HFLM


def _sample(problem: Row, logged: Row) -> Row:
    answer = str(logged["resps"][0][0])
    return {
        "problem_id": problem["id"], "sample_index": 0, "completion": answer, "code": answer,
        "finish_reason": "unknown", "prompt_tokens": 0, "completion_tokens": 0, "seconds": 0.0,
    }  # fmt: skip

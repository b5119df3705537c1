"""The tasks as lm-eval reads them: its own prompts and stop words, and files of this machine."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oilstone_schemas.command import OilstoneError


@dataclass(frozen=True)
class Task:
    """A task, its questions in a JSONL file, and the worked examples that go before each.

    `train`: the file they are taken from, its first ones; None without any.
    """

    name: str
    questions: Path
    shots: int = 0
    train: Path | None = None

    def config(self, limit: int) -> dict[str, Any]:
        """Return lm-eval's configuration; `limit`: tokens of an answer at most."""
        files = {"test": str(self.questions.resolve())}
        if self.train:
            files["train"] = str(self.train.resolve())
        shared = {
            "task": f"oilstone_{self.name}", "dataset_path": "json",
            "dataset_kwargs": {"data_files": files}, "test_split": "test",
            "output_type": "generate_until", "num_fewshot": self.shots,
            "metadata": {"version": 1.0},
        }  # fmt: skip
        if self.shots:
            shared |= {"fewshot_split": "train", "fewshot_config": {"sampler": "first_n"}}
        own = _GSM8K if self.name == "gsm8k" else _HUMANEVAL
        generation = {"until": own["until"], "do_sample": False, "max_gen_toks": limit}
        return {**shared, **own["task"], "generation_kwargs": generation}


def gsm8k(questions: Path, shots: int, train: Path | None) -> Task:
    """Return GSM8K. Raises OilstoneError when there is nothing to take worked examples from."""
    if shots and not train:
        raise OilstoneError(f"--shots {shots} needs --gsm8k-train FILE to take examples from")
    return Task("gsm8k", questions, shots, train if shots else None)


def humaneval(questions: Path) -> Task:
    """Return HumanEval."""
    return Task("humaneval", questions)


# As lm-eval's gsm8k.yaml: the answer counts after "####", or the last number.
_GSM8K: dict[str, Any] = {
    "until": ["Question:", "</s>", "<|im_end|>"],
    "task": {
        "doc_to_text": "Question: {{question}}\nAnswer:",
        "doc_to_target": "{{answer}}",
        "metric_list": [
            {
                "metric": "exact_match", "aggregation": "mean", "higher_is_better": True,
                "ignore_case": True, "ignore_punctuation": False,
                "regexes_to_ignore": [",", r"\$", "(?s).*#### ", r"\.$"],
            }
        ],
        "filter_list": [
            {
                "name": "flexible-extract",
                "filter": [
                    {
                        "function": "regex", "group_select": -1,
                        "regex_pattern": r"(-?[$0-9.,]{2,})|(-?[0-9]+)",
                    },
                    {"function": "take_first"},
                ],
            }
        ],
    },
}  # fmt: skip
# As lm-eval's humaneval.yaml; what comes out is judged here, in the sandbox, and not by lm-eval.
_HUMANEVAL: dict[str, Any] = {
    "until": ["\nclass", "\ndef", "\n#", "\nif", "\nprint"],
    "task": {
        "doc_to_text": "{{prompt}}",
        "doc_to_target": "{{canonical_solution}}",
        "metric_list": [{"metric": "bypass", "aggregation": "bypass", "higher_is_better": True}],
    },
}

"""The loss on a few conversations, by which a phase proves that it goes on from that very adapter.

Rows are read one by one, unpacked, so neither packing nor the length of sequences nor the size of
batches is part of the number: it compares across phases that differ in all of them.
"""

from itertools import islice
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from oilstone_schemas import jsonl
from oilstone_train import forms, handover
from oilstone_train.stage2 import attach

Turns = list[dict[str, str]]


def loss(
    model: Any, tokenizer: Any, rows: Path, chunk: int | None = 1, most: int = handover.MOST
) -> float:
    """Return the mean loss per token of the last turns, in nats; the model's mode is kept.

    `chunk`: chunk size of its memories, where it has some; None: as it is. `most`: rows, the first.
    """
    import torch

    training, total, count = model.training, 0.0, 0
    model.eval()
    with torch.no_grad(), attach.chunks_of(model, chunk):
        for row in islice(jsonl.read(rows), most):
            found, tokens = _row(model, tokenizer, row["messages"])
            total, count = total + found, count + tokens
    model.train(training)
    return total / count


def _row(model: Any, tokenizer: Any, turns: Turns) -> tuple[float, int]:
    """Return the summed loss of the last turn's tokens, and how many they are."""
    import torch

    turn = forms.tokenized(tokenizer, turns)
    given = torch.tensor([turn.tokens], device=model.device)
    logits = model(input_ids=given).logits[0, turn.start - 1 : -1].float()
    wanted = given[0, turn.start :]
    summed = torch.nn.functional.cross_entropy(logits, wanted, reduction="sum")
    return float(summed), len(wanted)


class Handover(TrainerCallback):  # type: ignore[misc]  # transformers is not followed by mypy
    """Before the first step: the loss must be the one that the earlier phase ended with."""

    def __init__(self, rows: Path, expected: float) -> None:
        self.rows, self.expected = rows, expected

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Raise CheckFailed when it is another model; a resumed run was checked when it began."""
        if not state.global_step:
            found = loss(kwargs["model"], kwargs["processing_class"], self.rows)
            handover.same(self.expected, found)


class Measured(TrainerCallback):  # type: ignore[misc]  # transformers is not followed by mypy
    """After the last step, the best adapter loaded: the loss that the next phase must find.

    While the processes still stand together: a model whose layers are spread over them answers
    only to all of them at once.
    """

    def __init__(self, rows: Path) -> None:
        self.rows, self.loss = rows, float("nan")

    def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Measure it."""
        self.loss = loss(kwargs["model"], kwargs["processing_class"], self.rows)

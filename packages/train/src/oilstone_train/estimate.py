"""What a recipe will take: steps, tokens, and how often it goes through the data."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

BYTES_PER_TOKEN = 3.5  # of source code, with a vocabulary of some thousands; a guess
TOO_OFTEN = 3.0  # epochs from which on rows are learned by heart

Count = Callable[[str], int]


def steps(
    training: Mapping[str, Any], tokens_per_epoch: int | None = None, processes: int = 1
) -> dict[str, int]:
    """Return steps and the most tokens that they can hold: packing leaves some of it empty.

    In epochs over an unknown number of tokens, only the tokens of one step are known.
    """
    per_step = (
        training["sequence_len"]
        * training["micro_batch_size"]
        * training["gradient_accumulation_steps"]
        * processes
    )
    count = training["max_steps"]
    if not count and tokens_per_epoch is not None:
        count = training["epochs"] * max(1, round(tokens_per_epoch / per_step))
    known = {"steps": count, "tokens_at_most": per_step * count} if count else {}
    return {"tokens_per_step_at_most": per_step, **known}


def rows(
    texts: Iterable[str], training: Mapping[str, Any], count: Count, processes: int = 1
) -> dict[str, Any]:
    """Return rows, their tokens, those that are too long, steps, and the epochs they make."""
    lengths = [count(text) for text in texts]
    fitting = [length for length in lengths if length <= training["sequence_len"]]
    tokens = sum(fitting)
    taken = steps(training, tokens, processes)
    return {
        **taken,
        "rows": len(lengths),
        "rows_too_long": len(lengths) - len(fitting),
        "tokens_per_epoch": tokens,
        "epochs_at_most": round(taken["tokens_at_most"] / max(tokens, 1), 2),
    }


def guessed(text: str) -> int:
    """Return about how many tokens a text has, when there is no tokenizer to ask."""
    return round(len(text.encode()) / BYTES_PER_TOKEN)


def warnings(found: Mapping[str, Any]) -> list[str]:
    """Return what a person should think about before spending the time."""
    said = []
    if found["epochs_at_most"] > TOO_OFTEN:
        said.append(
            f"about {found['epochs_at_most']} epochs: rows seen more than {TOO_OFTEN:.0f} times"
            " are learned by heart; take fewer steps or more rows"
        )
    if found["epochs_at_most"] < 1:
        most = round(found["rows"] * found["epochs_at_most"])
        said.append(
            f"no step gets to some {found['rows'] - most} of {found['rows']} rows;"
            f" rows.max_rows: {most} saves the time to tokenize them"
        )
    if found["rows_too_long"]:
        said.append(
            f"{found['rows_too_long']} rows are longer than training.sequence_len and left out"
        )
    return said

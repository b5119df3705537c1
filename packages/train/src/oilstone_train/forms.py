"""How a row is written down for training."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from oilstone_train.select import Row

EOS = "<|eos|>"


def under_comment(row: Row, prefix: str, loss_on_comment: bool) -> dict[str, Any]:
    """Return the prompt as a comment and the program below it: Axolotl's `input_output` form.

    The two are tokenized apart, just as the comment alone is tokenized when it is a prompt. The
    program stands in a fence as it will in a chat: LoRA leaves the embeddings alone, so a token
    that the base never saw stays one that no phase can learn to say.
    """
    comment = "".join(f"{prefix}{line}\n" for line in row["prompt"].split("\n"))
    return {
        "segments": [
            {"label": loss_on_comment, "text": comment},
            {"label": True, "text": fenced(row) + EOS},
        ]
    }


def conversation(row: Row, system_prompt: str, reasoning: str = "none") -> dict[str, Any]:
    """Return the turns of a chat: Axolotl's `chat_template` form, the program in a fence.

    `reasoning`: what becomes of a row's thoughts, as the phase recipe's key of that name says.
    """
    turns = [("user", row["prompt"]), ("assistant", _thoughts(row, reasoning) + fenced(row))]
    if system_prompt:
        turns.insert(0, ("system", system_prompt))
    return {"messages": [{"role": role, "content": content} for role, content in turns]}


def _thoughts(row: Row, reasoning: str) -> str:
    """Return what stands before the program: nothing where a row has no thoughts."""
    text = row.get("reasoning", "").strip()
    if not text or reasoning == "none":
        return ""
    return f"<think>\n{text}\n</think>\n\n" if reasoning == "think" else f"{text}\n\n"


@dataclass(frozen=True)
class Turn:
    """The tokens of a conversation, and where its answer, the last turn, begins."""

    tokens: Sequence[int]
    start: int


def tokenized(tokenizer: Any, turns: Sequence[dict[str, str]]) -> Turn:
    """Return a conversation as the tokenizer's chat template writes it."""
    asked, whole = (
        tokenizer.apply_chat_template(part, tokenize=True, return_dict=False, **more)
        for part, more in ((turns[:-1], {"add_generation_prompt": True}), (turns, {}))
    )
    return Turn(whole, len(asked))


def fenced(row: Row) -> str:
    """Return the row's program as a Markdown code block, the way every model here answers."""
    program = row["completion"].removesuffix("\n")
    return f"```{row['language']}\n{program}\n```"

import random

import pytest

from oilstone_train import forms

from .conftest import row

ROW = row("r", random.Random(3), completion="fn main() {}\n", prompt="Do this.\nAnd that.")


def test_every_line_of_the_prompt_is_a_comment() -> None:
    comment, program = forms.under_comment(ROW, "// ", False)["segments"]
    assert comment == {"label": False, "text": "// Do this.\n// And that.\n"}
    assert program == {"label": True, "text": "```rust\nfn main() {}\n```<|eos|>"}


def test_the_comment_can_be_learned_too() -> None:
    assert forms.under_comment(ROW, "# ", True)["segments"][0]["label"] is True


def test_the_answer_stands_in_a_fence() -> None:
    assert forms.conversation(ROW, "")["messages"] == [
        {"role": "user", "content": "Do this.\nAnd that."},
        {"role": "assistant", "content": "```rust\nfn main() {}\n```"},
    ]


def test_a_system_prompt_comes_first() -> None:
    first = forms.conversation(ROW, "You write Rust.")["messages"][0]
    assert first == {"role": "system", "content": "You write Rust."}


def test_a_command_without_a_last_newline_is_fenced_on_lines_of_its_own() -> None:
    assert forms.fenced({"language": "shell", "completion": "ls -l"}) == "```shell\nls -l\n```"


@pytest.mark.parametrize(
    ("reasoning", "before"),
    [("none", ""), ("before", "First this.\n\n"), ("think", "<think>\nFirst this.\n</think>\n\n")],
)
def test_thoughts_stand_before_the_program_as_the_recipe_says(reasoning: str, before: str) -> None:
    thoughtful = {**ROW, "reasoning": "First this.\n"}
    answer = forms.conversation(thoughtful, "", reasoning)["messages"][-1]["content"]
    assert answer == before + "```rust\nfn main() {}\n```"
    assert forms.conversation(ROW, "", reasoning) == forms.conversation(ROW, "")

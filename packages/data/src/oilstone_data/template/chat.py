"""Chat templates: found in a tokenizer's folder, rendered, and known by their hash."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oilstone_data.template.environment import environment
from oilstone_schemas import strict
from oilstone_schemas.command import OilstoneError
from oilstone_schemas.disk import guard

if TYPE_CHECKING:
    from jinja2 import Template

Message = Mapping[str, str]
CONFIG, FILE = "tokenizer_config.json", "chat_template.jinja"
_MARK = "a-text-that-no-template-holds"


@dataclass(frozen=True)
class ChatTemplate:
    """A template's source and the tokenizer's special tokens by name, such as bos_token."""

    source: str
    tokens: Mapping[str, str]
    day: date | None = None

    @property
    def sha256(self) -> str:
        """Hash of the source, by which training, evaluation and serving compare."""
        return hashlib.sha256(self.source.encode()).hexdigest()

    def render(self, messages: Sequence[Message], ask: bool = False) -> str:
        """Return the text of a conversation; `ask`: up to where the model is to answer.

        Raises OilstoneError when the template is broken or refuses the messages.
        """
        from jinja2 import TemplateError

        try:
            return self._template.render(
                messages=list(messages), add_generation_prompt=ask, **self.tokens
            )
        except (TemplateError, TypeError, ValueError, ZeroDivisionError) as error:
            raise OilstoneError(f"the chat template cannot be rendered: {error}") from error

    @property
    def preamble(self) -> str:
        """What the template itself puts before a user's words when nobody gave a system prompt."""
        text = self.render([{"role": "user", "content": _MARK}])
        return text.partition(_MARK)[0]

    def answer_follows(self, messages: Sequence[Message]) -> bool:
        """Tell whether the asking text is where the whole conversation's answer begins.

        Otherwise no mask over the prompt fits: the model would be trained on another text than it
        is asked with.
        """
        return self.render(messages).startswith(self.render(messages[:-1], ask=True))

    @cached_property
    def _template(self) -> Template:
        from jinja2 import TemplateSyntaxError

        try:
            return environment(self.day).from_string(self.source)
        except TemplateSyntaxError as error:
            raise OilstoneError(f"the chat template, line {error.lineno}: {error}") from error


def load(folder: Path, day: date | None = None) -> ChatTemplate:
    """Return the chat template of a tokenizer's folder: chat_template.jinja, else in its config.

    Raises OilstoneError when there is none.
    """
    config = _config(folder)
    tokens = {
        name: token
        for name, value in config.items()
        if name.endswith("_token") and (token := _token(value)) is not None
    }
    file = folder / FILE
    with guard(file):
        source = file.read_text(encoding="utf-8") if file.is_file() else _default(config)
    if source is None:
        raise OilstoneError(
            f"{folder}: no chat template there: no {FILE}, and {CONFIG} names none;"
            " take the folder of an instruction-tuned model's tokenizer"
        )
    return ChatTemplate(source, tokens, day)


def conversation(row: Mapping[str, Any], system_prompt: str) -> list[Message]:
    """Return a row as messages: system prompt (if any), prompt, completion in a fence."""
    program = row["completion"].rstrip("\n")
    answer = f"```{row['language']}\n{program}\n```"
    turns = [("user", row["prompt"]), ("assistant", answer)]
    if system_prompt:
        turns.insert(0, ("system", system_prompt))
    return [{"role": role, "content": content} for role, content in turns]


def _config(folder: Path) -> dict[str, Any]:
    path = folder / CONFIG
    with guard(path):
        if not path.is_file():
            return {}
        try:
            found = strict.parse(path.read_bytes())
        except ValueError as error:
            raise OilstoneError(f"{path}: not strict JSON: {error}") from error
    return found if isinstance(found, dict) else {}


def _default(config: Mapping[str, Any]) -> str | None:
    found = config.get("chat_template")
    if isinstance(found, list):  # several templates by name
        found = {item["name"]: item["template"] for item in found}.get("default")
    return found if isinstance(found, str) else None


def _token(value: Any) -> str | None:
    if isinstance(value, dict):
        value = value.get("content")
    return value if isinstance(value, str) else None

"""The Jinja environment that chat templates are written for; sandboxed, they are foreign code."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any, NoReturn

from oilstone_schemas.command import MissingTool, OilstoneError

if TYPE_CHECKING:
    from jinja2 import Environment


def environment(day: date | None) -> Environment:
    """Return the environment: blocks trimmed, loop controls, `tojson`, `raise_exception`.

    `day` is what `strftime_now` tells; without one, a template that asks for it is refused, since
    the same rows would give another text tomorrow. Raises MissingTool when jinja2 is missing.
    """
    try:
        from jinja2.ext import Extension, loopcontrols
        from jinja2.sandbox import ImmutableSandboxedEnvironment
    except ImportError as error:
        raise MissingTool(
            "jinja2 is missing; without it no chat template can be rendered."
            " Install it: pip install 'oilstone-data[template]'"
        ) from error

    class Generation(Extension):
        """`{% generation %}` marks what the model says; what is inside is rendered as it is."""

        tags = {"generation"}  # noqa: RUF012 - jinja2's own interface

        def parse(self, parser: Any) -> Any:
            next(parser.stream)
            return parser.parse_statements(("name:endgeneration",), drop_needle=True)

    made = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols, Generation]
    )
    made.filters["tojson"] = _tojson
    made.globals["raise_exception"] = _refuse
    made.globals["strftime_now"] = lambda form: _day(day).strftime(form)
    return made


def _tojson(value: Any, indent: int | None = None) -> str:
    # Jinja's own escapes <, > and & for HTML, which no template means.
    return json.dumps(value, ensure_ascii=False, indent=indent)


def _refuse(message: str) -> NoReturn:
    raise OilstoneError(f"the chat template refuses these messages: {message}")


def _day(day: date | None) -> date:
    if day is None:
        raise OilstoneError(
            "the chat template writes today's date into every prompt; name one with --day, so that"
            " training, evaluation and serving see the same text"
        )
    return day

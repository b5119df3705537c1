"""Structured logs: one JSON object per line on stderr. Never a key, a prompt or an answer."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

NAME = "oilstone.router"
OWN = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class Lines(logging.Formatter):
    """A record as a line: time, level, event (the message) and the fields given as `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"time": at, "level": record.levelname.lower(), "event": record.getMessage()}
        line |= {key: value for key, value in vars(record).items() if key not in OWN}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def configure() -> logging.Logger:
    """Send the router's log to stderr and return its logger; twice does it once."""
    log = logging.getLogger(NAME)
    if not any(isinstance(one.formatter, Lines) for one in log.handlers):
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(Lines())
        log.addHandler(handler)
        log.propagate = False
        log.setLevel(logging.INFO)
    return log

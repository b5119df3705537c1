"""One attempt to get an answer from one replica, up to its first byte."""

from __future__ import annotations

from oilstone_registry.router.answer import BROKEN, CLOSED, CONNECT, GARBAGE, Answer, Failure
from oilstone_registry.router.routing import Arm
from oilstone_registry.router.state import Replica

WHOLE = 4 * 1024 * 1024  # answers up to this size, unless streamed, are checked before they go on
ERROR_BYTES = 64 * 1024
FULL, NONE, LOST, BUSY = "full", "none", "lost", "busy"
ELSEWHERE = frozenset((CONNECT, CLOSED, LOST, BUSY))  # another replica may do better, at no risk
NOBODYS = frozenset((FULL, NONE, LOST, BUSY))  # says nothing about the version
REPLICAS = frozenset((CONNECT, CLOSED, GARBAGE, BROKEN, "timeout"))  # the server is to blame, too
_EVENTS = (b"data:", b"event:", b"id:", b"retry:", b":")


class Opened:
    """An answer whose first bytes are there and look right; `whole` if these are all."""

    __slots__ = ("answer", "arm", "first", "kind", "replica", "status", "streamed", "whole")

    def __init__(self, answer: Answer, arm: Arm, replica: Replica) -> None:
        self.answer = answer
        self.arm = arm
        self.replica = replica
        self.status = answer.status
        self.first = b""
        self.whole = False
        self.streamed = False
        self.kind = b""  # its content-type

    def leave(self) -> None:
        """Give the replica back; a server that is not done should stop."""
        self.replica.leave(self.arm.served)
        if not self.answer.done:
            self.answer.abort()


async def attempt(
    arm: Arm, replica: Replica, path: str, body: bytes, extra: bytes, first_s: float
) -> Opened:
    """Ask a replica; raises Failure with the kind of it (an HTTP status, for one)."""
    served = arm.served
    replica.enter(served)
    answer: Answer | None = None
    try:
        answer = await replica.client.send("POST", path, body, extra=extra, first=first_s)
        opened = Opened(answer, arm, replica)
        if answer.status >= 400:
            await _refused(opened, served)
        else:
            await _begun(opened)
        return opened
    except BaseException:
        replica.leave(served)
        if answer is not None and not answer.done:
            answer.abort()
        raise


async def _refused(opened: Opened, served: str) -> None:
    """Pass on what the client did wrong; all else is a failure."""
    answer = opened.answer
    opened.first = await answer.whole(ERROR_BYTES)
    opened.whole = True
    _length(opened)
    status = answer.status
    if status == 404 and served.encode() in opened.first:
        raise Failure(LOST, f"{served} is not loaded any more")
    if status == 429:
        raise Failure(BUSY, "the server has enough to do")
    if status >= 500:
        raise Failure(str(status), f"HTTP {status}")
    if status in (401, 403):
        raise Failure(str(status), f"HTTP {status}: is --upstream-key-file right?")


async def _begun(opened: Opened) -> None:
    """Wait for the first bytes; for all, unless it is a stream or large."""
    length = _length(opened)
    opened.streamed = opened.kind.startswith(b"text/event-stream")
    answer = opened.answer
    if not opened.streamed and (length is None or length <= WHOLE):
        opened.first = await answer.whole(WHOLE)
        opened.whole = True
    else:
        opened.first = await answer.read()
    _look(opened)


def _length(opened: Opened) -> int | None:
    """Note the content type; return the length of the answer, if it says one."""
    length = None
    for name, value in opened.answer.headers:
        if name == b"content-type":
            opened.kind = value
        elif name == b"content-length" and value.isdigit():
            length = int(value)
    return length


def _look(opened: Opened) -> None:
    """Raise Failure for bytes that no server of this API sends."""
    first = opened.first
    if opened.streamed:
        if not first.startswith(_EVENTS):
            raise Failure(GARBAGE, "the stream does not begin with an event")
        if first.startswith(b'data: {"error"'):
            raise Failure("500", "the stream begins with an error")
    elif not opened.whole:
        return
    elif not opened.kind.startswith(b"application/json") or not _is_object(first):
        raise Failure(GARBAGE, "the answer is no JSON object")


def _is_object(text: bytes) -> bool:
    return text[:64].lstrip().startswith(b"{") and text[-64:].rstrip().endswith(b"}")

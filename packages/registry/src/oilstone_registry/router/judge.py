"""Judges answers to known problems by `oilstone-eval`, beside the traffic and never in its way.

A request says by a header which problem it asks (`x-oilstone-problem`). Its answer waits in a short
queue, which drops what does not fit; batches go to the command, a process with low priority; what
passed is an outcome of 1, what failed one of 0. What could not be judged is no outcome.
"""

from __future__ import annotations

import asyncio
import json
import logging
import shutil
import sys
import tempfile
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from oilstone_registry.assignment import Assignment
from oilstone_schemas import artifact, jsonl
from oilstone_schemas.command import MissingTool

if TYPE_CHECKING:
    from oilstone_registry.router.router import Router

COMMAND = "oilstone-eval"
MOST = 256  # answers waiting
AT_ONCE = 32  # judged by one process
GATHER_S = 0.2  # how long others are waited for
JUDGE_S = 300.0  # how long one process may take
SCORES = {"passed": 1.0, "failed": 0.0}

log = logging.getLogger("oilstone.router")


class Job(NamedTuple):
    """An answer to be judged; `answer` are the bytes that the client got."""

    assigned: Assignment
    problem: str
    answer: bytes
    streamed: bool
    latency_ms: float


class Judge:
    """Holds the problems and the queue; `counts` says what became of answers."""

    def __init__(self, path: Path) -> None:
        """Read a problems artifact or a JSONL file of problem.v1.

        Raises OilstoneError for what is neither, MissingTool without oilstone-eval.
        """
        self.command = _command()
        self.problems = {str(row["id"]): row for row in _read(path)}
        self.error: str | None = None  # why the last batch could not be judged
        self.counts: Counter[str] = Counter()
        self._waiting: deque[Job] = deque()
        self._come = asyncio.Event()

    def offer(
        self, assigned: Assignment, problem: str, answer: bytes, streamed: bool, latency_ms: float
    ) -> None:
        """Queue an answer, or drop it; returns at once."""
        if problem not in self.problems:
            self.counts["unknown_problem"] += 1
        elif len(self._waiting) >= MOST:
            self.counts["dropped"] += 1
        else:
            self._waiting.append(Job(assigned, problem, answer, streamed, latency_ms))
            self._come.set()

    async def run(self, router: Router) -> None:
        """Judge what comes, until cancelled."""
        while True:
            await self._come.wait()
            await asyncio.sleep(GATHER_S)
            jobs = [self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))]
            if not self._waiting:
                self._come.clear()
            await self._judge(router, jobs)

    async def _judge(self, router: Router, jobs: Sequence[Job]) -> None:
        texts = [_text(job) for job in jobs]
        self.counts["unreadable"] += texts.count(None)
        readable = [(job, text) for job, text in zip(jobs, texts, strict=True) if text is not None]
        if not readable:
            return
        with tempfile.TemporaryDirectory(prefix="oilstone-judge-") as folder:
            found = await self._verdicts(Path(folder), readable)
        for (job, _), status in zip(readable, found, strict=True):
            self.counts[status] += 1
            if status in SCORES:
                router.recorder.saw(job.assigned, SCORES[status], job.latency_ms, "judged")

    async def _verdicts(self, folder: Path, jobs: Sequence[tuple[Job, str]]) -> list[str]:
        """Return a status per answer: passed, failed, unscored, or lost when the judge broke."""
        asked = {job.problem for job, _ in jobs}
        _write(folder / "problems.jsonl", (self.problems[one] for one in sorted(asked)))
        _write(folder / "samples.jsonl", (_sample(job, text) for job, text in jobs))
        self.error = await self._run(folder)
        if self.error is not None:
            log.warning("answers_not_judged", extra={"why": self.error})
            return ["lost"] * len(jobs)
        rows = jsonl.read(folder / "report" / "verdicts.jsonl", "verdict.v1")
        status = {(row["problem_id"], row["sample_index"]): str(row["status"]) for row in rows}
        return [status.get(key, "lost") for key in _keys(jobs)]

    async def _run(self, folder: Path) -> str | None:
        """Run the command; return why it failed."""
        process = await asyncio.create_subprocess_exec(
            *self.command, "judge", str(folder / "samples.jsonl"),
            "--problems", str(folder / "problems.jsonl"),
            "--out", str(folder / "report"), "--workers", "1",
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            async with asyncio.timeout(JUDGE_S):
                _, said = await process.communicate()
        except TimeoutError:
            return f"{COMMAND} took longer than {JUDGE_S:g} s"
        finally:
            if process.returncode is None:
                process.kill()
        if process.returncode == 0:
            return None
        lines = said.decode("utf-8", "replace").strip().splitlines() or ["it said nothing"]
        return f"{COMMAND} ended with {process.returncode}: {lines[-1]}"


def _command() -> list[str]:
    """Return how to call the judge, at low priority where that can be said."""
    beside = str(Path(sys.executable).parent)
    found = shutil.which(COMMAND, path=beside) or shutil.which(COMMAND)
    if found is None:
        raise MissingTool(f"--problems needs {COMMAND}: pip install oilstone-eval")
    nice = shutil.which("nice")
    return [nice, "-n", "10", found] if nice else [found]


def _read(path: Path) -> Iterator[dict[str, Any]]:
    if path.is_dir():
        artifact.load(path, "problems")
        path = next(iter(sorted(path.glob("problems.jsonl*"))), path / "problems.jsonl")
    yield from jsonl.read(path, "problem.v1")


def _write(path: Path, rows: Iterator[Mapping[str, Any]]) -> None:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")


def _sample(job: Job, text: str) -> dict[str, Any]:
    """Return a raw answer as lm-eval logs it: the judge takes the code out of it."""
    return {"filter": "none", "doc": {"task_id": job.problem}, "resps": [[text]]}


def _keys(jobs: Sequence[tuple[Job, str]]) -> Iterator[tuple[str, int]]:
    """Yield what verdicts call the answers: those to one problem are numbered."""
    seen: Counter[str] = Counter()
    for job, _ in jobs:
        yield job.problem, seen[job.problem]
        seen[job.problem] += 1


def _text(job: Job) -> str | None:
    """Return the text of the first choice; None when the answer holds none."""
    try:
        if not job.streamed:
            return _said(json.loads(job.answer), "message")
        lines = (line[5:].strip() for line in job.answer.splitlines() if line.startswith(b"data:"))
        chunks = (json.loads(line) for line in lines if line != b"[DONE]")
        return "".join(_said(one, "delta") for one in chunks if one["choices"])
    except (ValueError, LookupError, TypeError, AttributeError):
        return None


def _said(answer: Mapping[str, Any], key: str) -> str:
    choice = answer["choices"][0]
    if choice.get("index", 0) != 0:
        return ""
    return str((choice[key].get("content") if key in choice else choice["text"]) or "")

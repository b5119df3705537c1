"""Answers from an OpenAI-compatible server: a real one, on this machine, that we make misbehave."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from oilstone_eval.generate.answers import Sampling
from oilstone_eval.generate.endpoint import Asked, Endpoint, answer_all
from oilstone_schemas import artifact, jsonl
from oilstone_schemas.command import OilstoneError

pytest.importorskip("httpx", reason="NO ENDPOINT IS TESTED: oilstone-eval[endpoint] is not here")
Run = Callable[..., Any]
Trouble = Callable[[str, int], "int | None"]


class Server:
    """Answers every prompt with a program that prints it; `trouble` gives statuses to fail with."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.tries: Counter[str] = Counter()
        self.trouble: Trouble = lambda prompt, number: None
        self.pause, self.busy, self.most = 0.0, 0, 0
        self.lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status, content = outer.answer(self.path, body, dict(self.headers))
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *words: Any) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}/v1"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def answer(self, path: str, body: dict[str, Any], headers: dict[str, str]) -> tuple[int, bytes]:
        prompt = body["messages"][-1]["content"]
        with self.lock:
            self.requests.append(body)
            self.headers.append(headers)
            self.tries[prompt] += 1
            self.busy += 1
            self.most = max(self.most, self.busy)
            status = (
                404 if path != "/v1/chat/completions" else self.trouble(prompt, self.tries[prompt])
            )
        time.sleep(self.pause)
        with self.lock:
            self.busy -= 1
        if status:
            return status, b'{"error": "no"}'
        choice = {"message": {"content": f"```rust\n{prompt}\n```"}, "finish_reason": "length"}
        usage = {"prompt_tokens": 7, "completion_tokens": 11}
        return 200, json.dumps({"choices": [choice], "usage": usage}).encode()


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.http.shutdown()
    made.http.server_close()


@pytest.fixture
def ask(server: Server, tmp_path: Path, craft: SimpleNamespace) -> Callable[..., list[Any]]:
    """Ask for answers to so many problems."""

    def answers(count: int = 4, each: int = 1, system: str = "", **more: Any) -> list[Any]:
        problems = [craft.problem(f"p{n}", prompt=f"say {n}") for n in range(count)]
        asked = [Asked(problem, index) for problem in problems for index in range(each)]
        endpoint = Endpoint(server.url, "tiny", wait=0.001, **more)
        return answer_all(
            endpoint, asked, system, Sampling(50, 0.7, 0.9, 3), tmp_path / "kept", lambda n: None
        )

    return answers


Ask = Callable[..., list[Any]]


def test_every_problem_gets_its_own_answer_in_order(ask: Ask) -> None:
    found = [(row["problem_id"], row["sample_index"], row["code"]) for row in ask(5, each=2)]
    assert found == [(f"p{n}", index, f"say {n}\n") for n in range(5) for index in range(2)]


def test_tokens_reason_and_latency_are_kept(ask: Ask, server: Server) -> None:
    server.pause = 0.05
    [row] = ask(1)
    assert (row["prompt_tokens"], row["completion_tokens"], row["finish_reason"]) == (
        7,
        11,
        "length",
    )
    assert row["seconds"] >= 0.05


def test_the_request_says_how_to_sample(ask: Ask, server: Server) -> None:
    ask(1, system="Be brief.")
    [body] = server.requests
    assert [body[key] for key in ("model", "max_tokens", "temperature", "top_p")] == [
        "tiny",
        50,
        0.7,
        0.9,
    ]
    assert body["messages"][0] == {"role": "system", "content": "Be brief."}


def test_samples_of_a_problem_have_seeds_of_their_own(ask: Ask, server: Server) -> None:
    ask(1, each=3)
    assert len({body["seed"] for body in server.requests}) == 3


def test_no_more_than_so_many_are_asked_at_once(ask: Ask, server: Server) -> None:
    server.pause = 0.02
    ask(12, concurrency=3)
    assert 2 <= server.most <= 3


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_server_is_asked_again(ask: Ask, server: Server, status: int) -> None:
    server.trouble = lambda prompt, number: status if number < 3 else None
    assert {row["finish_reason"] for row in ask(2)} == {"length"}
    assert set(server.tries.values()) == {3}


def test_a_server_that_stays_busy_gives_a_sample_without_answer(ask: Ask, server: Server) -> None:
    server.trouble = lambda prompt, number: 503 if prompt == "say 1" else None
    found = ask(2, tries=3)
    assert [(row["finish_reason"], row["code"] is None) for row in found] == [
        ("length", False), ("error", True),
    ]  # fmt: skip
    assert "HTTP 503" in found[1]["error"] and server.tries["say 1"] == 3


def test_a_refused_request_is_not_repeated(ask: Ask, server: Server) -> None:
    server.trouble = lambda prompt, number: 400
    assert [row["finish_reason"] for row in ask(1)] == ["error"]
    assert server.tries["say 0"] == 1


@pytest.mark.parametrize(("status", "hint"), [(401, "OILSTONE_API_KEY"), (404, "--endpoint")])
def test_a_wrong_key_or_address_ends_it(ask: Ask, server: Server, status: int, hint: str) -> None:
    server.trouble = lambda prompt, number: status
    with pytest.raises(OilstoneError, match=hint):
        ask(3)


def test_nobody_there_is_said(ask: Ask, server: Server) -> None:
    server.url = "http://127.0.0.1:9/v1"
    with pytest.raises(OilstoneError, match="cannot be reached"):
        ask(1, tries=2)


def test_answers_that_came_are_not_asked_again(ask: Ask, server: Server, tmp_path: Path) -> None:
    first = ask(4)
    kept = tmp_path / "kept"
    kept.write_bytes(kept.read_bytes()[:-5])
    before = len(server.requests)
    again = ask(4)
    assert len(server.requests) == before + 1
    assert [row["code"] for row in again] == [row["code"] for row in first]


WORDS = ("generate", "--problems", "problems", "--model", "tiny", "--out", "samples")


def test_the_command_publishes_valid_samples(
    run: Run, server: Server, problems: artifact.Manifest, tmp_path: Path
) -> None:
    done = run(*WORDS, "--endpoint", server.url)
    assert done.returncode == 0, done.stderr
    rows = list(jsonl.read(tmp_path / "samples" / "samples.jsonl", "sample.v1"))
    assert [row["problem_id"] for row in rows] == ["a", "b", "c"]
    assert artifact.load(tmp_path / "samples").details["model"] == "tiny"


def test_the_key_comes_from_the_environment_and_goes_nowhere_else(
    run: Run, server: Server, problems: artifact.Manifest, tmp_path: Path
) -> None:
    run(*WORDS, "--endpoint", server.url, env={**os.environ, "OILSTONE_API_KEY": "hunter2"})
    assert {each["Authorization"] for each in server.headers} == {"Bearer hunter2"}
    texts = [path.read_text() for path in (tmp_path / "samples").iterdir()]
    assert not any("hunter2" in text for text in texts)


def test_a_killed_run_goes_on(
    run: Run, server: Server, tmp_path: Path, craft: SimpleNamespace
) -> None:
    jsonl.write(tmp_path / "p.jsonl", [craft.problem(f"p{n}", prompt=f"{n}") for n in range(40)])
    words = ("generate", "--problems", "p.jsonl", "--model", "m", "--endpoint", server.url,
             "--out", "s", "--concurrency", "1")  # fmt: skip
    server.pause = 0.02
    process = subprocess.Popen(
        [sys.executable, "-m", "oilstone_eval", *words], cwd=tmp_path, stderr=subprocess.DEVNULL
    )
    while process.poll() is None and len(server.requests) < 10:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    server.pause = 0.0
    assert run(*words).returncode == 0
    # Only what was on its way when it was killed is asked twice.
    assert sum(count > 1 for count in server.tries.values()) <= 1
    assert len(list(jsonl.read(tmp_path / "s" / "samples.jsonl", "sample.v1"))) == 40


def test_an_endpoint_needs_a_models_name(run: Run, problems: artifact.Manifest) -> None:
    done = run("generate", "--endpoint", "http://x/v1", "--problems", "problems", "--out", "s")
    assert (done.returncode, "--model NAME" in done.stderr) == (2, True)

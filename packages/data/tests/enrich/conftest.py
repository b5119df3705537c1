"""A real HTTP server that speaks the endpoint's API and misbehaves as it is told."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from oilstone_schemas import artifact, jsonl


class Server(ThreadingHTTPServer):
    """`script` maps the number of a request (from 0) to what happens; else it is answered.

    A happening is an HTTP status, (status, headers), "truncated", "slow", "closed" or "odd".
    `answer` makes the text from the prompt. `die_after` requests it closes every connection.
    """

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.lock = threading.Lock()
        self.seen, self.headers, self.times = [], [], []
        self.script, self.die_after = {}, None
        self.busy = self.busiest = 0
        self.delay = 0.0
        self.finish = "stop"
        self.answer = solved
        self.url = f"http://127.0.0.1:{self.server_port}/v1"

    def handle_error(self, request, client_address):
        pass  # a client that hung up is part of the play


def solved(prompt):
    """A good trace: reasoning, then the code block of the prompt."""
    return "We read the task and then do what it says, step by step. " * 3 + block(prompt)


def block(prompt):
    """The code block of the prompt, on lines of its own."""
    return "\n\n" + prompt[prompt.find("```") :]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        server = self.server
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with server.lock:
            number = len(server.seen)
            server.seen.append(body)
            server.headers.append(dict(self.headers))
            server.times.append(time.monotonic())
            server.busy += 1
            server.busiest = max(server.busiest, server.busy)
        time.sleep(server.delay)
        with server.lock:
            server.busy -= 1
        dead = server.die_after is not None and number >= server.die_after
        self.act("closed" if dead else server.script.get(number, 200), body)

    def act(self, happening, body):
        status, headers = happening if isinstance(happening, tuple) else (happening, {})
        if status == "closed":
            self.close_connection = True
        elif status == "slow":
            time.sleep(1.0)
            self.close_connection = True
        elif status == 200:
            self.reply(200, self.completion(body))
        elif status == "truncated":
            text = self.completion(body)
            self.reply(200, text[: len(text) // 2])
        elif status == "odd":
            self.reply(200, json.dumps({"choices": []}))
        else:
            key = self.headers.get("Authorization", "")
            self.reply(status, json.dumps({"error": f"no, {key}"}), headers)

    def completion(self, body):
        text = self.server.answer(body["messages"][0]["content"])
        message = {"role": "assistant", "content": text}
        choice = {"index": 0, "message": message, "finish_reason": self.server.finish}
        usage = {"prompt_tokens": 100, "completion_tokens": 50}
        return json.dumps({"choices": [choice], "usage": usage})

    def reply(self, status, text, headers=()):
        content = text.encode()
        self.send_response(status)
        for name, value in dict(headers).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture
def server(monkeypatch):
    pytest.importorskip("httpx", reason="no httpx: the endpoint's client was NOT tested")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    made = Server()
    thread = threading.Thread(target=made.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()


def row(number, **more):
    quality = {"idiomatic": 0, "low_quality": 0, "documented": False}
    return {
        "id": f"r{number}",
        "group": f"g{number}",
        "family": "sum",
        "slice": "train",
        "style": "plain",
        "language": "python",
        "prompt": f"Print the sum of the list and {number}.",
        "completion": f"print(sum(x) + {number})",
        "tests": [],
        "quality": quality,
        "licence": "MIT",
        "source": "ours",
        **more,
    }


@pytest.fixture
def data(tmp_path):
    """A dataset with 6 rows to train on, one to evaluate and one held out."""
    out = tmp_path / "data"
    key = {"producer": "oilstone-data", "recipe": {}, "seed": 0, "inputs": []}
    stage = artifact.stage(out, "0" * 64)
    for name, numbers in (("train", range(6)), ("eval", [6]), ("test", [7])):
        jsonl.write(stage / f"{name}.jsonl", map(row, numbers), "row.v1")
    jsonl.write(stage / "refused.jsonl", [], "refused.v1")
    details = {"system_prompt": "Be brief.", "system_prompt_sha256": "0" * 64, "sources": []}
    artifact.publish(stage, out, kind="dataset", request="0" * 64, details=details, **key)
    return out


@pytest.fixture
def recipe(server, tmp_path):
    """Write a recipe for the server; keyword arguments go over its keys."""

    def write(endpoint=(), **more):
        given = {"base_url": server.url, "model": "m", "backoff_seconds": 0.01, "concurrency": 2}
        path = tmp_path / "enrich.yaml"
        body = {"endpoint": {**given, **dict(endpoint)}, **(more or {"traces": {}})}
        path.write_text(json.dumps(body))
        return path

    return write

"""The installed `oilstone-registry serve` in front of stand-in servers, and a client for it."""

import http.client
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from oilstone_registry.router import keys

BIN = Path(sys.executable).parent
SCOPES = ("inference", "outcomes", "admin")


class Front:
    """A router as a process; `keys` are API keys by scope."""

    def __init__(self, workshop, *upstreams, words=(), port=0):
        self.file = workshop.root / "keys.json"
        if not self.file.exists():
            self.keys = {one: keys.add(self.file, one, [one], None)[1] for one in SCOPES}
        self.workshop, self.port = workshop, port
        self.log = workshop.root / "serve.log"
        urls = [word for one in upstreams for word in ("--upstream", one)]
        where = ["--registry", str(workshop.registry), "--keys", str(self.file)]
        self.words = [*urls, *where, *map(str, words)]
        self.start()

    def start(self):
        command = [BIN / "oilstone-registry", "serve", *self.words, "--port", str(self.port)]
        with self.log.open("a") as log:
            self.process = subprocess.Popen(command, stderr=log, env=os.environ)
        self.port = self.port or self._port()
        self.wait(lambda: self.get("/health")[0] == 200)

    def _port(self):
        def said():
            found = [line for line in self.log.read_text().splitlines() if "serving on" in line]
            return found and int(found[-1].split()[2].rsplit(":", 1)[1])

        return self.wait(said)

    def wait(self, holds, within=30):
        """Wait until something holds; a refused connection does not."""
        ends = time.monotonic() + within
        while True:
            assert self.process.poll() is None, self.log.read_text()
            try:
                if found := holds():
                    return found
            except OSError:
                pass
            assert time.monotonic() < ends, self.log.read_text()
            time.sleep(0.02)

    def ready(self):
        """Wait until every production version may answer."""
        self.wait(lambda: self.get("/ready")[0] == 200)
        return self

    def call(self, method, path, body=None, scope="inference", **headers):
        """Return status, headers (lower case) and the raw body of an answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        if scope is not None:
            headers["authorization"] = f"Bearer {self.keys[scope]}"
        raw = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, raw, named)
            answer = connection.getresponse()
            said = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, said, answer.read()
        finally:
            connection.close()

    def get(self, path, scope=None):
        status, _, body = self.call("GET", path, scope=scope)
        return status, json.loads(body)

    def ask(self, model="rust-tiny", text="hello", stream=False, **headers):
        """Ask a specialist; return status, headers and the body (JSON, or the raw stream)."""
        body = {"model": model, "messages": [{"role": "user", "content": text}], "max_tokens": 8}
        if stream:
            body["stream"] = True
        status, said, raw = self.call("POST", "/v1/chat/completions", body, **headers)
        return status, said, raw if stream else json.loads(raw)

    def report(self, outcome, **more):
        """Report an outcome; return status and JSON."""
        sent = {"outcome": outcome, **more}
        status, _, body = self.call("POST", "/v1/outcomes", sent, scope="outcomes")
        return status, json.loads(body)

    def stop(self):
        """End it well; return its exit code."""
        self.process.terminate()
        return self.process.wait(60)

    def kill(self):
        self.process.kill()
        self.process.wait()

"""Stand-in servers as processes, and a router in this one, until a test's coroutine has ended."""

import asyncio
import json
import subprocess
import sys
import time
import urllib.request
from contextlib import asynccontextmanager

from oilstone_registry.router import replicas
from oilstone_registry.router.keys import Keys
from oilstone_registry.router.router import Router, Settings


class Standin:
    """One stand-in server; `port` survives `kill` and `start`."""

    def __init__(self, *words):
        self.words, self.port = words, 0
        self.start()

    def start(self):
        command = [sys.executable, "-m", "oilstone_registry.router.standin"]
        self.process = subprocess.Popen(
            [*command, "--port", str(self.port), *self.words], stdout=subprocess.PIPE, text=True
        )
        self.port = json.loads(self.process.stdout.readline())["port"]

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def call(self, path, body=None):
        """Return the JSON of an answer."""
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(f"{self.url}{path}", data, timeout=30) as answer:
            return json.loads(answer.read())

    def faults(self, *faults):
        self.call("/standin/faults", list(faults))

    @property
    def log(self):
        return self.call("/standin/log")


@asynccontextmanager
async def routing(workshop, *standins, **settings):
    """A router that keeps these servers, without its HTTP front."""
    upstreams = tuple(one.url for one in standins)
    router = Router(workshop.open(), Settings(upstreams, **settings), Keys(None))
    router.background.append(replicas.run)
    await router.start()
    try:
        yield router
    finally:
        await router.stop()


async def until(holds, within=20.0):
    """Wait until something holds, and return what it gave."""
    ends = time.monotonic() + within
    while not (found := holds()):
        assert time.monotonic() < ends, "it did not come to hold"
        await asyncio.sleep(0.02)
    return found

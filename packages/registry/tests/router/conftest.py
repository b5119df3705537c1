"""Stand-in servers for a test."""

import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # pytest's importlib mode does not
pytest.importorskip("httptools", reason="needs oilstone-registry[serve]")
pytest.importorskip("orjson", reason="needs oilstone-registry[serve]")
from fronts import Front
from registry_cluster import memory
from registry_workshop import Workshop
from standins import Standin


@pytest.fixture
def standin():
    made = Standin()
    yield made
    made.kill()


@pytest.fixture
def standins():
    """Two of them."""
    made = [Standin(), Standin()]
    yield made
    for one in made:
        one.kill()


@pytest.fixture
def front():
    """Make routers that end with the test: front(workshop, url, ..., words=(...))."""
    made = []

    def start(workshop, *upstreams, **more):
        made.append(Front(workshop, *upstreams, **more))
        return made[-1]

    yield start
    for one in made:
        one.kill()


@pytest.fixture(scope="module")
def halves():
    """A router on a test at half of the traffic, for all tests of a file that leave it as it is."""
    with tempfile.TemporaryDirectory(prefix="oilstone-", dir=memory()) as root:
        workshop = Workshop(Path(root))
        workshop.production("old")
        workshop.tested()
        server = Standin()
        serve = Front(workshop, server.url).ready()
        serve.wait(lambda: "x-arm" in serve.ask()[1])
        yield serve
        serve.kill()
        server.kill()

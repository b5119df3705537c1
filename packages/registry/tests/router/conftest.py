"""Stand-in servers for a test."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # pytest's importlib mode does not
pytest.importorskip("httptools", reason="needs oilstone-registry[serve]")
pytest.importorskip("orjson", reason="needs oilstone-registry[serve]")
from fronts import Front
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

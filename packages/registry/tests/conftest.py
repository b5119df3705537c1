"""A workshop on each database, and the installed command."""

import importlib.util
import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # pytest's importlib mode does not
import registry_cluster
from registry_workshop import Workshop, raw

from oilstone_registry.database import open_registry
from oilstone_registry.tables import settings

# Where the databases differ most; on PostgreSQL the other files are left to the slow tests.
ON_BOTH = ("test_database", "test_promote", "test_lifecycle")
ALSO = "test_eight_processes_at_once"


def pytest_collection_modifyitems(items):
    for item in items:
        on_server = getattr(item, "callspec", None) and (
            item.callspec.params.get("workshop") == "postgresql"
        )
        here = item.path.parent == Path(__file__).parent
        if here and on_server and item.path.stem not in ON_BOTH and ALSO not in item.name:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def cluster():
    if registry_cluster.binaries() is None or importlib.util.find_spec("psycopg") is None:
        yield None
        return
    made = registry_cluster.Cluster()
    yield made
    made.stop()


@pytest.fixture
def root():
    """A folder in memory where there is one: every test waits for the disk a dozen times."""
    with tempfile.TemporaryDirectory(prefix="oilstone-", dir=registry_cluster.memory()) as made:
        yield Path(made)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory):
    """What is in an empty registry's file. Migrating takes longer than most tests."""
    made = tmp_path_factory.mktemp("migrated") / "registry.sqlite"
    open_registry(str(made), create=True).engine.dispose()
    return made.read_bytes()


@pytest.fixture
def sqlite(root, migrated):
    """What only a registry in a file has."""
    return Workshop(root, empty=migrated)


@pytest.fixture(params=["sqlite", "postgresql"])
def workshop(root, request):
    if request.param == "sqlite":
        return request.getfixturevalue("sqlite")
    cluster = request.getfixturevalue("cluster")
    if cluster is None:
        pytest.skip("no PostgreSQL or no psycopg on this machine")
    made = Workshop(root, cluster.copy())
    with made.open().writing() as connection:
        connection.execute(settings.insert().values(key="store", value=str(made.store)))
    return made


@pytest.fixture
def command():
    return raw

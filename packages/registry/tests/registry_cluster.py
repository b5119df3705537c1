"""A real PostgreSQL for the tests: a cluster in a folder of its own, on a socket, as no root."""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

from oilstone_registry.database import open_registry
from oilstone_registry.tables import settings


def binaries():
    """The folder of initdb and pg_ctl, or None."""
    found = shutil.which("pg_ctl")
    places = [Path(found).resolve().parent] if found else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((place for place in places if (place / "initdb").exists()), None)


def user():
    """PostgreSQL refuses to run as root: who runs it then."""
    if os.getuid():
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in names)


def memory():
    """A folder in memory, or None."""
    shared = Path("/dev/shm")
    return shared if os.access(shared, os.W_OK) else None


class Cluster:
    """A running server; `database()` makes an empty database and returns its URL."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="oilstone-pg-", dir=memory()))
        self.folder.chmod(0o755)
        self.made, self.migrated = 0, None
        if user():
            shutil.chown(self.folder, user())
        self._run("initdb", "-D", self.data, "-U", "oilstone", "-A", "trust", "--no-sync")
        # No test pulls the plug on the server; without fsync it is many times faster.
        options = f"-k {self.folder} -c listen_addresses='' -c max_connections=200 -c fsync=off"
        log = self.folder / "log"
        self._run("pg_ctl", "-D", self.data, "-w", "-l", log, "-o", options, "start")

    @property
    def data(self):
        return self.folder / "data"

    def _run(self, command, *words):
        done = subprocess.run(
            [binaries() / command, *map(str, words)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd=self.folder,
            user=user(),
            text=True,
        )
        assert done.returncode == 0, done.stderr

    def database(self, template="template1"):
        """Make a database, empty unless it is a copy; return its URL."""
        import psycopg

        self.made += 1
        name = f"test{self.made}"
        with psycopg.connect(f"host={self.folder} user=oilstone dbname=postgres") as connection:
            connection.autocommit = True
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return f"postgresql+psycopg://oilstone@/{name}?host={self.folder}"

    def copy(self):
        """Make a database that holds an empty registry, with no store yet."""
        if self.migrated is None:
            url = self.database()
            registry = open_registry(url, create=True, store="none")
            with registry.writing() as connection:
                connection.execute(settings.delete())
            registry.engine.dispose()
            self.migrated = f"test{self.made}"
        return self.database(self.migrated)

    def stop(self):
        self._run("pg_ctl", "-D", self.data, "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

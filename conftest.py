"""What all test suites share: markers that skip, aloud, what this machine cannot run."""

import importlib.util
import os
import shutil
import subprocess
import tempfile
from typing import Any

import hypothesis
import pytest


def _runs(*command: str) -> bool:
    return (
        bool(shutil.which(command[0]))
        and not subprocess.run(command, capture_output=True).returncode
    )


NEEDS = {
    "needs_rustc": lambda: _runs("rustc", "--version") and _runs("clippy-driver", "--version"),
    "needs_bwrap": lambda: _runs("bwrap", "--ro-bind", "/", "/", "true"),
    "needs_torch": lambda: importlib.util.find_spec("torch") is not None,
    "needs_axolotl": lambda: importlib.util.find_spec("axolotl") is not None,
}
_found: dict[str, bool] = {}

# How long an example takes depends on who else uses the machine.
hypothesis.settings.register_profile(
    "oilstone", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("oilstone")


OUR_CACHE = "oilstone-tests-"


def pytest_configure() -> None:
    """Take nothing from a cache that an earlier run, or the user, has filled."""
    if OUR_CACHE not in os.environ.get("XDG_CACHE_HOME", ""):  # else set by the process above
        os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp(prefix=OUR_CACHE)


def pytest_unconfigure() -> None:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        shutil.rmtree(os.environ.pop("XDG_CACHE_HOME"), ignore_errors=True)


def pytest_runtest_setup(item: pytest.Item) -> None:
    for name, check in NEEDS.items():
        if item.get_closest_marker(name):
            if name not in _found:
                _found[name] = check()
            if not _found[name]:
                pytest.skip(f"{name}: not on this machine")


# Folders whose tests share what takes long to make: a finished main job, trained adapters.
TOGETHER = ("tests/pipeline/", "packages/train/tests/")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Under `-n`, the tests of a file run in one process: what they share is then made once."""
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            path = nodeid.partition("::")[0]
            return next((folder for folder in TOGETHER if path.startswith(folder)), path)

    return ByFile(config, log)

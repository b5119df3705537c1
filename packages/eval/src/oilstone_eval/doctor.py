"""`doctor`: what this machine has for judging and generating."""

import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from oilstone_schemas.command import MissingTool

LIBRARIES = ("torch", "transformers", "peft", "bitsandbytes")


def examine() -> tuple[dict[str, Any], int]:
    """Return tools with versions, the sandbox's tier, and exit code 3 when judging cannot work."""
    from oilstone_eval.judges.rust.toolchain import find
    from oilstone_eval.sandbox.tier import best

    found: dict[str, Any] = {"bwrap": _bwrap(), **{name: _library(name) for name in LIBRARIES}}
    try:
        toolchain = find()
    except MissingTool as error:
        return _told({"rustc": None, "clippy": None, **found}, str(error)), 3
    walls = best(toolchain.shown)
    tools = {"rustc": toolchain.rustc, "clippy": toolchain.clippy}
    return _told({**tools, **found, "tier": walls.tier}, walls.reason), 0


def _told(found: dict[str, Any], trouble: str) -> dict[str, Any]:
    lines = [f"{name:<14}{value or 'not found'}" for name, value in found.items()]
    return {**found, "trouble": trouble or None, "message": "\n".join([*lines, trouble]).strip()}


def _bwrap() -> str | None:
    path = shutil.which("bwrap")
    if not path:
        return None
    return subprocess.run([path, "--version"], capture_output=True, text=True).stdout.strip()


def _library(name: str) -> str | None:
    """Return a library's version without importing it."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None

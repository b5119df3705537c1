"""`doctor`: what this machine has for judging and generating, and which walls hold."""

import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from oilstone_eval.judges import languages
from oilstone_eval.judges.base import Tools
from oilstone_schemas.command import MissingTool

LIBRARIES = ("torch", "transformers", "peft", "bitsandbytes", "pytest", "math_verify", "ray")


def examine() -> tuple[dict[str, Any], int]:
    """Return tools, languages that can be judged and walls; exit code 3 when something lacks."""
    found: dict[str, Any] = {"bwrap": _bwrap()}
    trouble: list[str] = []
    tools = {name: _tools(name, trouble) for name in sorted(languages.LANGUAGES)}
    for each in tools.values():
        found.update(each.versions if each else {})
    found.update({name: _library(name) for name in LIBRARIES})
    found.update({"rustc": found.get("rustc"), "clippy": found.get("clippy")})
    found["judges"] = [name for name, each in tools.items() if each]
    found.update(_walls(tools, trouble))
    lines = [f"{name:<14}{_said(value)}" for name, value in found.items()]
    message = "\n".join([*lines, *trouble]).strip()
    result = {**found, "trouble": "; ".join(trouble) or None, "message": message}
    return result, 0 if not trouble else 3


def _tools(language: str, trouble: list[str]) -> Tools | None:
    try:
        return languages.find_tools(language)
    except MissingTool as error:
        if str(error) not in trouble:
            trouble.append(str(error))
    except ModuleNotFoundError as error:
        trouble.append(f"{language}: {error}")
    return None


def _walls(tools: dict[str, Tools | None], trouble: list[str]) -> dict[str, Any]:
    from oilstone_eval.sandbox import landlock
    from oilstone_eval.sandbox.tier import best

    shown = {host: inside for each in tools.values() if each for host, inside in each.shown.items()}
    try:
        tier = best(shown).tier
    except MissingTool as error:
        trouble.append(str(error))
        return {"tier": None, "walls": []}
    walls = ["namespaces", "seccomp", "limits", "no capabilities"]
    interface = landlock.version()
    return {"tier": tier, "walls": [*walls, f"landlock {interface}"] if interface else walls}


def _said(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) and value else str(value or "not found")


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

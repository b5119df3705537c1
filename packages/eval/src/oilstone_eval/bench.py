"""The judges' surroundings: the tools of the languages at hand, the sandbox, the workers."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from oilstone_eval.engines import RayJudge
from oilstone_eval.judges import languages
from oilstone_eval.judges.base import Judge, Tools
from oilstone_eval.sandbox.walls import Walls
from oilstone_schemas.command import say

# The tier of a verdict for which nothing was run.
NOTHING_RUN = "none"


@dataclass(frozen=True)
class Bench:
    """Tools by language, walls (None: nothing here runs anything), and how many workers."""

    tools: Mapping[str, Tools]
    walls: Walls | None
    workers: int
    engine: str = "local"

    @cached_property
    def depends(self) -> dict[str, str]:
        """What of this machine verdicts depend on."""
        versions = {
            key: text for tools in self.tools.values() for key, text in tools.versions.items()
        }
        return {
            **dict(sorted(versions.items())),
            "tier": self.walls.tier if self.walls else NOTHING_RUN,
        }

    def judge(self, language: str, recipe: Mapping[str, Any]) -> Judge:
        """Return a language's judge; `recipe` is eval.yaml's `judge`."""
        made: Judge = languages.judge_class(language)(
            self.tools[language], self.walls, recipe, self.workers
        )
        if self.engine == "ray":
            sandboxed = self.walls is None or self.walls.walled
            return RayJudge(made, language, recipe, sandboxed, self.depends)
        return made

    def tier(self, language: str) -> str:
        """Return where programs of that language are run."""
        ran = self.walls and languages.judge_class(language).sandboxed
        return self.walls.tier if self.walls and ran else NOTHING_RUN


def prepare(
    spoken: Iterable[str], sandbox: bool, workers: int | None, engine: str = "local"
) -> Bench:
    """Find the tools of the `spoken` languages, and the tier. Warns loudly without bubblewrap.

    Raises MissingTool when a tool of one of them is missing; those of others do not matter.
    """
    names = sorted(set(spoken))
    found = {languages.family(name): languages.find_tools(name) for name in names}
    shown = {host: inside for each in found.values() for host, inside in each.shown.items()}
    runs = any(languages.judge_class(name).sandboxed for name in names)
    tools = {name: found[languages.family(name)] for name in names}
    walls = _walls(shown, sandbox) if runs else None
    return Bench(tools, walls, workers or os.cpu_count() or 1, engine)


def _walls(shown: Mapping[str, str], sandbox: bool) -> Walls:
    from oilstone_eval.sandbox.tier import presumed

    walls = presumed(shown) if sandbox else Walls("rlimits", "--unsafe-no-sandbox was given")
    if not walls.walled:
        say(
            f"WARNING: no sandbox: {walls.reason}.\n"
            "WARNING: judged programs run with limits and an empty environment only; they can read"
            " files and use the network. Do this on a machine that you can throw away."
        )
    return walls

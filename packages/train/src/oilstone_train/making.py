"""What `base` and `run` have in common: a staged folder, a worker in it, an artifact out of it."""

import hashlib
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from glob import escape
from pathlib import Path
from typing import Any

from oilstone_schemas import artifact, canonical, jsonl
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.command import OilstoneError, say
from oilstone_train import checkpoints, inputs, layout, lint, plot, render, telemetry

VOLATILE = (str(layout.TELEMETRY), str(layout.PLOT))


@dataclass(frozen=True)
class Order:
    """An artifact that is wanted: of which kind, where, from which recipe and inputs."""

    kind: str
    out: Path
    recipe: dict[str, Any]
    made_from: tuple[Manifest, ...]

    @property
    def common(self) -> dict[str, Any]:
        """What the request and the manifest both say."""
        return {
            "producer": inputs.PRODUCER,
            "recipe": self.recipe,
            "seed": self.recipe["seed"],
            "inputs": self.made_from,
        }

    @property
    def request(self) -> str:
        """The hash of everything that determines the content."""
        return artifact.request(self.kind, **self.common, depends=inputs.engine())

    def done(self) -> Manifest | None:
        """Return what stands there already, if it is what is wanted."""
        found = artifact.current(self.out, self.request)
        if found:
            shutil.rmtree(self._aside, ignore_errors=True)
            say(f"up to date: {self.out}")
        return found

    def work(self) -> Path:
        """Return the folder to work in; what an interrupted run left there is kept."""
        folder = artifact.stage(self.out, self.request, resume=True) / layout.WORK
        if self._aside.exists() and not folder.exists():
            self._aside.rename(folder)
        self._clear()
        folder.mkdir(exist_ok=True)
        return folder

    def publish(self, work: Path, details: dict[str, Any], counts: dict[str, int]) -> Manifest:
        """Add the telemetry, write the manifest, and only then drop the work folder.

        It steps aside before: killed, or without space left for the manifest, the run goes on from
        its last checkpoint.
        """
        stage = work.parent
        shutil.copyfile(work / layout.TELEMETRY, stage / layout.TELEMETRY)
        (stage / layout.PLOT).write_text(plot.svg(telemetry.read(work / layout.TELEMETRY)))
        work.rename(self._aside)
        made = artifact.publish(
            stage,
            self.out,
            kind=self.kind,
            request=self.request,
            details=details,
            counts=counts,
            volatile=VOLATILE,
            **self.common,
        )
        self._clear()
        return made

    @property
    def _aside(self) -> Path:
        out = self.out.resolve()
        return out.with_name(f".{out.name}.{self.request[:12]}.{layout.WORK}")

    def _clear(self) -> None:
        """Remove the work folders that stepped aside, of this request and of earlier ones."""
        out = self.out.resolve()
        for stale in out.parent.glob(f".{escape(out.name)}.{'[0-9a-f]' * 12}.{layout.WORK}"):
            shutil.rmtree(stale, ignore_errors=True)


def write_rows(work: Path, train: Iterable[Mapping[str, Any]], test: Iterable[Any]) -> str:
    """Write what is trained and measured on; return the hash of both files."""
    (work / layout.TRAIN.parent).mkdir(exist_ok=True)
    jsonl.write(work / layout.TRAIN, train)
    jsonl.write(work / layout.EVAL, test)
    both = [(work / name).read_bytes() for name in (layout.TRAIN, layout.EVAL)]
    return canonical.digest([hashlib.sha256(content).hexdigest() for content in both])


def configure(work: Path, config: render.Config) -> None:
    """Write axolotl.yaml. Raises OilstoneError when something in it is known to go wrong."""
    if found := lint.problems(config):
        raise OilstoneError("\n".join(found))
    (work / layout.CONFIG).write_text(render.dump(config), encoding="utf-8")


def job(work: Path, fresh: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the worker's job: whether to build an untrained model, and where to go on from.

    What an interrupted run left half done, and what it logged after its last whole checkpoint, is
    removed.
    """
    last = checkpoints.last_whole(work / layout.OUT)
    if last:
        say(f"going on from step {checkpoints.step(last)}")
    for lines in (layout.TELEMETRY, layout.MEMORY):
        telemetry.cut(work / lines, checkpoints.step(last) if last else -1)
    return {"fresh": fresh, "resume": str(last.relative_to(work)) if last else None}


def sha256(path: Path) -> str:
    """Return the sha256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()

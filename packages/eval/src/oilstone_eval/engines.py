"""Where programs are judged: in this process's workers, or in chunks as Ray tasks."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from oilstone_eval.judges.base import Judge, Keep, Program, Progress, Ruling, forget
from oilstone_schemas.command import MissingTool, OilstoneError

ENGINES = ("local", "ray")
CHUNK = 200


class RayJudge:
    """Hands chunks of programs to Ray; every task judges its own with one worker.

    A cluster is found by RAY_ADDRESS; without one, Ray starts on this machine. Every node must have
    the very tools that this machine has.
    """

    sandboxed: ClassVar[bool] = True
    reads_completion: ClassVar[bool] = False

    def __init__(
        self, local: Judge, language: str, recipe: Mapping[str, Any], sandbox: bool,
        depends: Mapping[str, str],
    ) -> None:  # fmt: skip
        self.local = local
        self.reads_completion = local.reads_completion  # type: ignore[misc] # as the judge behind it
        self.task = (language, dict(recipe), sandbox, dict(depends))

    def no_code(self, program: Program) -> Ruling:
        """Return the ruling on an answer without code."""
        return self.local.no_code(program)

    def rule(
        self, programs: Sequence[Program], progress: Progress, keep: Keep = forget
    ) -> list[Ruling]:
        """Judge every program, in order. Raises MissingTool without Ray or a node's tools."""
        done = progress("judged", len(programs))
        found: dict[int, Ruling] = {}
        for start, part in self._finished(programs):
            for index, ruling in enumerate(part, start):
                found[index] = ruling
                keep(index, ruling)
                done()
        return [found[index] for index in range(len(programs))]

    def _finished(self, programs: Sequence[Program]) -> Iterator[tuple[int, list[Ruling]]]:
        """Yield each chunk's place and rulings as it is finished."""
        ray = _ray()
        remote = ray.remote(rule_chunk)
        waiting = {
            remote.remote(*self.task, list(programs[start : start + CHUNK])): start
            for start in range(0, len(programs), CHUNK)
        }
        while waiting:
            ready, _ = ray.wait(list(waiting), num_returns=1)
            for each in ready:
                try:
                    yield waiting.pop(each), ray.get(each)
                except ray.exceptions.RayTaskError as error:
                    raise error.cause from error


def rule_chunk(
    language: str, recipe: Mapping[str, Any], sandbox: bool, depends: Mapping[str, str],
    programs: list[Program],
) -> list[Ruling]:  # fmt: skip
    """Judge a chunk on the node where this runs. Raises OilstoneError where it has other tools."""
    from oilstone_eval.bench import prepare

    bench = prepare([language], sandbox, workers=1)
    other = {key: text for key, text in bench.depends.items() if depends.get(key) != text}
    if other:
        raise OilstoneError(f"a Ray node has other tools than this machine: {other}")
    return bench.judge(language, recipe).rule(programs, lambda what, total: lambda: None)


def _ray() -> Any:
    try:
        import ray
    except ImportError as error:
        raise MissingTool(
            "Ray is not installed. Install it: pip install 'oilstone-eval[ray]'"
        ) from error
    if not ray.is_initialized():
        ray.init(log_to_driver=False, include_dashboard=False, configure_logging=False)
    return ray

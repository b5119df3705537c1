"""Running the parts: here, in processes, or on Ray. What comes out is the same, byte for byte."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Any

from oilstone_data.engine.part import Task, run
from oilstone_schemas.command import MissingTool

ENGINES = ("local", "ray")
_AGAIN = (
    "Was there too little memory? The same command goes on with the parts that are not whole yet;"
    " fewer --workers need less."
)
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def run_all(tasks: Sequence[Task], engine: str, workers: int) -> None:
    """Run every task that is not done yet, with progress on stderr where there are several.

    Raises MissingTool when a worker is killed, and when `engine` is ray and there is no Ray.
    """
    todo = [task for task in tasks if not task.file("books.json").exists()]
    done = _on_ray(todo, workers) if engine == "ray" else _here(todo, workers)
    if len(todo) < 2:
        list(done)
        return
    from tqdm import tqdm  # type: ignore[import-untyped]  # its stubs are another package

    for _ in tqdm(done, total=len(todo), unit="part", desc="read and filter", disable=None):
        pass


def _here(tasks: Sequence[Task], workers: int) -> Iterator[int]:
    if workers == 1 or len(tasks) < 2:
        yield from map(run, tasks)
        return
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    count = min(workers, len(tasks))
    context, parent = get_context("spawn"), (os.getpid(),)
    with ProcessPoolExecutor(count, context, initializer=_end_with, initargs=parent) as pool:
        try:
            for future in as_completed([pool.submit(run, task) for task in tasks]):
                yield future.result()
        except BrokenProcessPool as error:
            raise MissingTool(f"a worker process was killed. {_AGAIN}") from error
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _end_with(parent: int) -> None:
    """End this worker with its parent, even one that is killed: else it would go on writing parts
    beside the workers of the build that is started next."""
    import ctypes
    import signal

    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _on_ray(tasks: Sequence[Task], workers: int) -> Iterator[int]:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
    except ImportError as error:
        raise MissingTool("--engine ray needs Ray: pip install 'oilstone-data[ray]'") from error
    started = not ray.is_initialized()
    if started:
        _start(ray, workers)
    try:
        waiting = [ray.remote(run).remote(task) for task in tasks]
        while waiting:
            ready, waiting = ray.wait(waiting)
            yield from _gotten(ray, ready)
    finally:
        if started:
            ray.shutdown()


def _gotten(ray: Any, ready: Sequence[Any]) -> Any:
    """Return the results; what a task raised is raised as it was, without Ray's report of it."""
    try:
        return ray.get(ready)
    except ray.exceptions.RayTaskError as error:
        raise error.cause from None
    except ray.exceptions.RayError as error:
        raise MissingTool(f"Ray lost a task: {error}\n{_AGAIN}") from error


def _start(ray: Any, workers: int) -> None:
    """Join the cluster that RAY_ADDRESS names, or start one of `workers` processes here."""
    import logging

    address = os.environ.get("RAY_ADDRESS")
    here = {} if address else {"num_cpus": workers, "include_dashboard": False}
    try:
        ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR, **here)
    except (ValueError, OSError, RuntimeError, ray.exceptions.RayError) as error:
        what = (
            f"the cluster at RAY_ADDRESS={address} was not joined" if address else "did not start"
        )
        raise MissingTool(f"Ray: {what}: {error}. Run again, or without --engine ray") from error

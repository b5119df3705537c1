"""Several slots side by side. Results come in the order of the tasks, whoever finished first."""

import queue
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from oilstone_eval.sandbox.slot import Slot
from oilstone_eval.sandbox.tier import prove
from oilstone_eval.sandbox.walls import Walls

Result = TypeVar("Result")


class Pool:
    """`workers` slots that live until `close`; a task holds one slot while it runs."""

    def __init__(self, walls: Walls, workers: int) -> None:
        self.slots = [Slot(walls, index) for index in range(workers)]
        self.free: queue.SimpleQueue[Slot] = queue.SimpleQueue()
        for slot in self.slots:
            self.free.put(slot)
        # Its threads live as long as the slots: bubblewrap ends with the thread that started it.
        self.threads = ThreadPoolExecutor(workers)

    def __enter__(self) -> "Pool":
        """Raises MissingTool when the walls do not hold."""
        prove(self.slots[0].walls)
        return self

    def __exit__(self, *_: object) -> None:
        self.threads.shutdown(wait=False, cancel_futures=True)
        for slot in self.slots:
            slot.close()

    def map(
        self, tasks: Sequence[Callable[[Slot], Result]], done: Callable[[], object]
    ) -> list[Result]:
        """Run every task on some slot and return their results; `done` is called after each."""

        def run(task: Callable[[Slot], Result]) -> Result:
            slot = self.free.get()
            try:
                return task(slot)
            finally:
                self.free.put(slot)
                done()

        return list(self.threads.map(run, tasks))

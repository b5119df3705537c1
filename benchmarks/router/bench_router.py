"""What a router costs per request and per chunk, beside LiteLLM's proxy and a bare pass-through.

    python benchmarks/router/bench_router.py [--litellm PYTHON] [--without litellm]

All stand before the same dummy server and get the same bodies from the same client, one after the
other. CPU is user and system time of the router's process, from /proc. The client's clock gives
latency; `added` is the median minus that of asking the dummy directly, in the same run. Ours runs
as customers run it: `oilstone-registry serve`, with keys, in an A/B test that halves the traffic.
Ends 1 when ours misses an aim.
"""

import argparse
import asyncio
import contextlib
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import load
import uvloop

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT / "packages/registry/tests"))
TICK = os.sysconf("SC_CLK_TCK")
PROMPT = "Write a function that returns the largest of three numbers, with a test. " * 8
BODY = {
    "model": "rust-tiny",
    "messages": [
        {"role": "system", "content": "You write idiomatic Rust."},
        {"role": "user", "content": PROMPT},
    ],
    "temperature": 0,
    "max_tokens": 256,
}
AIMS = {"cpu": 100.0, "added": 0.5, "chunk": 20.0}  # us, ms, us


def cpu(pid):
    """User and system seconds of a process with all its threads."""
    words = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(words[11]) + int(words[12])) / TICK


def free_port():
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        return made.getsockname()[1]


@contextlib.contextmanager
def process(command, port, **more):
    """Run a server until the block ends; wait until it takes connections."""
    running = subprocess.Popen(list(map(str, command)), **more)
    try:
        ends = time.monotonic() + 120
        while True:
            assert running.poll() is None and time.monotonic() < ends, f"{command[0]} did not start"
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            time.sleep(0.1)
        yield running.pid
    finally:
        running.terminate()
        running.wait(60)


@contextlib.contextmanager
def ours(upstream, folder):
    """`oilstone-registry serve`, with a candidate in test; yields (pid, port, key)."""
    from registry_workshop import Workshop

    from oilstone_registry.router import keys

    workshop = Workshop(folder)
    workshop.production()
    workshop.tested()
    file = folder / "keys.json"
    _, key = keys.add(file, "bench", ["inference"], None)
    port = free_port()
    command = [Path(sys.executable).with_name("oilstone-registry"), "serve", "--upstream", upstream]
    command += ["--registry", workshop.registry, "--keys", file, "--port", port]
    with process(command, port, stderr=subprocess.DEVNULL) as pid:
        yield pid, port, key


@contextlib.contextmanager
def passthrough(upstream, folder):
    port = free_port()
    with process([sys.executable, HERE / "passthrough.py", upstream, port], port) as pid:
        yield pid, port, None


def litellm(python):
    """LiteLLM's proxy with one worker, one model, a master key."""

    @contextlib.contextmanager
    def started(upstream, folder):
        port, config = free_port(), folder / "litellm.json"
        params = {"model": "openai/rust-tiny", "api_base": f"{upstream}/v1", "api_key": "none"}
        models = [{"model_name": "rust-tiny", "litellm_params": params}]
        config.write_text(json.dumps({"model_list": models}))
        command = [Path(python).with_name("litellm"), "--config", config, "--port", port]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
        key = "sk-bench-0123456789-abcdefghij"
        environment = os.environ | {"LITELLM_MASTER_KEY": key, "LITELLM_LOG": "ERROR"}
        with process(command, port, env=environment, **quiet) as pid:
            yield pid, port, key

    return started


def peers():
    """The Python of an environment with the pinned peers, made on first use."""
    made = ROOT / "work/bench/router"
    python = made / "bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", made], check=True)
        wanted = ROOT / "benchmarks/peers-router.txt"
        subprocess.run([python, "-m", "pip", "install", "-q", "-r", wanted], check=True)
    return python


async def asked(port, key):
    """Wait until the router answers as it should."""
    ends = time.monotonic() + 60
    while True:
        try:
            return await load.play(port, load.request(body(), key), 1, 1)
        except (AssertionError, OSError):
            assert time.monotonic() < ends, "it never answered"
            await asyncio.sleep(0.2)


def body(**more):
    return json.dumps(BODY | more).encode()


async def measured(pid, port, key, count, chunks):
    """CPU us and median ms per request, CPU us per chunk, ms to the first and to any chunk."""
    await asked(port, key)
    plain, stream = load.request(body(), key), load.request(body(stream=True), key)
    await load.play(port, plain, count // 10, 8)
    before = cpu(pid)
    await load.play(port, plain, count, 32)
    busy = (cpu(pid) - before) / count * 1e6
    alone = await load.play(port, plain, count // 4, 1)
    streams = max(32, count // chunks)
    before = cpu(pid)
    streamed = await load.play(port, stream, streams, 16)
    chunk = (cpu(pid) - before) / streams / chunks * 1e6
    return {
        "cpu": busy,
        "p50": statistics.median(last for _, last, _ in alone) * 1e3,
        "chunk": chunk,
        "first": statistics.median(first for first, _, _ in streamed) * 1e3,
    }


def table(found):
    """Print what was measured, and ours beside the others."""
    direct = found["direct"]
    print(f"{'':14}{'CPU us/request':>16}{'added p50 ms':>14}{'CPU us/chunk':>14}{'first ms':>10}")
    for name, one in found.items():
        added = one["p50"] - direct["p50"]
        print(f"{name:14}{one['cpu']:16.1f}{added:14.3f}{one['chunk']:14.1f}{one['first']:10.2f}")
    mine = found["ours"]
    for name in found.keys() - {"ours", "direct"}:
        print(f"ours costs 1/{found[name]['cpu'] / mine['cpu']:.1f} of {name}'s CPU per request")
    got = {**mine, "added": mine["p50"] - direct["p50"]}
    missed = [f"{key} {got[key]:.2f} > {aim}" for key, aim in AIMS.items() if got[key] > aim]
    print("aims: " + (", ".join(missed) or "all met"))
    return bool(missed)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--litellm", help="the Python of an environment with litellm[proxy]")
    parser.add_argument("--without", action="append", default=[], help="leave out, such as litellm")
    parser.add_argument("--requests", type=int, default=6000)
    args = parser.parse_args()
    arms = {"ours": ours, "pass-through": passthrough}
    if "litellm" not in args.without:
        arms["litellm"] = litellm(args.litellm or peers())
    print(f"load average {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores", flush=True)
    port, chunks = free_port(), 100
    command = [sys.executable, HERE / "dummy.py", "--port", port, "--chunks", chunks]
    with process(command, port, stdout=subprocess.DEVNULL) as pid:
        found = {"direct": uvloop.run(measured(pid, port, None, args.requests, chunks))}
        for name, start in arms.items():
            count = args.requests // 15 if name == "litellm" else args.requests
            with (
                tempfile.TemporaryDirectory(prefix="oilstone-") as folder,
                start(f"http://127.0.0.1:{port}", Path(folder)) as (pid, at, key),
            ):
                found[name] = uvloop.run(measured(pid, at, key, count, chunks))
    return table(found)


if __name__ == "__main__":
    sys.exit(main())

"""Registering with several writers at once, beside MLflow's model registry.

    python benchmarks/registry/bench_registry.py [--writers 8] [--each 50] [--mlflow PYTHON]

Both write to SQLite in the same folder, one after the other, from as many processes. Ours registers
whole adapters (a small one, copied into the store, verified and logged), MLflow makes model
versions. MLflow runs in an environment of its own: `--mlflow` names its Python; without it one is
made in a temporary folder.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from oilstone_registry import audit, register, verify
from oilstone_registry.database import open_registry
from oilstone_schemas import artifact

PEER = """
import json, os, sys, time
place, writers, each = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
os.environ["MLFLOW_TRACKING_URI"] = f"sqlite:///{place}/mlflow.sqlite"
from mlflow.store.model_registry.sqlalchemy_store import SqlAlchemyStore
url = f"sqlite:///{place}/mlflow.sqlite"
SqlAlchemyStore(url).create_registered_model("rust-tiny")
pids = []
for writer in range(writers):
    pid = os.fork()
    if pid:
        pids.append(pid)
        continue
    store, took = SqlAlchemyStore(url), []
    for number in range(each):
        start = time.perf_counter()
        try:
            store.create_model_version("rust-tiny", source=f"/models/{writer}/{number}")
            took.append(time.perf_counter() - start)
        except Exception:
            pass
    open(f"{place}/took-{writer}", "w").write(json.dumps(took))
    os._exit(0)
for pid in pids:
    os.waitpid(pid, 0)
found = SqlAlchemyStore(url).search_model_versions("name='rust-tiny'", max_results=100000)
open(f"{place}/kept", "w").write(json.dumps(len({one.version for one in found})))
"""


def adapters(root: Path, count: int) -> list[Path]:
    """Make so many small adapters, each with other content."""
    made = []
    for number in range(count):
        about = {"recipe": {"n": number}, "seed": 0, "inputs": []}
        request = artifact.request("adapter", producer="oilstone-registry", **about)
        out = root / f"adapter-{number}"
        stage = artifact.stage(out, request)
        (stage / "adapter_config.json").write_text('{"r": 16}')
        (stage / "adapter_model.safetensors").write_bytes(number.to_bytes(4, "big") * 2048)
        about |= {"kind": "adapter", "producer": "oilstone-registry", "request": request}
        made.append(artifact.publish(stage, out, **about).folder)
    return made


def ours(root: Path, url: str, writers: int, each: int) -> dict[str, float]:
    """Register from several processes; return latencies in ms and what is there afterwards."""
    folders = adapters(root, writers * each)
    open_registry(url, create=True, store=str(root / "store"))
    pids = [_writer(root, url, folders[at * each : (at + 1) * each], at) for at in range(writers)]
    for pid in pids:
        os.waitpid(pid, 0)
    return latencies(root, writers) | {"kept": verify.verify(open_registry(url))["versions"]}


def _writer(root: Path, url: str, folders: list[Path], at: int) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        (root / f"took-{at}").write_text(json.dumps(timed(url, folders, at)))
    finally:
        os._exit(0)  # whatever happened, the parent's folders are not this process's to remove


def timed(url: str, folders: list[Path], at: int) -> list[float]:
    """Register the adapters one after the other; return how long each took, in seconds."""
    registry, took = open_registry(url), []
    for number, folder in enumerate(folders):
        start = time.perf_counter()
        act = audit.Act("bench")
        register.register(registry, folder, "rust-tiny", f"{at}.{number}.0", act)
        took.append(time.perf_counter() - start)
    return took


def mlflow(root: Path, python: Path, writers: int, each: int) -> dict[str, float]:
    """Make model versions from several processes, in MLflow's own environment."""
    words = [python, "-c", PEER, root, str(writers), str(each)]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return latencies(root, writers) | {"kept": json.loads((root / "kept").read_text())}


def latencies(root: Path, writers: int) -> dict[str, float]:
    """Return p50, p99 and max in milliseconds over all writers."""
    took = sorted(
        one for at in range(writers) for one in json.loads((root / f"took-{at}").read_text())
    )
    share = {"p50": 0.5, "p99": 0.99, "max": 1.0}
    found = {key: took[min(int(at * len(took)), len(took) - 1)] * 1000 for key, at in share.items()}
    return found | {"done": len(took)}


def environment(root: Path) -> Path:
    """Install MLflow into a folder of its own; return its Python."""
    subprocess.run([sys.executable, "-m", "venv", root / "mlflow"], check=True)
    python = root / "mlflow" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", "mlflow"], check=True)
    return python


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--each", type=int, default=50, help="registrations per writer")
    parser.add_argument("--mlflow", type=Path, metavar="PYTHON", help="with mlflow installed")
    parser.add_argument("--url", help="another registry of ours, such as PostgreSQL")
    parser.add_argument("--place", type=Path, help="folder to work in (default: a temporary one)")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=args.place) as made:
        root = Path(made)
        for name in ("ours", "mlflow-files"):
            (root / name).mkdir()
        python = args.mlflow or environment(root)
        url = args.url or str(root / "ours" / "registry.sqlite")
        found = {
            "oilstone": ours(root / "ours", url, args.writers, args.each),
            "mlflow": mlflow(root / "mlflow-files", python, args.writers, args.each),
        }
    for name, numbers in found.items():
        said = "  ".join(f"{key} {value:9.1f}" for key, value in numbers.items())
        print(f"{name:<10} {said}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

"""Crates that programs may use: a folder as `cargo vendor` makes it, built once and kept.

Building runs the crates' own build scripts, outside the sandbox: name a folder you trust.
"""

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oilstone_eval.judges.rust.toolchain import Toolchain
from oilstone_schemas.command import MissingTool, OilstoneError, say

INSIDE = "/vendor"
_CONFIG = """[source.crates-io]
replace-with = "vendored"
[source.vendored]
directory = "vendor"
"""


@dataclass(frozen=True)
class Vendor:
    """What was built: `deps` is the folder of libraries, `crates` the file of each by name."""

    deps: Path
    crates: Mapping[str, str]

    def options(self, walled: bool) -> tuple[str, ...]:
        """Return the compilers' options that bring the crates in."""
        folder = INSIDE if walled else str(self.deps)
        externs = (f"--extern={name}={folder}/{file}" for name, file in self.crates.items())
        return (f"-Ldependency={folder}", *externs)


def build(folder: Path, toolchain: Toolchain) -> Vendor:
    """Build every crate of the folder, unless that was done before.

    Raises OilstoneError when there are none or they do not build, MissingTool without cargo.
    """
    crates = dict(_crates(folder))
    if not crates:
        raise OilstoneError(f"{folder}: no crates in it; `cargo vendor` makes such a folder")
    kept = _kept(folder, crates, toolchain)
    if not (kept / "crates.json").exists():
        say(f"building {len(crates)} crates of {folder}, once")
        _build(folder, crates, toolchain, kept)
    return Vendor(kept, json.loads((kept / "crates.json").read_text()))


def _crates(folder: Path) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    for manifest in sorted(folder.glob("*/Cargo.toml")):
        yield manifest.parent, tomllib.loads(manifest.read_text())


def _kept(folder: Path, crates: Mapping[Path, Mapping[str, Any]], toolchain: Toolchain) -> Path:
    """Return where the libraries are kept: by compiler and by every byte of the crates."""
    digest = hashlib.sha256(toolchain.rustc.encode())
    for crate in crates:
        for file in sorted(path for path in crate.rglob("*") if path.is_file()):
            digest.update(str(file.relative_to(folder)).encode() + b"\0" + file.read_bytes())
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "oilstone" / "vendor" / digest.hexdigest()


def _build(
    folder: Path, crates: Mapping[Path, Mapping[str, Any]], toolchain: Toolchain, kept: Path
) -> None:
    cargo = toolchain.sysroot / "bin" / "cargo"
    if not cargo.exists():
        raise MissingTool(
            f"{cargo}: no such file; crates are built with cargo: apt-get install cargo"
        )
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept.parent) as name:
        project = Path(name)
        _project(project, folder, crates)
        found = _compile(project, cargo)
        stage = project / "kept"
        shutil.copytree(project / "target/debug/deps", stage)
        (stage / "crates.json").write_text(json.dumps(found))
        if not kept.exists():
            stage.rename(kept)


def _project(project: Path, folder: Path, crates: Mapping[Path, Mapping[str, Any]]) -> None:
    """Write a package that depends on every crate; those with a feature `derive` have it."""
    shutil.copytree(folder, project / "vendor")
    lines = ['[package]\nname = "all"\nversion = "0.0.0"\nedition = "2021"\n[dependencies]']
    for crate, manifest in crates.items():
        checksum = project / "vendor" / crate.name / ".cargo-checksum.json"
        if not checksum.exists():
            checksum.write_text('{"files": {}}')
        package = manifest["package"]
        derive = '["derive"]' if "derive" in manifest.get("features", {}) else "[]"
        version = f'version = "={package["version"]}", features = {derive}'
        lines.append(f"{package['name']} = {{ {version} }}")
    (project / "src").mkdir()
    (project / "src/lib.rs").touch()
    (project / "Cargo.toml").write_text("\n".join(lines) + "\n")
    (project / ".cargo").mkdir()
    (project / ".cargo/config.toml").write_text(_CONFIG)


def _compile(project: Path, cargo: Path) -> dict[str, str]:
    """Return the library file of every crate."""
    environment = {"PATH": f"{cargo.parent}:/usr/bin:/bin", "CARGO_HOME": str(project / "home")}
    done = subprocess.run(
        [cargo, "build", "--offline", "--message-format=json"], cwd=project, env=environment,
        capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        raise OilstoneError(f"the vendored crates do not build:\n{done.stderr.strip()[-2000:]}")
    found: dict[str, str] = {}
    for message in map(json.loads, done.stdout.splitlines()):
        if message["reason"] == "compiler-artifact" and message["target"]["name"] != "all":
            files = [Path(file).name for file in message["filenames"]]
            libraries = [file for file in files if file.endswith((".rlib", ".so"))]
            found |= {message["target"]["name"].replace("-", "_"): file for file in libraries[:1]}
    return found

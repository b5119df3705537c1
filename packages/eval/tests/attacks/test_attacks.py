"""Attacks on the sandbox are held, whoever runs the evaluator, and they are attacks at all."""

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import oilstone_eval
import oilstone_schemas
from oilstone_eval.sandbox.slot import Slot
from oilstone_eval.sandbox.walls import Walls

HERE = Path(__file__).parent
# They last as long as a limit lets them; the others are over at once.
LASTING = {1, 2, 4, 9, 10, 11, 14, 18, 20, 43, 51, 52, 53}
# What gets through without walls and harms nobody: so these attacks are none in name only.
POTENT = ("08", "25", "32", "33", "36", "37", "39")
USER = 54321


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("attacks", HERE / "attacks.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


attacks = _load()
Scene = tuple[Slot, object, bytes]


@pytest.fixture(scope="module")
def scene(bwrap: Walls) -> Iterator[Scene]:
    with Slot(attacks.WALLS) as slot:
        attacks.run(slot, "word = 'hunter3hunter3#'")
        healthy = attacks.run(slot, attacks.HEALTHY).stdout
        with attacks.host(attacks.uid(slot)) as target:
            yield slot, target, healthy


def marked(name: str) -> object:
    lasting = int(name[:2]) in LASTING and name[:2] not in ("04", "09")
    return pytest.param(name, marks=pytest.mark.slow if lasting else ())


@pytest.mark.parametrize("name", [marked(name) for name in attacks.ATTACKS])
def test_it_is_held(scene: Scene, name: str) -> None:
    slot, target, healthy = scene
    assert attacks.attack(slot, name, target, healthy) == ""


@pytest.mark.slow
def test_they_are_held_when_an_ordinary_user_runs_the_evaluator(bwrap: Walls) -> None:
    python = "/usr/bin/python3"
    if os.geteuid() or not shutil.which("setpriv") or not Path(python).exists():
        pytest.skip("only root with setpriv and a system Python can become an ordinary user here")
    files = [module.__file__ or "" for module in (oilstone_eval, oilstone_schemas)]
    packages = [Path(file).parents[1] for file in files]
    if not all(parent.stat().st_mode & 1 for path in packages for parent in path.parents):
        pytest.skip("THE ORDINARY USER IS NOT TRIED: our own code lies where only root may look")
    done = subprocess.run(
        ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", python,
         str(HERE / "attacks.py")],
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": ":".join(map(str, packages)),
             "PYTHONDONTWRITEBYTECODE": "1"},
        cwd="/", capture_output=True, text=True,
    )  # fmt: skip
    told = f"0 of {len(attacks.ATTACKS)} attacks got through\n"
    assert (done.returncode, done.stdout) == (0, told)


@pytest.mark.parametrize("number", POTENT)
def test_without_walls_it_would_get_through(number: str) -> None:
    name = next(name for name in attacks.ATTACKS if name.startswith(number))
    # Whom root becomes without walls may not be let in to where Python lies.
    walls = Walls("rlimits", preload=(*attacks.WALLS.preload, "glob", "encodings.idna"))
    with Slot(walls) as slot, attacks.host(0) as target:
        outcome = attacks.run(slot, attacks.HEAD + target.facts() + attacks.ATTACKS[name])
        assert b"ESCAPED" in outcome.stdout or target.harmed()

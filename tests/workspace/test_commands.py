"""What holds for every installed command."""

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("torch", "transformers", "axolotl", "peft", "bitsandbytes", "datasets")
PACKAGES = ("schemas", "data", "train", "eval", "gates", "registry")
EVERY = pytest.mark.parametrize("name", PACKAGES)
CHILD = """
import sys
sys.argv = ["oilstone-{name}", *sys.argv[1:]]
from oilstone_{name}.cli import main
try:
    main()
except SystemExit:
    pass
loaded = [name for name in {heavy} if name in sys.modules]
sys.exit(f"loaded: {{loaded}}" if loaded else 0)
"""


def _run(name: str, *words: str) -> subprocess.CompletedProcess[str]:
    command = Path(sys.executable).parent / f"oilstone-{name}"
    return subprocess.run([command, *words], capture_output=True, text=True)


@EVERY
def test_help_has_an_example(name: str) -> None:
    assert "example" in _run(name, "--help").stdout


@EVERY
def test_version_is_told(name: str) -> None:
    assert _run(name, "--version").stdout.startswith(f"oilstone-{name} 0.")


@EVERY
def test_wrong_use_is_2(name: str) -> None:
    assert _run(name, "--no-such-option").returncode == 2


@EVERY
@pytest.mark.parametrize("word", ["--help", "--version", "--no-such-option"])
def test_answers_without_machine_learning_libraries(name: str, word: str) -> None:
    code = CHILD.format(name=name, heavy=HEAVY)
    done = subprocess.run([sys.executable, "-c", code, word], capture_output=True, text=True)
    assert (done.returncode, done.stderr[-200:] if done.returncode else "") == (0, "")

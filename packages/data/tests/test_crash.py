"""A build that dies at any of its steps goes on, and ends with the bytes of one that did not."""

from pathlib import Path

import pytest

from oilstone_data.build import build

CONTENT = ("train.jsonl", "eval.jsonl", "test.jsonl", "refused.jsonl")


class Died(BaseException):
    """Nothing in the build catches this, as nothing catches SIGKILL."""


def dying_at(monkeypatch, step: int) -> list[Path]:
    """Let the process die just before it gives its `step`th file the name that makes it whole."""
    whole: list[Path] = []
    replace = Path.replace

    def dies(path: Path, target: Path) -> Path:
        if len(whole) == step:
            raise Died
        whole.append(path)
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", dies)
    return whole


@pytest.fixture
def recipe(foreign):
    rows = [{"completion": f"/// Doc.\npub fn f{i % 20}() -> u8 {{ {i % 9} }}"} for i in range(40)]
    sources = [{**foreign.lines([*rows, b"{"], f"{k}.jsonl"), "name": f"s{k}"} for k in range(2)]
    return foreign.recipe(*sources, rust={"min_length": 5}, dedup={}, shuffle_seed=2)


def test_wherever_a_build_dies_the_next_one_ends_the_same(foreign, recipe, monkeypatch):
    reference = foreign.folder / "reference"
    with monkeypatch.context() as patch:
        whole = dying_at(patch, 1 << 30)
        build(recipe, reference, ())
        steps = len(whole)
    assert steps > 8
    for step in range(steps):
        out = foreign.folder / f"died{step}"
        with monkeypatch.context() as patch, pytest.raises(Died):
            dying_at(patch, step)
            build(recipe, out, ())
        assert not (out / "manifest.json").exists()
        build(recipe, out, ())
        assert all((out / n).read_bytes() == (reference / n).read_bytes() for n in CONTENT)

"""Every recipe file in the repository follows its schema."""

from pathlib import Path

import pytest

from oilstone_schemas import content, recipe

ROOT = Path(__file__).resolve().parents[2]
KNOWN = [path for path in sorted(ROOT.glob("recipes/**/*.yaml")) if content.schema_of(path.name)]


@pytest.mark.parametrize("path", KNOWN, ids=lambda path: str(path.relative_to(ROOT)))
def test_follows_its_schema(path: Path) -> None:
    assert content.check(path, content.infer(path)) == 1


def test_the_control_differs_from_phase_2_in_its_rows_alone() -> None:
    """Else "better than phase 1 continued" would compare something else as well."""
    folder = ROOT / "recipes" / "rust-tiny"
    control, sharp = (
        recipe.load(folder / f"{name}.yaml", "recipe-phase.v1")
        for name in ("phase1-continued", "phase2")
    )
    broad = recipe.load(folder / "phase1.yaml", "recipe-phase.v1")
    assert {**control, "rows": None} == {**sharp, "rows": None}
    assert control["rows"] == broad["rows"] != sharp["rows"]

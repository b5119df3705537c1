"""Every file under examples/ is a test; a team in another language can run the same ones."""

from pathlib import Path

import pytest

from oilstone_schemas import canonical, recipe, validate, yamlfile

ROOT = Path(__file__).parent.parent / "examples"
VALID = sorted(ROOT.glob("*/valid/*"))
INVALID = sorted(ROOT.glob("*/invalid/*"))


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _findings(path: Path) -> list[tuple[validate.Path, str]]:
    schema = path.parent.parent.name
    if path.suffix == ".json":
        value = canonical.loads(path.read_bytes())
    else:
        value, _ = yamlfile.parse(path.read_text(), str(path))
        recipe.fill(value, validate.schema(schema))
    return list(validate.findings(value, schema))


@pytest.mark.parametrize("path", VALID, ids=_name)
def test_a_valid_example_has_no_error(path: Path) -> None:
    assert _findings(path) == []


@pytest.mark.parametrize("path", INVALID, ids=_name)
def test_an_invalid_example_breaks_one_thing(path: Path) -> None:
    assert len({place for place, _ in _findings(path)}) == 1


@pytest.mark.parametrize("name", validate.names())
@pytest.mark.parametrize("folder", ["valid", "invalid"])
def test_every_schema_has_examples(name: str, folder: str) -> None:
    assert any((ROOT / name / folder).glob("*"))

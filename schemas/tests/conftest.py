import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from oilstone_schemas import artifact, jsonl
from oilstone_schemas.artifact import Manifest

EXAMPLES = Path(__file__).parent.parent / "examples"


@pytest.fixture
def example() -> Callable[[str], Any]:
    """The content of an example file, such as example("sample.v1/valid/stopped.json")."""
    return lambda name: json.loads((EXAMPLES / name).read_text())


@pytest.fixture
def make() -> Callable[..., Manifest]:
    """Build an artifact out of {file name: bytes, or rows} as any producer would."""

    def build(out: Path, contents: dict[str, Any], kind: str = "samples", **more: Any) -> Manifest:
        said = {"recipe": {"steps": 3}, "seed": 1, "inputs": [], **more}
        given = {key: said[key] for key in ("recipe", "seed", "inputs")}
        request = artifact.request(kind, producer="oilstone-schemas", **given)
        stage = artifact.stage(out, request)
        for name, content in contents.items():
            (stage / name).parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, bytes):
                (stage / name).write_bytes(content)
            else:
                jsonl.write(stage / name, content)
        return artifact.publish(
            stage, out, kind=kind, producer="oilstone-schemas", request=request, **said
        )

    return build

"""Golden files: when a change is meant, the new text goes there."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from oilstone_schemas import recipe
from oilstone_schemas.command import OilstoneError
from oilstone_train import lint, render

GOLDEN = Path(__file__).parent / "golden"
CONTENT = "c0ffee" * 10 + "beef"


def rendered(recipes: Path, name: str, *overrides: str) -> render.Config:
    if name == "base":
        return render.base(recipe.load(recipes / "base.yaml", "recipe-base.v1", overrides), CONTENT)
    settings = recipe.load(recipes / "phase.yaml", "recipe-phase.v1", overrides)
    return render.phase(settings, CONTENT, name == "continued")


@pytest.mark.parametrize("name", ["base", "phase", "continued"])
def test_the_configuration_is_the_one_written_down(recipes: Path, name: str) -> None:
    assert render.dump(rendered(recipes, name)) == (GOLDEN / f"{name}.yaml").read_text()


@pytest.mark.parametrize("name", ["base", "phase", "continued"])
def test_what_is_rendered_has_no_problems(recipes: Path, name: str) -> None:
    assert lint.problems(rendered(recipes, name)) == []


def test_without_quantization_it_is_plain_lora(recipes: Path) -> None:
    config = rendered(recipes, "phase", "quantization=null")
    assert (config["adapter"], config["load_in_4bit"]) == ("lora", False)


def test_further_keys_are_passed_on(recipes: Path) -> None:
    assert rendered(recipes, "phase", "axolotl.adam_beta2=0.95")["adam_beta2"] == 0.95


@pytest.mark.parametrize("key", ["seed", "bf16", "learning_rate", "output_dir"])
def test_keys_of_the_recipe_are_not_overridden_behind_its_back(recipes: Path, key: str) -> None:
    with pytest.raises(OilstoneError, match=f"axolotl.{key}"):
        rendered(recipes, "phase", f"axolotl.{key}=1")


def test_the_yaml_says_what_the_configuration_says(recipes: Path) -> None:
    config: dict[str, Any] = rendered(recipes, "phase")
    assert yaml.safe_load(render.dump(config)) == config

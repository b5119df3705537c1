"""Adapters that are more than LoRA: the package that trained one knows how to build its parts."""

from importlib.metadata import entry_points
from typing import Any

from oilstone_schemas.artifact import Manifest
from oilstone_schemas.command import MissingTool

GROUP = "oilstone.adapter_loaders"


def prepare(network: Any, adapter: Manifest) -> None:
    """Build into the base what the adapter's weights need, where its manifest names a `loader`.

    Raises MissingTool when no installed package has that loader.
    """
    name = adapter.details.get("loader")
    if not name:
        return
    found = entry_points(group=GROUP, name=name)
    if not found:
        raise MissingTool(
            f"{adapter.folder}: needs the loader {name!r}, which no package here has."
            " Install it: pip install 'oilstone-train[axolotl]'"
        )
    next(iter(found)).load()(network, adapter.folder)

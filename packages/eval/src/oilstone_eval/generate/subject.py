"""What is to answer: a base, perhaps with an adapter, and the system prompt they were made with."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oilstone_schemas import artifact
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.command import OilstoneError, say


@dataclass(frozen=True)
class Subject:
    """A base, an adapter or None, and the system turn's text ("" for no such turn)."""

    base: Manifest
    adapter: Manifest | None
    system_prompt: str

    @property
    def parts(self) -> list[Manifest]:
        """The artifacts it is made of."""
        return [self.base, self.adapter] if self.adapter else [self.base]


def load(base: Path, adapter: Path | None, recipe: Mapping[str, Any]) -> Subject:
    """Read both manifests. Raises OilstoneError when they do not belong together."""
    ground = artifact.load(base, "base")
    if adapter is None:
        return Subject(ground, None, _prompt_of_base(ground, recipe["system_prompt"]))
    added = artifact.load(adapter, "adapter")
    _same_base(added, ground)
    _same_template(added, ground)
    _same_quantization(added, recipe["quantization"])
    return Subject(ground, added, _prompt_of_adapter(added, recipe["system_prompt"]))


def _same_base(adapter: Manifest, base: Manifest) -> None:
    wanted = adapter.details["base_digest"]
    if wanted != base.digest:
        raise OilstoneError(
            f"{adapter.folder}: this adapter was trained over base {wanted}, but {base.folder} is"
            f" base {base.digest}. Give --base the folder of the former, or train the adapter"
            " again over the latter"
        )


def _same_template(adapter: Manifest, base: Manifest) -> None:
    wanted, there = (each.details["chat_template_sha256"] for each in (adapter, base))
    if wanted != there:
        raise OilstoneError(
            f"{adapter.folder}: trained with chat template {wanted}, but {base.folder} has"
            f" {there} (chat_template_sha256); prompts would look different from those in"
            " training. Train the adapter again over this base"
        )


def _same_quantization(adapter: Manifest, asked: str) -> None:
    trained = adapter.details["quantization"] or "none"
    if trained != asked:
        say(
            f"warning: {adapter.folder} was trained over weights in quantization {trained}, the"
            f" recipe's generation.quantization is {asked}"
        )


def _prompt_of_adapter(adapter: Manifest, asked: str | None) -> str:
    trained = str(adapter.details["system_prompt"])
    if asked is not None and asked != trained:
        raise OilstoneError(
            f"{adapter.folder}: trained with the system prompt {trained!r}, but the recipe's"
            f" generation.system_prompt is {asked!r}. Remove that key"
        )
    return trained


def _prompt_of_base(base: Manifest, asked: str | None) -> str:
    """Return the recipe's system prompt, else the one of the dataset that the base was made of."""
    if asked is not None:
        return asked
    for item in base.inputs:
        folder = base.folder.resolve() / item["path"]
        if item["kind"] == "dataset" and (folder / "manifest.json").is_file():
            found = artifact.load(folder, "dataset")
            if found.digest == item["digest"]:
                return str(found.details["system_prompt"])
    raise OilstoneError(
        f"{base.folder}: the dataset that tells its system prompt is not where it was. Say it:"
        " --set generation.system_prompt=TEXT (empty quotes for none)"
    )
